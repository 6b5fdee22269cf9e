# ruff: noqa: D102 - each test's name is its sentence of the contract
"""The black-box contract that every `hmi.sources.protocol.Source` passes, as a pytest suite.

A protocol's test module makes a subclass with a ``harness`` fixture::

    class TestMySource(SourceContract):
        @pytest.fixture
        async def harness(self) -> AsyncIterator[DeviceHarness]: ...

The fixture hands over a device that is *not* started yet and stops it afterwards.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pytest

from hmi.model import status, values
from hmi.model.clock import NO_TIME, SECOND
from hmi.model.samples import Batch, Confirmation, LinkEvent, LinkState, SourceMessage, WriteOutcome
from hmi.model.values import Value
from hmi.testing.harness import TAG_NAMES, DeviceHarness, Listener

EXACT: Final[dict[str, Value]] = {
    "a_float": 0.1 + 0.2,
    "an_int": 2**62 + 1,
    "a_bool": True,
    "an_enum": 2,
    "a_string": "Ø 12 µm — Schlichtgang",
    "a_setpoint": -273.15,
}
"""Values that a detour through text, float32 or float64 would bend."""


class Heard:
    """Questions about what a source has said so far."""

    def __init__(self, harness: DeviceHarness, messages: list[SourceMessage]) -> None:
        self.tags = harness.tags
        self.messages = messages

    def index(self, name: str) -> int:
        """The index of a tag by its name."""
        return next(i for i, tag in enumerate(self.tags) if tag.name == name)

    def samples(self, name: str, since: int = 0) -> list[tuple[int, Value]]:
        """(status, value) of every sample of a tag from message number ``since`` on."""
        index, wire = self.index(name), self.tags[self.index(name)].wire
        found: list[tuple[int, Value]] = []
        for batch in self.messages[since:]:
            if isinstance(batch, Batch):
                for row in (batch.index == index).nonzero()[0]:
                    lane = int(batch.raw[row])
                    code = int(batch.status[row])
                    if wire.in_side_area:
                        offset, length = values.side_span(lane)
                        found.append((code, values.unpack_side(batch.side[offset : offset + length], wire)))
                    else:
                        found.append((code, values.from_lane(lane, wire)))
        return found

    def has(self, name: str, value: Value, since: int = 0) -> bool:
        """Whether the last sample of a tag is this value, and good."""
        found = self.samples(name, since)
        return bool(found) and found[-1] == (status.GOOD, value)

    def is_bad(self, name: str, since: int = 0) -> bool:
        """Whether the last sample of a tag is Bad."""
        found = self.samples(name, since)
        return bool(found) and status.severity(found[-1][0]) is status.Severity.BAD

    def links(self, since: int = 0) -> list[LinkState]:
        """The link states told, in order."""
        return [m.state for m in self.messages[since:] if isinstance(m, LinkEvent)]

    def confirmed(self, name: str, since: int = 0) -> list[int]:
        """Monotonic ns of every confirmation of a tag."""
        index = self.index(name)
        return [
            m.at.monotonic for m in self.messages[since:] if isinstance(m, Confirmation) and index in m.index
        ]


def check_confirmations(messages: Sequence[SourceMessage]) -> None:
    """What was vouched for is confirmed directly after its batch, and nothing is that is not.

    Fails unless every Good or Uncertain row of a batch is in the confirmation that is the next message,
    no confirmation names a tag without a sample since the link came up or whose last one is Bad, and that
    of a batch is stamped no later than the batch's arrival.
    """
    usable: dict[int, bool] = {}
    for number, message in enumerate(messages):
        if isinstance(message, LinkEvent):
            usable.clear()
        elif isinstance(message, Batch):
            severities = status.severities(message.status)
            rows = dict(zip(message.index.tolist(), severities != status.Severity.BAD, strict=True))
            usable |= rows
            wanted = {index for index, good in rows.items() if good}
            if wanted:
                assert number + 1 < len(messages), "a batch without its confirmation"
                following = messages[number + 1]
                assert isinstance(following, Confirmation), f"a batch is followed by {following}"
                assert wanted <= set(following.index.tolist())
                assert following.at.monotonic <= message.received.monotonic, "vouched for after the arrival"
        elif isinstance(message, Confirmation):
            wrong = [index for index in message.index.tolist() if not usable.get(index, False)]
            assert not wrong, f"nobody vouched for the tags {wrong}"


async def heard_value(listener: Listener, heard: Heard, name: str, value: Value) -> None:
    """Wait until the last sample of a tag is this value, and good."""
    await listener.until(lambda: heard.has(name, value), f"{name} = {value!r}")


async def heard_confirmed(listener: Listener, heard: Heard, name: str, since: int) -> None:
    """Wait until a tag was confirmed three times from message number ``since`` on."""
    await listener.until(lambda: len(heard.confirmed(name, since)) >= 3, f"{name} confirmed again and again")


class SourceContract:
    """See the module's text. Each test states one sentence of the contract."""

    @pytest.fixture
    def harness(self) -> DeviceHarness:
        """The device under test; a subclass gives it."""
        raise NotImplementedError

    async def _live(self, harness: DeviceHarness, names: Iterable[str] = TAG_NAMES) -> Listener:
        """A started device, a running source, and a first sample of each tag."""
        await harness.start()
        for name, value in EXACT.items():
            await harness.set(name, value)
        listener = await Listener(harness.source()).__aenter__()
        heard = Heard(harness, listener.messages)
        try:
            await listener.until(lambda: all(heard.samples(name) for name in names), "a sample of each tag")
        except BaseException:
            await listener.cancel()
            raise
        return listener

    def test_the_harness_has_the_tags_of_the_contract(self, harness: DeviceHarness) -> None:
        assert tuple(tag.name for tag in harness.tags) == TAG_NAMES
        writable = [tag.name for tag in harness.tags if tag.access == "write"]
        assert writable == ["a_setpoint"]

    async def test_connecting_comes_first_then_up_then_samples(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            first = listener.messages[0]
            assert isinstance(first, LinkEvent)
            heard = Heard(harness, listener.messages)
            assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
            up = next(
                i
                for i, m in enumerate(listener.messages)
                if isinstance(m, LinkEvent) and m.state is LinkState.UP
            )
            assert not [m for m in listener.messages[:up] if isinstance(m, Batch | Confirmation)]

    async def test_every_value_is_exact(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            for name, value in EXACT.items():
                await heard_value(listener, heard, name, value)

    async def test_a_missing_item_is_bad_and_only_that(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            assert heard.is_bad("a_ghost")
            for name in EXACT:
                assert heard.samples(name)[-1][0] == status.GOOD, name

    async def test_a_change_arrives(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            for value in (1.5, -2.25, 1e300):
                await harness.set("a_float", value)
                await heard_value(listener, heard, "a_float", value)

    async def test_unchanged_values_stay_confirmed_on_a_live_link(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            since = len(listener.messages)
            for name in EXACT:
                await heard_confirmed(listener, heard, name, since)
                age = harness.tags[heard.index(name)].max_age * SECOND
                times = heard.confirmed(name, since)
                gaps = [b - a for a, b in itertools.pairwise(times)]
                assert min(gaps) < age, f"{name} would be stale on a live link"
            assert heard.links() == [LinkState.CONNECTING, LinkState.UP]

    async def test_an_item_that_fails_touches_no_other(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            since = len(listener.messages)
            await harness.fail("an_int")
            await listener.until(lambda: heard.is_bad("an_int"), "an_int bad")
            await harness.set("a_float", 7.0)
            await listener.until(lambda: heard.has("a_float", 7.0, since), "a_float goes on")
            for name in set(EXACT) - {"an_int"}:
                assert all(code == status.GOOD for code, _ in heard.samples(name, since)), name
            await harness.set("an_int", -5)
            await listener.until(lambda: heard.has("an_int", -5), "an_int good again")
            assert LinkState.DOWN not in heard.links()

    async def test_what_is_vouched_for_is_confirmed_next_and_nothing_else_is(
        self, harness: DeviceHarness
    ) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            await harness.fail("an_int")
            await listener.until(lambda: heard.is_bad("an_int"), "an_int bad")
            await harness.set("a_float", 7.0)
            await listener.until(lambda: heard.has("a_float", 7.0), "a_float goes on")
            since = len(listener.messages)
            await heard_confirmed(listener, heard, "a_float", since)
            await harness.set("an_int", -5)
            await listener.until(lambda: heard.has("an_int", -5), "an_int good again")
            await heard_confirmed(listener, heard, "an_int", len(listener.messages))
        check_confirmations(listener.messages)

    async def test_the_first_sample_of_a_tag_is_no_observed_change(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            for value in (1.0, 2.0):
                await harness.set("a_float", value)
                await heard_value(listener, heard, "a_float", value)
            seen: set[int] = set()
            for batch in (m for m in listener.messages if isinstance(m, Batch)):
                for index, bound in zip(batch.index.tolist(), batch.not_before.tolist(), strict=True):
                    assert (bound == NO_TIME) is (index not in seen), harness.tags[index].name
                    seen.add(index)

    async def test_a_device_that_comes_later_is_found(self, harness: DeviceHarness) -> None:
        await harness.start()
        await harness.stop()
        async with Listener(harness.source()) as listener:
            heard = Heard(harness, listener.messages)
            await listener.until(lambda: bool(heard.links()), "CONNECTING")
            await asyncio.sleep(1.0)
            assert heard.links()[0] is LinkState.CONNECTING
            assert LinkState.UP not in heard.links()
            assert heard.links().count(LinkState.DOWN) <= 1
            await harness.start()
            await listener.until(lambda: LinkState.UP in heard.links(), "UP without a restart")
            await listener.until(lambda: bool(heard.samples("a_float")), "samples")

    async def test_killed_means_one_down_and_recovery(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            since = len(listener.messages)
            await harness.stop()
            await listener.until(lambda: LinkState.DOWN in heard.links(since), "DOWN")
            await asyncio.sleep(1.0)
            assert heard.links(since).count(LinkState.DOWN) == 1
            down = next(
                i
                for i, m in enumerate(listener.messages)
                if isinstance(m, LinkEvent) and m.state is LinkState.DOWN
            )
            event = listener.messages[down]
            assert isinstance(event, LinkEvent)
            assert event.cause, "an engineer must be told what happened"
            silent = listener.messages[down:]
            assert not [m for m in silent if isinstance(m, Batch | Confirmation)], (
                "vouched for without a link"
            )
            await harness.start()
            await harness.set("a_float", 4.5)
            await listener.until(lambda: heard.has("a_float", 4.5, down), "samples after the restart")
            assert heard.links(since).count(LinkState.DOWN) == 1
            assert heard.links(since)[-1] is LinkState.UP

    async def test_frozen_is_told_within_the_limit_and_recovers(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            since = len(listener.messages)
            frozen = listener.clock.now().monotonic
            await harness.freeze()
            await listener.until(lambda: LinkState.DOWN in heard.links(since), "DOWN")
            told = next(
                m for m in listener.messages[since:] if isinstance(m, LinkEvent) and m.state is LinkState.DOWN
            )
            slack = 2.0  # the test machine's, not the source's
            assert told.at.monotonic - frozen <= (harness.frozen_limit + slack) * SECOND
            await asyncio.sleep(1.0)
            assert max(heard.confirmed("a_float", since), default=0) <= told.at.monotonic
            assert heard.links(since).count(LinkState.DOWN) == 1
            await harness.thaw()
            await listener.until(lambda: heard.links(since)[-1] is LinkState.UP, "UP by itself")
            await harness.set("a_float", 8.25)
            await listener.until(lambda: heard.has("a_float", 8.25, since), "samples after the thaw")

    async def test_a_write_is_accepted_and_read_back(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            result = await listener.source.write(heard.index("a_setpoint"), 42.125, timeout=20.0)
            assert result.outcome is WriteOutcome.ACCEPTED, result
            await listener.until(lambda: heard.has("a_setpoint", 42.125), "the written value read back")
            assert await harness.writes("a_setpoint") == 1

    async def test_a_write_without_a_link_is_not_sent(self, harness: DeviceHarness) -> None:
        source = harness.source()
        async with asyncio.timeout(5.0):
            result = await source.write(TAG_NAMES.index("a_setpoint"), 1.0, timeout=60.0)
        assert result.outcome is WriteOutcome.NOT_SENT
        assert result.cause
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            since = len(listener.messages)
            await harness.stop()
            await listener.until(lambda: LinkState.DOWN in heard.links(since), "DOWN")
            async with asyncio.timeout(5.0):
                result = await listener.source.write(heard.index("a_setpoint"), 1.0, timeout=60.0)
            assert result.outcome is WriteOutcome.NOT_SENT
            await harness.start()
            await listener.until(lambda: heard.links(since)[-1] is LinkState.UP, "UP")
            assert await harness.writes("a_setpoint") == 0, "a write outlived its link"

    async def test_a_write_that_is_not_allowed_is_refused(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            result = await listener.source.write(heard.index("a_float"), 1.0, timeout=20.0)
            assert result.outcome is WriteOutcome.REFUSED
            assert status.severity(result.status) is status.Severity.BAD
            assert await harness.writes("a_float") == 0
            assert heard.has("a_float", EXACT["a_float"])

    async def test_a_write_to_a_frozen_device_is_unknown_and_never_repeated(
        self, harness: DeviceHarness
    ) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            since = len(listener.messages)
            await harness.freeze()
            async with asyncio.timeout(20.0):
                result = await listener.source.write(heard.index("a_setpoint"), 99.0, timeout=0.3)
            assert result.outcome is WriteOutcome.UNKNOWN
            assert result.cause
            await listener.until(lambda: LinkState.DOWN in heard.links(since), "DOWN")
            await harness.thaw()
            await listener.until(lambda: heard.links(since)[-1] is LinkState.UP, "UP again")
            await asyncio.sleep(1.0)
            assert await harness.writes("a_setpoint") <= 1, "the write was repeated"

    async def test_cancelling_leaves_nothing_behind(self, harness: DeviceHarness) -> None:
        await harness.start()
        await asyncio.sleep(0)
        tasks, sockets, threads = asyncio.all_tasks(), _sockets(), threading.active_count()
        listener = await Listener(harness.source()).__aenter__()
        heard = Heard(harness, listener.messages)
        await listener.until(lambda: bool(heard.samples("a_float")), "live")
        await listener.cancel()
        await _settled(tasks, sockets, threads)
        await harness.freeze()
        listener = await Listener(harness.source()).__aenter__()
        await asyncio.sleep(0.5)
        async with asyncio.timeout(10.0):
            await listener.cancel()
        await _settled(tasks, sockets, threads)

    async def test_times_make_a_bound_that_can_be_defended(self, harness: DeviceHarness) -> None:
        async with await self._live(harness) as listener:
            heard = Heard(harness, listener.messages)
            for value in (1.0, 2.0, 3.0):
                began = listener.clock.now().monotonic
                await harness.set("a_float", value)
                ended = listener.clock.now().monotonic
                await heard_value(listener, heard, "a_float", value)
                batch = next(
                    m
                    for m in reversed(listener.messages)
                    if isinstance(m, Batch) and heard.index("a_float") in m.index
                )
                row = (batch.index == heard.index("a_float")).nonzero()[0][-1]
                assert batch.not_before[row] != NO_TIME
                assert batch.not_before[row] <= ended, "claims to be younger than the change"
                assert began <= batch.received.monotonic
            batches = [m for m in listener.messages if isinstance(m, Batch)]
            for batch in batches:
                assert (batch.not_before <= batch.received.monotonic).all()
            received = [batch.received.monotonic for batch in batches]
            assert received == sorted(received)


def _sockets() -> int:
    """How many sockets this process holds."""
    links = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            links.append(os.readlink(entry))  # noqa: PTH115 - Path.readlink fails on socket:[…] names
        except FileNotFoundError:
            continue
    return sum(link.startswith("socket:") for link in links)


async def _settled(tasks: set[asyncio.Task[object]], sockets: int, threads: int) -> None:
    """Fail unless tasks, sockets and threads come back to what they were within seconds."""
    for _ in range(100):
        left = asyncio.all_tasks() - tasks
        if not left and _sockets() <= sockets and threading.active_count() <= threads:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(
        f"left behind: tasks {left}, {_sockets() - sockets} sockets, "
        f"{threading.active_count() - threads} threads"
    )
