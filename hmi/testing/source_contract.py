# ruff: noqa: D102 - each test's name is its sentence of the contract
"""The black-box contract that every `hmi.sources.protocol.Source` passes, as a pytest suite.

A source's test module makes a subclass with a ``harness`` fixture::

    class TestMySource(SourceContract):
        @pytest.fixture
        def harness(self) -> SourceHarness: ...

A source with a device behind it passes `hmi.testing.device_contract.DeviceContract`, which holds this one.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND
from hmi.model.samples import Batch, Confirmation, Granted, LinkEvent, LinkState, WriteOutcome
from hmi.testing.harness import ARRAY_NAMES, TAG_NAMES, Listener, SourceHarness
from hmi.testing.heard import Heard, check_confirmations, heard_confirmed, heard_value


class SourceContract:
    """See the module's text. Each test states one sentence of the contract."""

    @pytest.fixture
    def harness(self) -> SourceHarness:
        """What the source under test is made of; a subclass gives it."""
        raise NotImplementedError

    async def begin(self, harness: SourceHarness) -> None:
        """Bring about that a source finds the values ``harness.exact``; nothing to do without a device."""

    async def carried_out(self, harness: SourceHarness, name: str, times: int) -> None:
        """Fail unless the device has carried out so many writes; nobody counts without a device."""

    read_only = False
    """Whether the protocol knows no writes: ``a_setpoint`` is read-only then, and every write is refused."""

    async def change(self, harness: SourceHarness, listener: Listener, name: str, value: float) -> None:
        """Make a value another: by a write, or where the protocol knows none in the device."""
        if self.read_only:
            await self.change_in_device(harness, name, value)
            return
        index = Heard(harness.tags, listener.messages).index(name)
        result = await listener.source.write(index, value, timeout=20.0)
        assert result.outcome is WriteOutcome.ACCEPTED, result

    async def change_in_device(self, harness: SourceHarness, name: str, value: float) -> None:
        """Make a value another as the machine does; a source without a device has no such way."""
        raise NotImplementedError

    async def live(self, harness: SourceHarness) -> Listener:
        """A running source that has given a first sample of each tag."""
        await self.begin(harness)
        async with AsyncExitStack() as running:
            listener = await running.enter_async_context(Listener(harness.source()))
            heard = Heard(harness.tags, listener.messages)
            await listener.until(
                lambda: all(heard.samples(tag.name) for tag in harness.tags), "a sample of each tag"
            )
            running.pop_all()  # whoever asked for it ends it
        return listener

    def test_the_harness_has_the_tags_of_the_contract(self, harness: SourceHarness) -> None:
        names = tuple(tag.name for tag in harness.tags)
        assert names[: len(TAG_NAMES)] == TAG_NAMES
        assert names[len(TAG_NAMES) :] in ((), ARRAY_NAMES)
        assert set(harness.exact) == set(names) - {"a_ghost"}
        assert [tag.name for tag in harness.tags if tag.access == "write"] == (
            [] if self.read_only else ["a_setpoint"]
        )

    async def test_connecting_comes_first_then_up_then_samples(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            first = listener.messages[0]
            assert isinstance(first, LinkEvent)
            heard = Heard(harness.tags, listener.messages)
            assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
            up = next(
                i
                for i, m in enumerate(listener.messages)
                if isinstance(m, LinkEvent) and m.state is LinkState.UP
            )
            assert not [m for m in listener.messages[:up] if isinstance(m, Batch | Confirmation)]

    async def test_every_value_is_exact(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            for name, value in harness.exact.items():
                await heard_value(listener, heard, name, value)

    async def test_a_missing_item_is_bad_and_only_that(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            assert heard.is_bad("a_ghost")
            for name in harness.exact:
                assert heard.samples(name)[-1][0] == status.GOOD, name

    async def test_what_was_granted_is_told_of_every_tag(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            granted = [m for m in listener.messages if isinstance(m, Granted)]
            assert all(0 < each.sampling < float("inf") and each.publishing >= 0 for each in granted)
            told = np.concatenate([each.index for each in granted]).tolist()
            heard = Heard(harness.tags, listener.messages)
            assert {heard.index(name) for name in harness.exact} <= set(told)

    async def test_unchanged_values_stay_confirmed_on_a_live_link(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            since = len(listener.messages)
            for name in harness.exact:
                await heard_confirmed(listener, heard, name, since)
                age = harness.tags[heard.index(name)].max_age * SECOND
                times = heard.confirmed(name, since)
                gaps = [b - a for a, b in itertools.pairwise(times)]
                assert min(gaps) < age, f"{name} would be stale on a live link"
            assert heard.links() == [LinkState.CONNECTING, LinkState.UP]

    async def test_what_changed_is_confirmed_next_and_nothing_else_is(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            for value in (1.5, 2.5):
                await self.change(harness, listener, "a_setpoint", value)
                await heard_value(listener, heard, "a_setpoint", value)
                await heard_confirmed(listener, heard, "a_setpoint", len(listener.messages))
        check_confirmations(listener.messages)

    async def test_the_first_sample_of_a_tag_is_no_observed_change(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            for value in (1.0, 2.0):
                await self.change(harness, listener, "a_setpoint", value)
                await heard_value(listener, heard, "a_setpoint", value)
            assert len(heard.samples("a_setpoint")) >= 3
            seen: set[int] = set()
            for batch in (m for m in listener.messages if isinstance(m, Batch)):
                for index, bound in zip(batch.index.tolist(), batch.not_before.tolist(), strict=True):
                    assert (bound == NO_TIME) is (index not in seen), harness.tags[index].name
                    seen.add(index)

    async def test_times_make_a_bound_that_can_be_defended(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            setpoint = heard.index("a_setpoint")
            for value in (1.0, 2.0, 3.0):
                began = listener.clock.now().monotonic
                await self.change(harness, listener, "a_setpoint", value)
                ended = listener.clock.now().monotonic
                await heard_value(listener, heard, "a_setpoint", value)
                batch = next(
                    m for m in reversed(listener.messages) if isinstance(m, Batch) and setpoint in m.index
                )
                row = (batch.index == setpoint).nonzero()[0][-1]
                assert batch.not_before[row] != NO_TIME
                assert batch.not_before[row] <= ended, "claims to be younger than the change"
                assert began <= batch.received.monotonic
            batches = [m for m in listener.messages if isinstance(m, Batch)]
            for batch in batches:
                assert (batch.not_before <= batch.received.monotonic).all()
            received = [batch.received.monotonic for batch in batches]
            assert received == sorted(received)

    async def test_a_write_is_accepted_and_read_back(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            result = await listener.source.write(heard.index("a_setpoint"), 42.125, timeout=20.0)
            if self.read_only:
                assert (result.outcome, result.status) == (WriteOutcome.REFUSED, status.BAD_NOT_WRITABLE)
                assert result.cause
                await self.carried_out(harness, "a_setpoint", 0)
                return
            assert result.outcome is WriteOutcome.ACCEPTED, result
            await listener.until(lambda: heard.has("a_setpoint", 42.125), "the written value read back")
            await self.carried_out(harness, "a_setpoint", 1)

    async def test_a_write_that_is_not_allowed_is_refused(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            result = await listener.source.write(heard.index("a_float"), 1.0, timeout=20.0)
            assert result.outcome is WriteOutcome.REFUSED
            assert status.severity(result.status) is status.Severity.BAD
            await self.carried_out(harness, "a_float", 0)
            assert heard.has("a_float", harness.exact["a_float"])

    async def test_a_write_of_another_type_is_refused(self, harness: SourceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            result = await listener.source.write(heard.index("a_setpoint"), "fast", timeout=20.0)
            wrong = status.BAD_NOT_WRITABLE if self.read_only else status.BAD_TYPE_MISMATCH
            assert (result.outcome, result.status) == (WriteOutcome.REFUSED, wrong)
            assert result.cause
            await self.carried_out(harness, "a_setpoint", 0)
            assert heard.has("a_setpoint", harness.exact["a_setpoint"])

    async def test_a_source_that_does_not_run_sends_no_write(self, harness: SourceHarness) -> None:
        source = harness.source()
        listener = await self.live(harness)
        await listener.cancel()
        for each in (source, listener.source):
            async with asyncio.timeout(5.0):
                result = await each.write(TAG_NAMES.index("a_setpoint"), 1.0, timeout=60.0)
            assert result.outcome is (WriteOutcome.REFUSED if self.read_only else WriteOutcome.NOT_SENT)
            assert result.cause
        await self.carried_out(harness, "a_setpoint", 0)

    async def test_cancelling_leaves_nothing_behind(self, harness: SourceHarness) -> None:
        await self.begin(harness)
        await asyncio.sleep(0)
        before = Held()
        listener = await Listener(harness.source()).__aenter__()
        heard = Heard(harness.tags, listener.messages)
        await listener.until(lambda: bool(heard.samples("a_float")), "live")
        await listener.cancel()
        await before.settled()
        said = len(listener.messages)
        await asyncio.sleep(0.3)
        assert len(listener.messages) == said, "something of it still speaks"


class Held:
    """What this process holds when it is made, to come back to: tasks, sockets and threads."""

    def __init__(self) -> None:
        self._tasks, self._sockets, self._threads = asyncio.all_tasks(), _sockets(), threading.active_count()

    async def settled(self) -> None:
        """Fail unless there is no more than that within seconds."""
        for _ in range(100):
            left = asyncio.all_tasks() - self._tasks
            sockets = _sockets() - self._sockets
            threads = threading.active_count() - self._threads
            if not left and sockets <= 0 and threads <= 0:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"left behind: tasks {left}, {sockets} sockets, {threads} threads")


def _sockets() -> int:
    """How many sockets this process holds."""
    links = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            links.append(os.readlink(entry))  # noqa: PTH115 - Path.readlink fails on socket:[…] names
        except FileNotFoundError:
            continue
    return sum(link.startswith("socket:") for link in links)
