"""Several requests under way: as long as the device takes it, and every answer to its own request."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from hmi.model import status
from hmi.model.samples import LinkState
from hmi.simulation.tcp_proxy import TcpProxy
from hmi.sources.modbus.framing_rtu import Oddity
from hmi.sources.modbus.pipelining import Pipelining
from tests.sources.modbus.devices import Watch, at, device, frame, read_answer

ADDRESSES = {f"t{i}": at(500 * i) for i in range(4)}
Frames = list[bytes]


def number(register: int) -> int:
    return register // 500 + 1


def collecting(send: Callable[[Frames], Frames], until: int) -> Callable[[int, int, bytes], object]:
    """A device that waits for ``until`` requests before it answers, the first time; then one by one."""
    held: Frames = []
    begun = False

    async def answer(transaction: int, unit: int, pdu: bytes) -> Frames:
        nonlocal begun
        held.append(frame(transaction, unit, read_answer(pdu, number)))
        if not begun and len(held) < until:
            return []
        begun = True
        now, held[:] = list(held), []
        return send(now)

    return answer


async def all_right(watch: Watch) -> None:
    for i in range(4):
        await watch.until(lambda i=i: watch.last(f"t{i}") == (status.GOOD, i + 1), f"t{i}")  # type: ignore[misc]
    assert {code for name in ADDRESSES for code, _ in watch.samples(name)} == {status.GOOD}


async def test_as_many_requests_as_allowed_are_under_way() -> None:
    async with (
        device(collecting(lambda held: held, 4)) as port,  # type: ignore[arg-type]
        Watch(port, ADDRESSES, pipeline=4) as watch,
    ):
        await all_right(watch)
        assert watch.known.pipeline == 4
        assert watch.links() == [LinkState.CONNECTING, LinkState.UP]


async def test_one_request_at_a_time_unless_asked_for() -> None:
    async with (
        device(collecting(lambda held: held, 2)) as port,  # type: ignore[arg-type]
        Watch(port, ADDRESSES, timeout=0.2) as watch,
    ):
        for i in range(4):
            await watch.until(lambda i=i: watch.last(f"t{i}") == (status.GOOD, i + 1), f"t{i}")  # type: ignore[misc]
        assert watch.known.seen[Oddity.LATE] == 1, "the second was only sent after the first was given up"


async def test_answers_out_of_order_are_each_ones_own_and_end_it() -> None:
    async with (
        device(collecting(lambda held: held[::-1], 4)) as port,  # type: ignore[arg-type]
        Watch(port, ADDRESSES, pipeline=4) as watch,
    ):
        await all_right(watch)
        assert watch.known.seen[Oddity.OUT_OF_ORDER] > 0
        assert watch.known.pipeline == 1


async def test_a_device_that_drops_all_but_one_is_asked_one_by_one_and_loses_nothing() -> None:
    async with (
        device(collecting(lambda held: held[-1:], 4)) as port,  # type: ignore[arg-type]
        Watch(port, ADDRESSES, pipeline=4, timeout=0.5) as watch,
    ):
        await all_right(watch)
        assert watch.known.pipeline == 1
        assert LinkState.DOWN not in watch.links()


async def test_a_device_that_closes_when_several_are_under_way_is_asked_one_by_one() -> None:
    def closing(_held: Frames) -> Frames:
        raise ConnectionResetError

    async def answer(transaction: int, unit: int, pdu: bytes) -> Frames:
        if watch.known.pipeline > 1:
            return await several(transaction, unit, pdu)  # type: ignore[misc, no-any-return]
        return [frame(transaction, unit, read_answer(pdu, number))]

    several = collecting(closing, 3)
    async with device(answer) as port:
        watch = Watch(port, ADDRESSES, pipeline=3)
        async with watch:
            await all_right(watch)
            assert watch.known.pipeline == 1


async def test_a_device_that_drops_all_when_several_are_under_way_is_asked_one_by_one() -> None:
    dropped = 0

    async def answer(transaction: int, unit: int, pdu: bytes) -> Frames:
        nonlocal dropped
        dropped += watch.known.pipeline > 1
        return [] if watch.known.pipeline > 1 else [frame(transaction, unit, read_answer(pdu, number))]

    async with device(answer) as port:
        watch = Watch(port, ADDRESSES, pipeline=4, timeout=0.3)
        async with watch:
            await all_right(watch)
            await watch.until(lambda: watch.known.pipelining.most == 1, "it was found out", 60.0)
            assert dropped >= 2 * 4, "once may be an outage"


@pytest.mark.parametrize("way", ["silence", "cut"])
async def test_an_outage_with_several_under_way_is_no_reason_to_ask_one_by_one(way: str) -> None:
    silent = False

    async def answer(transaction: int, unit: int, pdu: bytes) -> Frames:
        return [] if silent else [frame(transaction, unit, read_answer(pdu, number))]

    async with (
        device(answer) as port,
        TcpProxy("127.0.0.1", port) as proxy,
        Watch(proxy.port, ADDRESSES, pipeline=4, timeout=0.3) as watch,
    ):
        for _ in range(3):
            since, downs = len(watch.messages), watch.links().count(LinkState.DOWN)
            for name in ADDRESSES:
                await watch.until(lambda n=name, s=since: watch.confirmed(n, s) >= 2, name)  # type: ignore[misc]
            silent = True
            if way == "cut":
                await proxy.cut()
            await watch.until(lambda d=downs: watch.links().count(LinkState.DOWN) > d, "DOWN")  # type: ignore[misc]
            silent = False
            await watch.until(lambda: watch.links()[-1] is LinkState.UP, "UP again")
        await watch.until(lambda: watch.known.pipeline == 4, "several under way again")


def test_pipelining_ends_when_a_device_answers_alone_what_it_does_not_among_several() -> None:
    pipelining = Pipelining(4)
    assert not pipelining.failed(1)
    assert not any(map(pipelining.failed, (2, 3, 4))), "the others of the same kind are no second failure"
    assert pipelining.width == 1
    pipelining.answered(1)
    assert pipelining.width == 4
    pipelining.answered(4)
    assert not pipelining.failed(3), "it works as a rule"
    pipelining.answered(1)
    pipelining.answered(2)
    assert pipelining.failed(3), "two it takes, never three"


async def test_a_device_without_transaction_ids_is_asked_one_by_one() -> None:
    async def answer(_transaction: int, unit: int, pdu: bytes) -> Frames:
        return [frame(0, unit, read_answer(pdu, number))]

    async with device(answer) as port, Watch(port, ADDRESSES, pipeline=4) as watch:
        await all_right(watch)
        assert watch.known.pipeline == 1


@pytest.mark.parametrize("pipeline", [1, 4])
async def test_late_answers_are_counted_and_no_values(pipeline: int) -> None:
    """Block 0 is answered with the next request only, under its own number."""
    late: Frames = []

    async def answer(transaction: int, unit: int, pdu: bytes) -> Frames:
        made = frame(transaction, unit, read_answer(pdu, number))
        if struct.unpack(">BHH", pdu)[1] == 0:
            late.append(made)
            return []
        now, late[:] = list(late), []
        return [made, *now]

    async with device(answer) as port, Watch(port, ADDRESSES, pipeline=pipeline, timeout=0.2) as watch:
        await watch.until(lambda: watch.status("t1") == status.GOOD, "another block")
        await watch.until(lambda: watch.known.seen[Oddity.LATE] > 0, "late answers, counted")
        for i in range(1, 4):
            await watch.until(lambda i=i: watch.last(f"t{i}") == (status.GOOD, i + 1), f"t{i}")  # type: ignore[misc]
            assert {value for code, value in watch.samples(f"t{i}") if code == status.GOOD} == {i + 1}


async def test_what_is_no_modbus_is_said_to_be_none() -> None:
    async def answer(_transaction: int, _unit: int, _pdu: bytes) -> Frames:
        return [b"HTTP/1.1 400 Bad Request\r\n\r\n"]

    async with device(answer) as port, Watch(port, ADDRESSES) as watch:
        await watch.until(lambda: LinkState.DOWN in watch.links(), "DOWN")
        assert "no Modbus TCP" in watch.cause()
