"""Several units and several endpoints on one line: each one's health is its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from hmi.config.endpoint_parts import Paces
from hmi.config.modbus_lines import SerialLine
from hmi.model import status
from hmi.model.samples import Granted, LinkState
from hmi.simulation.modbus_server import ModbusMachineServer
from hmi.simulation.tcp_proxy import TcpProxy
from hmi.sources.modbus.lines import Lines
from hmi.sources.modbus.units import SHARE
from tests.sources.modbus.devices import Watch, at, device, frame, read_answer
from tests.sources.modbus.serial_pair import serial_pair

RATE = 115_200
VALUE = {"v": at(0), "w": at(500)}


async def test_a_dead_unit_costs_the_others_little_and_is_found_when_it_comes_back() -> None:
    """Two endpoints behind one gateway, which lets requests to a dead unit time out in silence."""
    asked: Counter[int] = Counter()
    alive = {1}
    open_connections = 0

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        asked[unit] += 1
        return [frame(transaction, unit, read_answer(pdu, lambda _: unit))] if unit in alive else []

    timeout, lines, loop = 0.2, Lines(), asyncio.get_running_loop()
    async with device(answer) as port, TcpProxy("127.0.0.1", port) as proxy:
        one = Watch(proxy.port, VALUE, timeout=timeout, lines=lines)
        other = Watch(proxy.port, VALUE, timeout=timeout, lines=lines, unit=9)
        async with one, other:
            await one.until(lambda: one.last("v") == (status.GOOD, 1), "the living unit")
            await other.until(lambda: LinkState.DOWN in other.links(), "the dead unit's endpoint")
            assert "no answer" in other.cause()
            began, before = loop.time(), asked.copy()
            since = len(one.messages)
            await one.until(lambda: one.confirmed("v", since) >= 60, "the living one goes on", 60.0)
            await asyncio.sleep(max(began + 1.5 * SHARE * timeout - loop.time(), 0))
            probes = asked[9] - before[9]
            assert 1 <= probes <= 3 + (loop.time() - began) / (SHARE * timeout)
            assert one.links() == [LinkState.CONNECTING, LinkState.UP]
            assert LinkState.UP not in other.links()
            open_connections = proxy.connections
            alive.add(9)
            await other.until(lambda: other.last("v") == (status.GOOD, 9), "found again")
            await other.until(lambda: other.last("w") == (status.GOOD, 9), "all of it")
            assert {value for code, value in one.samples("v") if code == status.GOOD} == {1}
    assert open_connections == 1, "one connection for all, however many endpoints"


async def test_after_an_outage_of_a_whole_line_no_unit_waits_until_it_is_asked_again() -> None:
    """The gateway's bus has no power for a while: nobody answers, then everybody."""
    powered = True
    asked: Counter[int] = Counter()
    units = {f"u{unit}": at(0, unit=unit) for unit in range(1, 6)}

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        asked[unit] += 1
        return [frame(transaction, unit, read_answer(pdu, lambda _: unit))] if powered else []

    async with device(answer) as port, Watch(port, units, timeout=0.25) as watch:
        await watch.until(lambda: all(watch.status(n) == status.GOOD for n in units), "live")
        powered = False
        await watch.until(lambda: LinkState.DOWN in watch.links(), "nobody answers")
        before = asked.copy()
        await watch.until(lambda: sum((asked - before).values()) > 2 * len(units), "each asked twice", 60.0)
        since, powered = len(watch.messages), True
        asked.clear()
        for name in units:
            await watch.until(lambda n=name: watch.confirmed(n, since) > 0, f"{name} is back", 60.0)  # type: ignore[misc]
        assert max(asked.values()) < 20, "the first was polled on while others rested"


async def test_a_line_that_breaks_is_told_by_all_and_comes_back_for_all() -> None:
    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        return [frame(transaction, unit, read_answer(pdu, lambda _: unit))]

    lines = Lines()
    async with device(answer) as port, TcpProxy("127.0.0.1", port) as proxy:
        watches = [Watch(proxy.port, VALUE, lines=lines, unit=unit) for unit in (3, 4)]
        async with watches[0], watches[1]:
            for watch, unit in zip(watches, (3, 4), strict=True):
                await watch.until(lambda w=watch, u=unit: w.last("w") == (status.GOOD, u), "live")  # type: ignore[misc]
            await proxy.cut()
            for watch in watches:
                await watch.until(lambda w=watch: LinkState.DOWN in w.links(), "DOWN")  # type: ignore[misc]
                await watch.until(lambda w=watch: w.links()[-1] is LinkState.UP, "UP again")  # type: ignore[misc]


async def test_a_frozen_gateway_is_left_for_a_new_connection_though_several_hold_the_old_one() -> None:
    frozen = False

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        if frozen:
            await asyncio.sleep(3600)  # this connection will never answer again
        return [frame(transaction, unit, read_answer(pdu, lambda _: unit))]

    lines = Lines()
    async with device(answer) as port:
        watches = [Watch(port, VALUE, lines=lines, unit=unit, timeout=0.2) for unit in (3, 4)]
        async with watches[0], watches[1]:
            for watch in watches:
                await watch.until(lambda w=watch: w.status("w") == status.GOOD, "live")  # type: ignore[misc]
            frozen = True
            for watch in watches:
                await watch.until(lambda w=watch: LinkState.DOWN in w.links(), "DOWN")  # type: ignore[misc]
            frozen = False
            for watch in watches:
                await watch.until(lambda w=watch: w.links()[-1] is LinkState.UP, "UP again")  # type: ignore[misc]


async def test_units_on_a_serial_line_a_dead_one_among_them(tmp_path: Path) -> None:
    tags = {f"u{unit}": at(10 * unit, unit=unit) for unit in (1, 2)}
    lines = Lines()
    async with serial_pair(tmp_path) as (ours, theirs):
        line = {"baud": RATE, "parity": "none"}
        served = {"device": str(theirs)} | line
        async with ModbusMachineServer(tags, serial=_serial(served), silent_units=True) as server:
            ours_line = {"device": str(ours)} | line
            # One endpoint with two units, one of them dead, and another endpoint on the same line.
            both = Watch(
                0, {"u1": tags["u1"], "gone": at(0, unit=7)}, serial=ours_line, lines=lines, timeout=0.3
            )
            alone = Watch(0, {"u2": tags["u2"]}, serial=ours_line, lines=lines, timeout=0.3)
            async with both, alone:
                await both.until(lambda: both.status("gone") == status.BAD_TIMEOUT, "the dead unit is Bad")
                for value in (5, 6, 7):
                    server.set("u1", value)
                    server.set("u2", value + 100)
                    await both.until(lambda v=value: both.last("u1") == (status.GOOD, v), "u1")  # type: ignore[misc]
                    await alone.until(lambda v=value: alone.last("u2") == (status.GOOD, v + 100), "u2")  # type: ignore[misc]
                assert not both.confirmed("gone")
                for watch in (both, alone):
                    assert LinkState.DOWN not in watch.links()


async def test_intervals_are_granted_as_a_slow_serial_line_can_keep_them(tmp_path: Path) -> None:
    async with serial_pair(tmp_path) as (ours, theirs):
        line = {"baud": 1200, "parity": "none"}
        async with ModbusMachineServer(VALUE, serial=_serial({"device": str(theirs)} | line)):
            serial = {"device": str(ours)} | line
            async with Watch(0, VALUE, serial=serial, paces=Paces(live=0.05)) as watch:
                await watch.until(lambda: watch.status("w") == status.GOOD, "live")
                granted = next(m.sampling for m in watch.messages if isinstance(m, Granted))
    # Two reads of a register: 15 characters of 10 bits each, and twice 3.5 of silence, with 10 % to spare.
    assert granted >= 2 * (15 + 7) * 10 / 1200 / 0.9 * 0.999


async def test_two_endpoints_that_describe_one_line_differently_are_told_so() -> None:
    lines = Lines()
    first = Watch(0, VALUE, lines=lines, serial={"device": "/dev/none", "baud": 9600})
    second = Watch(0, VALUE, lines=lines, serial={"device": "/dev/none", "baud": 19200})
    async with first:
        await first.until(lambda: LinkState.DOWN in first.links(), "there is no such port")
        assert "/dev/none" in first.cause()
        async with second:
            await second.until(lambda: LinkState.DOWN in second.links(), "another description")
            assert "baud 9600 and 19200" in second.cause()


def _serial(given: dict[str, object]) -> SerialLine:
    return SerialLine.model_validate(given)
