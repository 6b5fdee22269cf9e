"""The source before agents that do what agents do: gaps, restarts, lost adapters, clocks."""

from __future__ import annotations

import asyncio
import time

import pytest

from hmi.model.clock import SECOND
from hmi.model.samples import Batch, ClockOffset, Confirmation, Irregularity, LinkEvent, LinkState
from hmi.simulation.mtconnect_agent import MtconnectAgent
from hmi.sources.mtconnect.decoding import BAD_UNAVAILABLE
from hmi.testing.harness import Listener
from hmi.testing.heard import Heard, check_confirmations
from tests.sources.mtconnect.running import HAAS, TAGS, listener, live, lost


async def test_values_conditions_and_their_messages() -> None:
    async with MtconnectAgent(HAAS) as agent, listener(agent.port) as running:
        heard = Heard(TAGS, running.messages)
        await live(running, heard)
        assert heard.samples("x")[-1][0] == BAD_UNAVAILABLE
        agent.observe("x1", "12.5")
        agent.observe("c2", "O1000 <roughing> & more")
        agent.observe("system", "coolant low", level="Warning", code="731")
        agent.observe("system", "door open", level="Fault", code="12")
        await running.until(lambda: heard.has("alarms", "door open; coolant low"), "both alarms")
        assert heard.has("x", 12.5)
        assert heard.has("program", "O1000 <roughing> & more")
        assert heard.has("system", 2)
        agent.observe("system", "", level="Normal", code="12")
        await running.until(lambda: heard.has("system", 1), "one of them gone")
        check_confirmations(running.messages)


async def test_an_adapter_that_is_lost_is_bad_with_the_link_up() -> None:
    async with MtconnectAgent(HAAS) as agent, listener(agent.port) as running:
        heard = Heard(TAGS, running.messages)
        agent.observe("x1", "1")
        await running.until(lambda: heard.has("x", 1.0), "a value")
        agent.lose_adapter()
        await running.until(lambda: heard.is_bad("x"), "UNAVAILABLE")
        since = len(running.messages)
        await asyncio.sleep(1.2)
        assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
        assert not heard.confirmed("x", since)
        agent.observe("x1", "2")
        await running.until(lambda: heard.has("x", 2.0), "back")


async def test_every_change_comes_or_is_counted_as_lost() -> None:
    async with MtconnectAgent(HAAS, buffer=64) as agent, listener(agent.port, count=10) as running:
        heard = Heard(TAGS, running.messages)
        await live(running, heard)
        first = len(heard.samples("x"))
        for burst in range(5):
            for number in range(300):
                agent.observe("x1", str(burst * 1000 + number))
            await running.until(
                lambda burst=burst: heard.has("x", burst * 1000 + 299.0), "the last of a burst"
            )  # type: ignore[misc]
        came = len(heard.samples("x")) - first
        told = sum(each.count for each in lost(running))
        assert told > 0
        gaps = [each.count for each in running.messages if isinstance(each, Irregularity)]
        assert gaps == [1] * len(lost(running)), "and how often that was"
        # The state that is read anew holds the last one, which was counted or not by its number.
        assert came + told == 1500
        assert [s for s in heard.links() if s is LinkState.DOWN] == []
        values = [value for _, value in heard.samples("x") if isinstance(value, float) and value]
        assert values == sorted(values)
        check_confirmations(running.messages)


async def test_nothing_is_lost_within_the_buffer() -> None:
    async with MtconnectAgent(HAAS, buffer=4096) as agent, listener(agent.port, count=7) as running:
        heard = Heard(TAGS, running.messages)
        await live(running, heard)
        first = len(heard.samples("x"))
        for number in range(200):
            agent.observe("x1", str(number))
        await running.until(lambda: heard.has("x", 199.0), "all")
        assert [value for _, value in heard.samples("x")[first:]] == [float(n) for n in range(200)]
        assert lost(running) == []


async def test_another_instance_is_a_link_that_went_down() -> None:
    async with MtconnectAgent(HAAS) as agent, listener(agent.port) as running:
        heard = Heard(TAGS, running.messages)
        agent.observe("x1", "1")
        await running.until(lambda: heard.has("x", 1.0), "a value")
        agent.restart()
        await running.until(lambda: heard.links()[-2:] == [LinkState.DOWN, LinkState.UP], "DOWN and UP")
        up = max(i for i, m in enumerate(running.messages) if isinstance(m, LinkEvent))
        down = next(i for i, m in enumerate(running.messages) if isinstance(m, LinkEvent) and m.cause)
        assert not [m for m in running.messages[down:up] if isinstance(m, Batch | Confirmation)]
        await running.until(lambda: bool(heard.samples("x", up)), "a sample after it")
        assert heard.samples("x", up)[0][0] == BAD_UNAVAILABLE
        agent.observe("x1", "3")
        await running.until(lambda: heard.has("x", 3.0, up), "it goes on")
        check_confirmations(running.messages)


async def test_an_instance_that_changes_behind_an_open_stream_is_noticed() -> None:
    async with MtconnectAgent(HAAS) as agent, listener(agent.port) as running:
        heard = Heard(TAGS, running.messages)
        await live(running, heard)
        agent.buffer.instance += 1
        await running.until(lambda: LinkState.DOWN in heard.links(), "DOWN")
        cause = next(m.cause for m in running.messages if isinstance(m, LinkEvent) and m.cause)
        assert "started anew" in cause
        await running.until(lambda: heard.links()[-1] is LinkState.UP, "UP")


@pytest.mark.parametrize("whole", [False, True])
async def test_the_clock_offset_is_told_with_a_bound_that_holds(whole: bool) -> None:
    hour = 3600 * SECOND
    agent = MtconnectAgent(HAAS, whole_seconds=whole, utc=lambda: time.time_ns() + hour)
    async with agent, listener(agent.port) as running:
        heard = Heard(TAGS, running.messages)
        await live(running, heard)
        offsets = [m for m in running.messages if isinstance(m, ClockOffset)]
        assert offsets
        for each in offsets:
            assert abs(each.offset - hour) <= each.uncertainty + SECOND // 1000
            assert each.uncertainty < (SECOND if not whole else 2 * SECOND)
        agent.observe("x1", "5")
        await running.until(lambda: heard.has("x", 5.0), "a change")
        batch = next(m for m in reversed(running.messages) if isinstance(m, Batch) and 0 in m.index)
        slack = batch.received.monotonic - int(batch.not_before[(batch.index == 0).nonzero()[0][-1]])
        assert 0 <= slack < 20 * SECOND


async def test_whole_seconds_do_not_make_values_look_a_second_old() -> None:
    async with MtconnectAgent(HAAS, whole_seconds=True) as agent, listener(agent.port) as running:
        heard = Heard(TAGS, running.messages)
        agent.observe("x1", "1")
        await running.until(lambda: heard.has("x", 1.0), "a value")

        def within_a_second() -> bool:
            times = sorted(set(heard.confirmed("x")))
            return any(c - a < SECOND for a, c in zip(times, times[2:], strict=False))

        await running.until(within_a_second, "three moments of confirmation within a second")
        check_confirmations(running.messages)


async def confirmed_after(running: Listener, heard: Heard, moment: int) -> None:
    await running.until(lambda: max(heard.confirmed("x"), default=0) > moment, "confirmed after that")


async def test_a_clock_that_is_set_does_not_make_live_values_stale_for_long() -> None:
    shift = [0]
    agent = MtconnectAgent(HAAS, utc=lambda: time.time_ns() + shift[0])
    async with agent, listener(agent.port) as running:
        heard = Heard(TAGS, running.messages)
        agent.observe("x1", "1")
        await running.until(lambda: heard.has("x", 1.0), "a value")
        for jump in (-3600 * SECOND, 3600 * SECOND):
            shift[0] += jump
            await asyncio.sleep(0.3)
            after = running.clock.now().monotonic
            await confirmed_after(running, heard, after)
        assert LinkState.DOWN not in heard.links()
