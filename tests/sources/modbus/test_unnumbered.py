"""Modbus TCP devices whose answers have the transaction id 0: only their order tells whose they are."""

from __future__ import annotations

import asyncio
import struct

import pytest

from hmi.config.modbus_lines import TcpLine
from hmi.model import status
from hmi.model.samples import LinkState
from hmi.sources.modbus.errors import LinkLost
from hmi.sources.modbus.exchange_tcp import TcpExchange
from hmi.sources.modbus.line import Known, read_request
from hmi.sources.modbus.pipelining import Pipelining
from hmi.sources.modbus.wire_time import WireTime
from tests.sources.modbus.devices import Watch, at, device, frame, read_answer

OWN = {f"r{address}": at(address) for address in (1000, 2000, 3000)}
"""Each register holds its own address."""


def unnumbered(unit: int, pdu: bytes) -> bytes:
    return frame(0, unit, read_answer(pdu, lambda register: register))


def only_right(watch: Watch) -> bool:
    return all(
        value == int(name[1:]) for name in OWN for code, value in watch.samples(name) if code == status.GOOD
    )


async def test_when_the_first_answer_is_late_none_is_taken_for_anothers() -> None:
    """Two connections on which each answer comes with the next request, then one that is in order."""
    begun, owed = 0, list[bytes]()

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        nonlocal begun
        if transaction == 1:
            begun += 1
            owed.clear()
        owed.append(unnumbered(unit, pdu))
        return [owed.pop(0)] if begun > 2 or transaction > 1 else []

    async with device(answer) as port, Watch(port, OWN, timeout=0.3) as watch:
        for name in OWN:
            await watch.until(lambda n=name: watch.last(n) == (status.GOOD, int(n[1:])), name)  # type: ignore[misc]
        since = len(watch.messages)
        await watch.until(lambda: watch.confirmed("r3000", since) >= 3, "it goes on")
        assert only_right(watch)
        assert begun == 3, "a connection was kept with an answer owed"


async def test_what_was_seen_of_a_device_outlasts_the_connection() -> None:
    cut = silent = False
    asked = list[int]()

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        nonlocal cut
        if silent and not cut:
            cut = True
            raise ConnectionResetError
        if silent:
            asked.append(transaction)
            return []
        return [unnumbered(unit, pdu)]

    async with device(answer) as port, Watch(port, OWN, timeout=0.3) as watch:
        await watch.until(lambda: watch.status("r3000") == status.GOOD, "live")
        silent = True
        await watch.until(lambda: len(asked) >= 3, "three attempts")
        assert set(asked) == {1}, "asked again on a connection that owes an answer"
        assert "a late one would mislead" in watch.cause()
        silent = False
        await watch.until(lambda: watch.links()[-1] is LinkState.UP, "UP again")
        assert only_right(watch)


async def test_a_request_that_was_cancelled_is_owed_its_answer_too() -> None:
    gate = asyncio.Event()
    gate.set()

    async def answer(_transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        await gate.wait()
        return [unnumbered(unit, pdu)]

    async with device(answer) as port:
        line = TcpLine(host="127.0.0.1", port=port)
        known = Known(line, Pipelining(4), WireTime(line))
        exchange = await TcpExchange.connected(known, 20.0)
        try:
            first = await exchange.ask(read_request(1, 3, 1000, 1), 20.0, float("inf"))
            assert first == struct.pack(">BBH", 3, 2, 1000)
            assert known.unnumbered
            gate.clear()
            asking = asyncio.create_task(exchange.ask(read_request(1, 3, 2000, 1), 20.0, float("inf")))
            await asyncio.sleep(0)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert "does not number its answers" in exchange.lost
        finally:
            gate.set()
            exchange.close()
            await asyncio.sleep(0)


async def test_a_late_answer_without_a_number_ends_a_connection_whose_device_was_not_known() -> None:
    owed = list[bytes]()

    async def answer(_transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        owed.append(unnumbered(unit, pdu))
        return owed[:-1]  # the first one with the second request

    async with device(answer) as port:
        line = TcpLine(host="127.0.0.1", port=port)
        exchange = await TcpExchange.connected(Known(line, Pipelining(1), WireTime(line)), 20.0)
        try:
            asking = asyncio.create_task(exchange.ask(read_request(1, 3, 1000, 1), 20.0, float("inf")))
            async with asyncio.timeout(20.0):
                while not owed:
                    await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            with pytest.raises(LinkLost, match="does not number its answers"):
                await exchange.ask(read_request(1, 3, 2000, 1), 20.0, float("inf"))
        finally:
            exchange.close()
            await asyncio.sleep(0)
