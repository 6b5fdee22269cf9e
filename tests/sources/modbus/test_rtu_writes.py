"""Writes in serial frames: accepted only by an answer that can be no other's, nor the echo."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hmi.config.modbus import ModbusEndpoint, ModbusFormat, ModbusTable
from hmi.config.modbus_lines import SerialLine, TcpLine
from hmi.model.samples import WriteOutcome
from hmi.sources.modbus.connection import Connection
from hmi.sources.modbus.echoes import Echoes
from hmi.sources.modbus.errors import NotSent
from hmi.sources.modbus.exchange_rtu import RtuExchange
from hmi.sources.modbus.framing_rtu import rtu_frame
from hmi.sources.modbus.line import Known, OpenLine, Request
from hmi.sources.modbus.lines import Lines
from hmi.sources.modbus.pipelining import Pipelining
from hmi.sources.modbus.wire_time import WireTime
from hmi.sources.modbus.writing import write
from tests.sources.modbus.devices import Answer, Watch, at, device, read_answer

PAIR = at(7, ModbusFormat.UINT32)
"""Two registers: the answer to its write does not repeat the value."""


@asynccontextmanager
async def connected(answer: Answer, timeout: float) -> AsyncIterator[Connection]:
    """A connection that nobody polls."""
    async with device(answer, rtu=True) as port:
        given = {
            "protocol": "modbus",
            "host": "127.0.0.1",
            "port": port,
            "framing": "rtu",
            "timeout": timeout,
        }
        async with Connection.connected(Lines().of(ModbusEndpoint.model_validate(given)), timeout) as made:
            yield made


@pytest.mark.parametrize(
    ("certainty", "outcome"),
    [
        ("values", WriteOutcome.UNKNOWN),
        ("exception", WriteOutcome.UNKNOWN),
        ("silence", WriteOutcome.NOT_SENT),
    ],
)
async def test_the_late_answer_to_one_write_is_no_success_of_the_next(
    certainty: str, outcome: WriteOutcome
) -> None:
    """The first is carried out and answered with the next request; the second never gets there."""
    owed, held, writes = list[bytes](), 0, 0

    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        nonlocal held, writes
        late, owed[:] = list(owed), []
        if pdu[0] == 3:
            by = {"values": read_answer(pdu, lambda _: 0), "exception": b"\x83\x02"}.get(certainty)
            return [*late, *([rtu_frame(unit, by)] if by else [])]
        writes += 1
        if writes == 2:
            return late
        held = int.from_bytes(pdu[6:], "big")
        done = rtu_frame(unit, pdu[:5])
        if writes == 1:
            owed.append(done)
            return []
        return [*late, done]

    patience = 0.5 if certainty == "silence" else 2.0
    async with connected(answer, 20.0) as connection:
        assert (await write(connection, PAIR, 10, 0.3)).outcome is WriteOutcome.UNKNOWN
        assert (await write(connection, PAIR, 99, patience)).outcome is outcome
        assert held == 10
        if certainty != "silence":
            assert (await write(connection, PAIR, 7, 20.0)).outcome is WriteOutcome.ACCEPTED
            assert held == 7


async def test_a_disturbed_echo_does_not_make_the_next_echo_an_answer() -> None:
    disturbed = False

    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        echo = rtu_frame(unit, pdu)
        if pdu[0] != 3:
            return [echo]  # the device itself is silent
        return [b"\0" + echo[1:] if disturbed else echo, rtu_frame(unit, read_answer(pdu, lambda _: 7))]

    async with connected(answer, 20.0) as connection:
        for number in range(20):
            disturbed = number > 0
            assert await connection.read(1, ModbusTable.HOLDING_REGISTER, 0, 1) == b"\0\7"
        assert (await write(connection, at(7), 1, 0.3)).outcome is WriteOutcome.UNKNOWN


async def test_an_echo_is_no_answer_before_anything_is_known_of_the_line() -> None:
    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        return [rtu_frame(unit, pdu)]

    async with connected(answer, 20.0) as connection:
        assert (await write(connection, at(7), 1, 0.3)).outcome is WriteOutcome.UNKNOWN


async def test_a_byte_of_noise_before_each_answer_is_no_echo() -> None:
    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        done = pdu if pdu[0] == 6 else read_answer(pdu, lambda _: 7)
        return [b"\xff" + rtu_frame(unit, done)]

    async with device(answer, rtu=True) as port, Watch(port, {"a": at(0)}, framing="rtu") as watch:
        await watch.until(lambda: watch.confirmed("a") >= 1, "live")
        assert await watch.write("a", 5) is WriteOutcome.ACCEPTED


def test_echoes_are_expected_until_reads_have_none() -> None:
    echoes = Echoes()
    assert echoes.expected, "nothing is known"
    echoes.read(8, echoed=False, noise=8)
    assert echoes.expected, "that may have been a disturbed echo"
    echoes.read(8, echoed=False, noise=1)
    assert not echoes.expected
    echoes.read(8, echoed=True, noise=0)
    for _ in range(4):
        echoes.read(8, echoed=False, noise=0)
    assert echoes.expected, "a line that gave echoes is believed to give none later"
    echoes.read(8, echoed=False, noise=0)
    assert not echoes.expected


@asynccontextmanager
async def never_silent(asked: list[bytes]) -> AsyncIterator[OpenLine]:
    """A line that has to be silent for longer than the second after which it is used all the same."""

    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        asked.append(pdu)
        return [rtu_frame(unit, pdu)] * 2  # the first counts as the echo: nothing is known of this line

    slow = WireTime(SerialLine.model_validate({"device": "/dev/none", "baud": 300, "parity": "none"}))
    slow.silence = 600.0
    async with device(answer, rtu=True) as port:
        known = Known(TcpLine(host="127.0.0.1", port=port, framing="rtu"), Pipelining(1), slow)
        line = OpenLine(known, await RtuExchange.connected(known, 20.0))
        try:
            yield line
        finally:
            line.close()
            await asyncio.sleep(0)


WRITE = Request(1, b"\6\0\7\0\1", None)


async def test_a_write_whose_time_is_over_before_the_line_is_silent_is_not_sent() -> None:
    asked = list[bytes]()
    async with never_silent(asked) as line:
        now = asyncio.get_running_loop().time
        with pytest.raises(NotSent, match="not silent in time"):
            await line.write(WRITE, 20.0, now() + 0.2)
        assert not asked
        await line.write(WRITE, 20.0, now() + 20.0)
        assert len(asked) == 1, "a line that is never silent is used all the same"


async def test_a_write_whose_line_is_lost_before_it_is_silent_is_not_sent() -> None:
    asked = list[bytes]()
    async with never_silent(asked) as line:
        writing = asyncio.create_task(line.write(WRITE, 20.0, asyncio.get_running_loop().time() + 20.0))
        await asyncio.sleep(0)
        line.close()
        with pytest.raises(NotSent):
            await writing
        assert not asked
