"""What one endpoint asks of its line: reads and writes of tables, each sent once.

The PDUs of writes are pymodbus'. Its client is not used: that repeats requests, tells nobody when the
socket is lost during a request, hides why a connection failed, passes answers that are shorter than asked,
drops silently what does not fit, and knows one request at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import WriteSingleCoilRequest
from pymodbus.pdu.register_message import (
    MaskWriteRegisterRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from hmi.config.modbus import ModbusTable
from hmi.sources.modbus.framing_rtu import Oddity
from hmi.sources.modbus.line import OpenLine, Request, read_request
from hmi.sources.modbus.lines import SharedLine
from hmi.sources.modbus.wire_time import stretch

READ_FUNCTIONS: Final = {
    ModbusTable.COIL: 1,
    ModbusTable.DISCRETE_INPUT: 2,
    ModbusTable.HOLDING_REGISTER: 3,
    ModbusTable.INPUT_REGISTER: 4,
}


class Connection:
    """One endpoint's use of an open line. Made by `connected`, which also gives it back."""

    def __init__(self, line: OpenLine, timeout: float) -> None:
        self.where = str(line.known.line)
        self._line = line
        self._timeout = timeout

    @classmethod
    @asynccontextmanager
    async def connected(cls, line: SharedLine, timeout: float) -> AsyncIterator[Connection]:
        """Use a line, which is opened within ``timeout`` seconds: the time for each read, too.

        Raises:
            LinkLost: it could not be opened.
        """
        async with line.opened(timeout) as opened:
            yield cls(opened, timeout)

    @property
    def pipeline(self) -> int:
        """How many reads may be under way at once."""
        return self._line.known.pipeline

    @property
    def seen(self) -> Mapping[Oddity, int]:
        """How often came over the line what was not awaited, whoever asked."""
        return self._line.known.seen

    @property
    def stretch(self) -> float:
        """By how much intervals are longer than asked for, so that the line keeps up."""
        return stretch(self._line.known.loads.values())

    async def read(self, unit: int, table: ModbusTable, start: int, count: int) -> bytes:
        """The data of one read. Raises as `OpenLine.read`."""
        return await self._line.read(read_request(unit, READ_FUNCTIONS[table], start, count), self._timeout)

    def given_up(self, since: float) -> None:
        """Nothing of this endpoint has answered since then (the loop's clock); see `OpenLine.given_up`."""
        self._line.given_up(since)

    async def write_coil(self, unit: int, address: int, value: bool, timeout: float) -> None:
        """Function code 5. Raises as `OpenLine.write`."""
        await self._write(unit, WriteSingleCoilRequest(address=address, bits=[value]), timeout)

    async def write_registers(self, unit: int, address: int, registers: list[int], timeout: float) -> None:
        """Function code 6 for one register, 16 for more. Raises as `OpenLine.write`."""
        kind = WriteSingleRegisterRequest if len(registers) == 1 else WriteMultipleRegistersRequest
        await self._write(unit, kind(address=address, registers=registers), timeout)

    async def write_masked(self, unit: int, address: int, mask: int, bits: int, timeout: float) -> None:
        """Function code 22: set the bits under ``mask`` to ``bits``, leave the others as they are.

        Raises as `OpenLine.write`.
        """
        request = MaskWriteRegisterRequest(address=address, and_mask=~mask & 0xFFFF, or_mask=bits)
        await self._write(unit, request, timeout)

    async def _write(self, unit: int, request: ModbusPDU, timeout: float) -> None:
        pdu = bytes([request.function_code]) + request.encode()
        deadline = asyncio.get_running_loop().time() + timeout
        await self._line.write(Request(unit, pdu, None), self._timeout, deadline)
