"""What was read is not lost, and vouched for as of when it was asked: against devices made by hand."""

from __future__ import annotations

import asyncio
import time

import pytest

from hmi.config.modbus import ModbusEndpoint
from hmi.model import status
from hmi.model.clock import NO_TIME, SystemClock
from hmi.model.samples import Batch, Confirmation, Granted, LinkEvent, LinkState
from hmi.sources.modbus import make_modbus_source
from hmi.testing.harness import Listener
from tests.sources.modbus.devices import Watch, at, device, frame, read_answer

FIRST, SECOND_BLOCK = 0, 500
TWO = {"first": at(FIRST), "second": at(SECOND_BLOCK)}


def start(pdu: bytes) -> int:
    """The register at which a read begins."""
    return int.from_bytes(pdu[1:3], "big")


async def test_what_was_read_before_the_link_broke_is_told_before_the_link_is_down() -> None:
    breaking = False

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        if breaking and start(pdu) == SECOND_BLOCK:
            raise ConnectionResetError
        return [frame(transaction, unit, read_answer(pdu, lambda _register: 2 if breaking else 1))]

    async with device(answer) as port, Watch(port, TWO) as watch:
        await watch.until(lambda: watch.last("second") == (status.GOOD, 1), "live")
        breaking = True
        await watch.until(lambda: LinkState.DOWN in watch.links(), "DOWN")
        down = next(
            i for i, m in enumerate(watch.messages) if isinstance(m, LinkEvent) and m.state is LinkState.DOWN
        )
        del watch.messages[down:]
        assert watch.last("first") == (status.GOOD, 2)


async def test_an_answer_does_not_wait_for_the_next_one_that_may_never_come() -> None:
    gate = asyncio.Event()
    gate.set()
    value = 1

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        told = value
        if start(pdu) == SECOND_BLOCK:
            await gate.wait()
        return [frame(transaction, unit, read_answer(pdu, lambda _register: told))]

    async with device(answer) as port, Watch(port, TWO, timeout=600.0) as watch:
        await watch.until(lambda: watch.last("second") == (status.GOOD, 1), "live")
        gate.clear()
        value = 2
        await watch.until(lambda: watch.last("first") == (status.GOOD, 2), "told while the other is awaited")
        assert watch.last("second") == (status.GOOD, 1)
        gate.set()
        await watch.until(lambda: watch.last("second") == (status.GOOD, 2), "the other one")


async def test_a_value_is_vouched_for_as_of_its_request() -> None:
    arrived: list[int] = []

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        arrived.append(time.monotonic_ns())
        await asyncio.sleep(0.05)
        return [frame(transaction, unit, read_answer(pdu, lambda _register: 1))]

    async with device(answer) as port, Watch(port, {"first": at(FIRST)}) as watch:
        await watch.until(lambda: watch.confirmed("first") >= 5, "five polls")
        confirmed = [m.at.monotonic for m in watch.messages if isinstance(m, Confirmation)]
    for vouched, request in zip(confirmed, arrived, strict=False):
        assert vouched <= request, "the device may have read its register as early as this"
    for vouched, request in zip(confirmed[1:], arrived, strict=False):
        assert vouched > request, "an older request than that of this answer"


async def test_the_first_samples_of_every_link_are_no_observed_change() -> None:
    cutting = False

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        if cutting:
            raise ConnectionResetError
        return [frame(transaction, unit, read_answer(pdu, lambda _register: 1))]

    async with device(answer) as port, Watch(port, TWO) as watch:
        await watch.until(lambda: watch.last("second") == (status.GOOD, 1), "live")
        cutting = True
        await watch.until(lambda: LinkState.DOWN in watch.links(), "DOWN")
        cutting = False
        since = len(watch.messages)
        await watch.until(lambda: bool(watch.samples("second", since)), "live again")
        for batch in (m for m in watch.messages if isinstance(m, Batch)):
            assert (batch.not_before == NO_TIME).all()
        await watch.until(
            lambda: any(isinstance(m, Granted) for m in watch.messages[since:]), "intervals told anew"
        )


def test_an_endpoint_without_tags_is_refused_by_name() -> None:
    endpoint = ModbusEndpoint(protocol="modbus", host="plc")
    with pytest.raises(ValueError, match="plc:502 has no tags"):
        make_modbus_source(endpoint, [], SystemClock())


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 99_999), ("a" * 300, 502), ("", 1), ("not a host", 502), ("a..b", 502)]
)
async def test_an_address_that_leads_nowhere_is_a_link_that_is_down(host: str, port: int) -> None:
    endpoint = ModbusEndpoint.model_construct(protocol="modbus", host=host, port=port, timeout=2.0)
    (tag,) = Watch(1, {"first": at(FIRST)}).tags
    async with Listener(make_modbus_source(endpoint, [(0, tag)], SystemClock())) as listener:
        await listener.until(lambda: len(listener.messages) == 2, "DOWN", 60.0)
        await asyncio.sleep(0.6)
        events = [m for m in listener.messages if isinstance(m, LinkEvent)]
        assert [each.state for each in events] == [LinkState.CONNECTING, LinkState.DOWN]
        assert events[-1].cause
