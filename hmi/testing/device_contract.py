# ruff: noqa: D102 - each test's name is its sentence of the contract
"""The contract of a source with a device behind it: what happens when that is late, killed, frozen, failing.

A protocol's test module makes a subclass with a ``harness`` fixture::

    class TestMyProtocol(DeviceContract):
        @pytest.fixture
        async def harness(self) -> AsyncIterator[DeviceHarness]: ...

The fixture hands over a device that is *not* started yet and stops it afterwards.
"""

from __future__ import annotations

import asyncio

import pytest

from hmi.model import status
from hmi.model.clock import SECOND
from hmi.model.samples import Batch, Confirmation, LinkEvent, LinkState, WriteOutcome
from hmi.testing.harness import DeviceHarness, Listener, SourceHarness
from hmi.testing.heard import Heard, check_confirmations, heard_confirmed, heard_value
from hmi.testing.source_contract import Held, SourceContract


class DeviceContract(SourceContract):
    """See the module's text. Each test states one sentence of the contract."""

    @pytest.fixture
    def harness(self) -> DeviceHarness:
        """The device under test; a subclass gives it."""
        raise NotImplementedError

    async def begin(self, harness: SourceHarness) -> None:
        """Start the device and set its values."""
        device = _device(harness)
        await device.start()
        for name, value in harness.exact.items():
            await device.set(name, value)

    async def carried_out(self, harness: SourceHarness, name: str, times: int) -> None:
        """Ask the device."""
        assert await _device(harness).writes(name) == times

    async def change_in_device(self, harness: SourceHarness, name: str, value: float) -> None:
        """Let the device change it."""
        await _device(harness).set(name, value)

    async def test_a_change_arrives(self, harness: DeviceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            for value in (1.5, -2.25, 1e300):
                await harness.set("a_float", value)
                await heard_value(listener, heard, "a_float", value)

    async def test_an_item_that_fails_touches_no_other(self, harness: DeviceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            since = len(listener.messages)
            await harness.fail("an_int")
            await listener.until(lambda: heard.is_bad("an_int"), "an_int bad")
            await harness.set("a_float", 7.0)
            await listener.until(lambda: heard.has("a_float", 7.0, since), "a_float goes on")
            for name in set(harness.exact) - {"an_int"}:
                assert all(code == status.GOOD for code, _ in heard.samples(name, since)), name
            await harness.set("an_int", -5)
            await listener.until(lambda: heard.has("an_int", -5), "an_int good again")
            assert LinkState.DOWN not in heard.links()

    async def test_what_fails_is_not_confirmed_until_it_is_good_again(self, harness: DeviceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
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

    async def test_a_device_that_comes_later_is_found(self, harness: DeviceHarness) -> None:
        await harness.start()
        await harness.stop()
        async with Listener(harness.source()) as listener:
            heard = Heard(harness.tags, listener.messages)
            await listener.until(lambda: bool(heard.links()), "CONNECTING")
            await asyncio.sleep(1.0)
            assert heard.links()[0] is LinkState.CONNECTING
            assert LinkState.UP not in heard.links()
            assert heard.links().count(LinkState.DOWN) <= 1
            await harness.start()
            await listener.until(lambda: LinkState.UP in heard.links(), "UP without a restart")
            await listener.until(lambda: bool(heard.samples("a_float")), "samples")

    async def test_killed_means_one_down_and_recovery(self, harness: DeviceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
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
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
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

    async def test_a_write_without_a_link_is_not_sent(self, harness: DeviceHarness) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            since = len(listener.messages)
            await harness.stop()
            await listener.until(lambda: LinkState.DOWN in heard.links(since), "DOWN")
            async with asyncio.timeout(5.0):
                result = await listener.source.write(heard.index("a_setpoint"), 1.0, timeout=60.0)
            assert result.outcome is (WriteOutcome.REFUSED if self.read_only else WriteOutcome.NOT_SENT)
            await harness.start()
            await listener.until(lambda: heard.links(since)[-1] is LinkState.UP, "UP")
            assert await harness.writes("a_setpoint") == 0, "a write outlived its link"

    async def test_a_write_to_a_frozen_device_is_unknown_and_never_repeated(
        self, harness: DeviceHarness
    ) -> None:
        async with await self.live(harness) as listener:
            heard = Heard(harness.tags, listener.messages)
            since = len(listener.messages)
            await harness.freeze()
            async with asyncio.timeout(20.0):
                result = await listener.source.write(heard.index("a_setpoint"), 99.0, timeout=0.3)
            # Where it had to wait for a read that the device does not answer, its time was over before it was
            # sent; then it must not be sent later either.
            waited = harness.one_at_a_time and result.outcome is WriteOutcome.NOT_SENT
            expected = WriteOutcome.NOT_SENT if waited else WriteOutcome.UNKNOWN
            assert result.outcome is (WriteOutcome.REFUSED if self.read_only else expected)
            assert result.cause
            await listener.until(lambda: LinkState.DOWN in heard.links(since), "DOWN")
            await harness.thaw()
            await listener.until(lambda: heard.links(since)[-1] is LinkState.UP, "UP again")
            await asyncio.sleep(1.0)
            assert await harness.writes("a_setpoint") <= (0 if waited else 1), "the write was repeated"

    async def test_cancelling_leaves_nothing_behind_of_a_frozen_device(self, harness: DeviceHarness) -> None:
        await harness.start()
        await asyncio.sleep(0)
        before = Held()
        await harness.freeze()
        listener = await Listener(harness.source()).__aenter__()
        await asyncio.sleep(0.5)
        async with asyncio.timeout(10.0):
            await listener.cancel()
        await before.settled()


def _device(harness: SourceHarness) -> DeviceHarness:
    assert isinstance(harness, DeviceHarness)
    return harness
