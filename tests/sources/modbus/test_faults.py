"""The Modbus source before devices that misbehave: real sockets, our server, and bytes made by hand."""

from __future__ import annotations

import asyncio
import struct
from collections import Counter

import pytest

from hmi.config.modbus import ModbusFormat
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND
from hmi.model.samples import Batch, Confirmation, Granted, Irregular, Irregularity, LinkState, WriteOutcome
from hmi.model.values import Scalar
from hmi.simulation.modbus_server import ModbusMachineServer
from hmi.simulation.tcp_proxy import TcpProxy
from tests.sources.modbus.devices import Watch, at, coil, device, frame, read_answer


def noticed(watch: Watch) -> Counter[Irregular]:
    """How often each kind was told."""
    told: Counter[Irregular] = Counter()
    for message in watch.messages:
        if isinstance(message, Irregularity):
            told[message.kind] += message.count
    return told


async def test_an_exception_of_one_block_is_the_status_of_its_tags_only() -> None:
    addresses = {"one": at(0), "two": at(500), "three": at(1000)}
    async with ModbusMachineServer(addresses) as server, Watch(server.port, addresses) as watch:
        await watch.until(lambda: all(watch.status(n) == status.GOOD for n in addresses), "all good")
        server.fail("two")
        await watch.until(lambda: watch.status("two") == status.BAD_DEVICE_FAILURE, "two bad")
        since = len(watch.messages)
        server.set("one", 11)
        server.set("three", 33)
        await watch.until(
            lambda: watch.last("one") == (status.GOOD, 11) and watch.last("three") == (status.GOOD, 33),
            "the others go on",
        )
        assert watch.confirmed("one", since)
        server.fail("two", False)
        server.set("two", 22)
        await watch.until(lambda: watch.last("two") == (status.GOOD, 22), "two good again")
        assert watch.links() == [LinkState.CONNECTING, LinkState.UP]


async def test_in_a_merged_block_only_the_tags_at_fault_go_bad() -> None:
    addresses = {f"t{i}": at(i) for i in range(40)} | {"ghost": at(41)}
    there = {name: each for name, each in addresses.items() if name != "ghost"}
    async with ModbusMachineServer(there) as server, Watch(server.port, addresses) as watch:
        for i in range(40):
            server.set(f"t{i}", 100 + i)
        server.fail("t17")
        await watch.until(lambda: all(watch.samples(n) for n in addresses), "a sample of each")
        await watch.until(lambda: watch.status("t17") == status.BAD_DEVICE_FAILURE, "t17 bad")
        await watch.until(lambda: watch.status("ghost") == status.BAD_NODE_ID_UNKNOWN, "ghost unknown")
        for i in set(range(40)) - {17}:
            assert {code for code, _ in watch.samples(f"t{i}")} == {status.GOOD}
            assert watch.last(f"t{i}") == (status.GOOD, 100 + i)
        server.fail("t17", False)
        await watch.until(lambda: watch.last("t17") == (status.GOOD, 117), "t17 good")


async def test_holes_that_the_device_does_not_have_are_read_around() -> None:
    addresses = {"left": at(10), "right": at(14)}
    async with (
        ModbusMachineServer(addresses, readable_gaps=False) as server,
        Watch(server.port, addresses) as watch,
    ):
        server.set("left", 1)
        server.set("right", 2)
        await watch.until(
            lambda: watch.last("left") == (status.GOOD, 1) and watch.last("right") == (status.GOOD, 2), "both"
        )
        assert {code for name in addresses for code, _ in watch.samples(name)} == {status.GOOD}


async def test_unchanged_values_are_confirmed_and_not_sent_again() -> None:
    addresses = {"still": at(0), "moving": at(1)}
    async with ModbusMachineServer(addresses) as server, Watch(server.port, addresses) as watch:
        for number in range(1, 6):
            server.set("moving", number)
            await watch.until(lambda n=number: watch.last("moving") == (status.GOOD, n), "the change")  # type: ignore[misc]
        assert len(watch.samples("still")) == 1
        assert watch.confirmed("still") >= 5


@pytest.mark.parametrize("delay", [0.005, 0.15])
async def test_a_slow_device_is_polled_as_fast_as_it_can_and_says_so(delay: float) -> None:
    addresses = {"quick": at(0), "slow": at(500)}
    async with ModbusMachineServer(addresses) as server, TcpProxy("127.0.0.1", server.port) as proxy:
        proxy.delay = delay
        async with Watch(proxy.port, addresses, slow=("slow",)) as watch:
            await watch.until(lambda: watch.confirmed("quick") >= 14, "many polls", 60.0)
            # Both paces get their turns, however late everything is.
            assert watch.confirmed("slow") >= 2
            assert watch.links() == [LinkState.CONNECTING, LinkState.UP]

            def granted() -> list[float]:
                return [m.sampling for m in watch.messages if isinstance(m, Granted) and 0 in m.index]

            assert granted()[0] == pytest.approx(0.02)
            if delay > 0.02:
                await watch.until(lambda: granted()[-1] >= delay, "what is reached", 60.0)
            server.set("quick", 5)
            server.set("slow", 6)
            await watch.until(
                lambda: watch.last("quick") == (status.GOOD, 5) and watch.last("slow") == (status.GOOD, 6),
                "changes arrive",
            )
            for batch in (m for m in watch.messages if isinstance(m, Batch)):
                bounds = batch.not_before[batch.not_before != NO_TIME]
                assert (batch.received.monotonic - bounds >= delay * SECOND * 0.99).all()


async def test_a_cut_connection_is_one_down_and_comes_back_with_everything() -> None:
    addresses = {"a": at(0), "b": at(300)}
    async with (
        ModbusMachineServer(addresses) as server,
        TcpProxy("127.0.0.1", server.port) as proxy,
        Watch(proxy.port, addresses) as watch,
    ):
        await watch.until(lambda: bool(watch.samples("a") and watch.samples("b")), "live")
        since = len(watch.messages)
        await proxy.cut()
        # Told at once, long before the time-out of 5 s would have said so.
        await watch.until(lambda: LinkState.DOWN in watch.links(), "DOWN", 4.0)
        await watch.until(lambda: watch.links()[-1] is LinkState.UP, "UP")
        await watch.until(lambda: bool(watch.samples("a", since) and watch.samples("b", since)), "all again")
        assert watch.links() == [LinkState.CONNECTING, LinkState.UP, LinkState.DOWN, LinkState.UP]


async def test_a_connection_lost_during_a_request_is_told_at_once() -> None:
    addresses = {"a": at(0)}
    async with (
        ModbusMachineServer(addresses) as server,
        TcpProxy("127.0.0.1", server.port) as proxy,
        Watch(proxy.port, addresses, timeout=60.0) as watch,
    ):
        await watch.until(lambda: bool(watch.samples("a")), "live")
        proxy.frozen = True
        await asyncio.sleep(0.3)  # many intervals: a request waits for its answer now
        await proxy.cut()
        await watch.until(lambda: LinkState.DOWN in watch.links(), "DOWN long before the time-out")


async def test_a_silent_block_is_not_told_of_before_the_link_is_up() -> None:
    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        if struct.unpack(">BHH", pdu)[1] == 0:
            return []
        return [frame(transaction, unit, read_answer(pdu, lambda register: 3))]

    addresses = {"silent": at(0), "speaks": at(500)}
    async with (
        device(answer) as port,
        TcpProxy("127.0.0.1", port) as proxy,
        Watch(proxy.port, addresses, slow=("speaks",), timeout=0.2) as watch,
    ):
        await watch.until(lambda: watch.status("silent") == status.BAD_TIMEOUT, "the silent block")
        since = len(watch.messages)
        proxy.frozen = True
        await proxy.cut()
        await watch.until(lambda: watch.links()[-1] is LinkState.DOWN, "DOWN")
        await asyncio.sleep(1.0)  # connections are made meanwhile, and nobody answers
        proxy.frozen = False
        await watch.until(lambda: watch.links()[-1] is LinkState.UP, "UP")
        await watch.until(lambda: bool(watch.samples("silent", since)), "told again after UP")


async def test_a_silent_unit_behind_a_gateway_does_not_take_the_others_down() -> None:
    addresses = {"here": at(0), "gone": at(0, unit=7), "gone_too": at(500, unit=7)}
    there = {"here": addresses["here"]}
    async with (
        ModbusMachineServer(there, silent_units=True) as server,
        Watch(server.port, addresses, timeout=0.3) as watch,
    ):
        await watch.until(lambda: watch.status("gone") == status.BAD_TIMEOUT, "the silent unit's tag")
        await watch.until(lambda: watch.status("gone_too") == status.BAD_TIMEOUT, "its other tag")
        server.set("here", 4)
        await watch.until(lambda: watch.last("here") == (status.GOOD, 4), "the other unit")
        since = len(watch.messages)
        await watch.until(lambda: watch.confirmed("here", since) >= 10, "it goes on")
        assert not watch.confirmed("gone")
        assert LinkState.DOWN not in watch.links()


async def test_an_unknown_unit_of_an_honest_gateway_is_no_communication() -> None:
    addresses = {"here": at(0), "gone": at(0, unit=7)}
    async with (
        ModbusMachineServer({"here": addresses["here"]}) as server,
        Watch(server.port, addresses) as watch,
    ):
        await watch.until(lambda: watch.status("gone") == status.BAD_NO_COMMUNICATION, "exception 11")
        await watch.until(lambda: watch.status("here") == status.GOOD, "the other unit")


async def test_short_answers_are_bad_and_never_values() -> None:
    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        whole = read_answer(pdu, lambda register: register)
        if struct.unpack(">BHH", pdu)[1] < 500:
            return [frame(transaction, unit, whole)]
        return [frame(transaction, unit, bytes([3, whole[1] - 2]) + whole[2:-2])]

    async with (
        device(answer) as port,
        Watch(port, {"whole": at(5), "cut": at(500, ModbusFormat.UINT32)}) as w,
    ):
        await w.until(lambda: w.status("cut") == status.BAD_DECODING_ERROR, "the short answer")
        await w.until(lambda: w.last("whole") == (status.GOOD, 5), "the other block")
        assert not w.confirmed("cut")
        assert LinkState.DOWN not in w.links()


async def test_a_late_answer_is_not_taken_for_the_next_request() -> None:
    """The device answers block 0 only after it got the next request, with the old transaction id."""
    held: list[bytes] = []

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        made = frame(transaction, unit, read_answer(pdu, lambda register: register // 500 + 1))
        if struct.unpack(">BHH", pdu)[1] == 0:
            held.append(made)
            return []
        late, held[:] = list(held), []
        return [*late, made]

    async with (
        device(answer) as port,
        Watch(port, {"late": at(0), "next": at(500)}, timeout=0.3) as watch,
    ):
        await watch.until(lambda: watch.status("late") == status.BAD_TIMEOUT, "the time-out")
        since = len(watch.messages)
        await watch.until(lambda: watch.confirmed("next", since) >= 5, "the other goes on")
        await watch.until(lambda: noticed(watch)[Irregular.LATE] > 0, "that it came late is told")
        assert noticed(watch).keys() == {Irregular.LATE}
        assert {value for code, value in watch.samples("next") if code == status.GOOD} == {2}
        assert LinkState.DOWN not in watch.links()


async def test_another_function_or_unit_in_the_answer_is_never_a_value() -> None:
    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        made = read_answer(pdu, lambda register: 7)
        match struct.unpack(">BHH", pdu)[1]:
            case 0:
                return [frame(transaction, unit, b"\x04" + made[1:])]
            case 500:
                return [frame(transaction, unit + 1, made)]
            case _:
                return [frame(transaction, unit, made)]

    addresses = {"function": at(0), "unit": at(500), "right": at(1000)}
    async with device(answer) as port, Watch(port, addresses, timeout=0.3) as watch:
        await watch.until(lambda: watch.status("function") == status.BAD_DECODING_ERROR, "wrong function")
        await watch.until(lambda: watch.status("unit") == status.BAD_DECODING_ERROR, "wrong unit")
        await watch.until(lambda: watch.last("right") == (status.GOOD, 7), "the right one")
        both = {Irregular.OTHER_FUNCTION, Irregular.OTHER_UNIT}
        await watch.until(lambda: noticed(watch).keys() >= both, "what was wrong is told")


async def test_a_device_that_accepts_and_never_answers_is_down_not_up() -> None:
    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        return []

    async with device(answer) as port, Watch(port, {"a": at(0), "b": at(500)}, timeout=0.2) as watch:
        await watch.until(lambda: LinkState.DOWN in watch.links(), "DOWN")
        await asyncio.sleep(1.0)
        assert watch.links() == [LinkState.CONNECTING, LinkState.DOWN]
        assert not [m for m in watch.messages if isinstance(m, Batch | Confirmation)]


async def test_writes_of_every_kind_reach_the_device() -> None:
    addresses = {
        "flag": coil(3),
        "word": at(0, ModbusFormat.INT16),
        "wide": at(1, ModbusFormat.UINT64, order="CDAB"),
        "float": at(5, ModbusFormat.FLOAT32, order="DCBA"),
        "bit": at(7, bit=9, format=ModbusFormat.BITS),
        "field": at(7, bit=2, bits=3, format=ModbusFormat.BITS),
    }
    async with ModbusMachineServer(addresses) as server, Watch(server.port, addresses) as watch:
        await watch.until(lambda: LinkState.UP in watch.links(), "UP")
        server.set("field", 5)
        wanted: dict[str, Scalar] = {"flag": True, "word": -3, "wide": 2**64 - 2, "float": 0.5, "bit": True}
        for name, value in wanted.items():
            assert await watch.write(name, value) is WriteOutcome.ACCEPTED, name
            assert server.get(name) == value
        assert server.get("field") == 5, "a bit was written over its neighbours"
        assert server.writes == len(wanted)
        for name, value in wanted.items():
            await watch.until(lambda n=name, v=value: watch.last(n) == (status.GOOD, v), f"{name} read back")  # type: ignore[misc]


@pytest.mark.parametrize(("name", "value"), [("word", 40_000), ("word", 1.5), ("word", "x"), ("bit", 2)])
async def test_what_does_not_fit_is_refused_and_not_sent(name: str, value: Scalar) -> None:
    addresses = {"word": at(0, ModbusFormat.INT16), "bit": at(1, ModbusFormat.BITS)}
    async with ModbusMachineServer(addresses) as server, Watch(server.port, addresses) as watch:
        await watch.until(lambda: LinkState.UP in watch.links(), "UP")
        assert await watch.write(name, value) is WriteOutcome.REFUSED
        assert server.writes == 0


async def test_bits_are_refused_where_the_device_has_no_mask_write() -> None:
    addresses = {"bit": at(0, ModbusFormat.BITS, bit=1), "rest": at(0)}
    async with (
        ModbusMachineServer(addresses, mask_write=False) as server,
        Watch(server.port, addresses) as watch,
    ):
        await watch.until(lambda: LinkState.UP in watch.links(), "UP")
        result = await watch.source.write(0, True, timeout=20.0)
        assert result.outcome is WriteOutcome.REFUSED
        assert "mask write" in result.cause
        assert server.writes == 0


@pytest.mark.parametrize("length", [1, 6, 8, 10])
async def test_a_torn_frame_costs_the_connection_and_no_value(length: int) -> None:
    """Its rest, or another frame behind its beginning, would be taken for something else."""
    torn = False
    rest: list[bytes] = []

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        nonlocal torn
        whole = frame(transaction, unit, read_answer(pdu, lambda register: 7))
        if torn:
            torn = False
            rest.append(whole[length:])
            return [whole[:length]]
        late, rest[:] = list(rest), []
        return [*late, whole]

    async with device(answer) as port, Watch(port, {"word": at(0)}, timeout=0.3) as watch:
        await watch.until(lambda: watch.last("word") == (status.GOOD, 7), "live")
        torn = True
        await watch.until(lambda: LinkState.DOWN in watch.links(), "DOWN")
        assert "a late one would mislead" in watch.cause()
        rest.clear()  # what was in the old connection is gone with it
        await watch.until(lambda: watch.links()[-1] is LinkState.UP, "UP again")
        assert {value for code, value in watch.samples("word") if code == status.GOOD} == {7}


async def test_an_answer_to_another_write_is_no_success() -> None:
    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        if pdu[0] == 3:
            return [frame(transaction, unit, read_answer(pdu, lambda register: 1))]
        return [frame(transaction, unit, pdu[:-1] + bytes([pdu[-1] ^ 1]))]

    async with device(answer) as port, Watch(port, {"word": at(0)}) as watch:
        await watch.until(lambda: LinkState.UP in watch.links(), "UP")
        assert await watch.write("word", 5) is WriteOutcome.UNKNOWN


async def test_a_write_whose_connection_breaks_is_unknown() -> None:
    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        if pdu[0] == 3:
            return [frame(transaction, unit, read_answer(pdu, lambda register: 1))]
        raise ConnectionResetError

    async with device(answer) as port, Watch(port, {"word": at(0)}) as watch:
        await watch.until(lambda: LinkState.UP in watch.links(), "UP")
        assert await watch.write("word", 5) is WriteOutcome.UNKNOWN
