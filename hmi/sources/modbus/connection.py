"""One TCP connection to a Modbus device: one request at a time, each answer checked.

Framing, requests and transport are pymodbus'. Not left to its client: that repeats requests, tells
nobody when the socket is lost during a request, hides why a connection failed, and passes answers that
are shorter than asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest, WriteSingleCoilRequest
from pymodbus.pdu.register_message import (
    MaskWriteRegisterRequest,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from hmi.config.modbus import ModbusTable

_READS: Final = {
    ModbusTable.COIL: ReadCoilsRequest,
    ModbusTable.DISCRETE_INPUT: ReadDiscreteInputsRequest,
    ModbusTable.HOLDING_REGISTER: ReadHoldingRegistersRequest,
    ModbusTable.INPUT_REGISTER: ReadInputRegistersRequest,
}


class LinkLost(Exception):
    """The connection cannot be used any more; the text tells an engineer why."""


class NoAnswer(Exception):
    """The request was sent, and nothing came within its time."""


class NotSent(Exception):
    """The request's turn did not come within its time, or the connection was lost before."""


class DeviceRefused(Exception):
    """The device answered with a Modbus exception ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(f"Modbus exception {code}")
        self.code = code


class Malformed(Exception):
    """An answer that does not fit the request."""


class _Payload(ModbusPDU):
    """A read's answer, kept as the bytes that came: decoding them is `hmi.sources.modbus.decoding`'s."""

    announced = 0
    payload = b""

    def decode(self, data: bytes) -> None:
        self.announced, self.payload = data[0], data[1:]


class _Coils(_Payload):
    function_code = 1


class _DiscreteInputs(_Payload):
    function_code = 2


class _HoldingRegisters(_Payload):
    function_code = 3


class _InputRegisters(_Payload):
    function_code = 4


class Connection:
    """See the module's text. Made by `connected`, which also closes it."""

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.where = f"{host}:{port}"
        self._timeout = timeout
        self._turn = asyncio.Lock()
        self._lost = ""
        self._unnumbered = False
        self._client = AsyncModbusTcpClient(
            host,
            port=port,
            timeout=timeout,
            retries=0,
            reconnect_delay=0,
            trace_connect=self._connect_changed,
        )
        for answer in (_Coils, _DiscreteInputs, _HoldingRegisters, _InputRegisters):
            self._client.register(answer)

    @classmethod
    @asynccontextmanager
    async def connected(cls, host: str, port: int, timeout: float) -> AsyncIterator[Self]:
        """Open a connection within ``timeout`` seconds, which is also the time for each read.

        Raises:
            LinkLost: it could not be made.
        """
        made = cls(host, port, timeout)
        try:
            await made._open()
            yield made
        finally:
            made._close()
            await asyncio.sleep(0)  # an aborted transport lets go of its socket in the loop's next turn

    async def read(self, unit: int, table: ModbusTable, start: int, count: int) -> bytes:
        """The data of one read.

        Raises:
            LinkLost, NoAnswer, Malformed, DeviceRefused: see there.
        """
        async with self._turn:
            answer = await self._ask(_READS[table](address=start, count=count, dev_id=unit), self._timeout)
        if not isinstance(answer, _Payload) or answer.announced != len(answer.payload):
            raise Malformed("the answer's length is not the one that it announces")
        return answer.payload

    async def write_coil(self, unit: int, address: int, value: bool, timeout: float) -> None:
        """Function code 5. Raises as `read`, and NotSent."""
        await self._write(WriteSingleCoilRequest(address=address, bits=[value], dev_id=unit), timeout)

    async def write_registers(self, unit: int, address: int, registers: list[int], timeout: float) -> None:
        """Function code 6 for one register, 16 for more. Raises as `read`, and NotSent."""
        kind = WriteSingleRegisterRequest if len(registers) == 1 else WriteMultipleRegistersRequest
        await self._write(kind(address=address, registers=registers, dev_id=unit), timeout)

    async def write_masked(self, unit: int, address: int, mask: int, bits: int, timeout: float) -> None:
        """Function code 22: set the bits under ``mask`` to ``bits``, leave the others as they are.

        Raises as `read`, and NotSent.
        """
        request = MaskWriteRegisterRequest(
            address=address, and_mask=~mask & 0xFFFF, or_mask=bits, dev_id=unit
        )
        await self._write(request, timeout)

    async def _write(self, request: ModbusPDU, timeout: float) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        try:
            async with asyncio.timeout(timeout):
                await self._turn.acquire()
        except TimeoutError:
            raise NotSent(f"{self.where} was busy with another request for {timeout:g} s") from None
        try:
            if self._lost:
                raise NotSent(self._lost)
            await self._ask(request, deadline - loop.time())
        finally:
            self._turn.release()

    async def _ask(self, request: ModbusPDU, timeout: float) -> ModbusPDU:
        """Send one request and wait for its answer; only with the turn held.

        This stands for the client's own `execute`, which waits by `asyncio.wait_for`: up to Python 3.11
        that loses a cancellation which comes together with the answer.

        A late answer to a request that was given up cannot be taken for the next one's: pymodbus'
        framer skips frames whose transaction id is not the awaited one. That leaves two cases in which
        the connection is dropped after a time-out: a device that answers with transaction id 0, which
        pymodbus lets through, and the first part of an answer, whose rest would upset the framing.
        """
        if self._lost:
            raise LinkLost(self._lost)
        link = self._client.ctx
        request.transaction_id = link.getNextTID()
        link.response_future = asyncio.get_running_loop().create_future()
        try:
            link.pdu_send(request)
            async with asyncio.timeout(timeout):
                answer: ModbusPDU | str = await link.response_future
        except TimeoutError:
            if self._unnumbered or link.recv_buffer:
                self._lost = f"no answer of {self.where} within {timeout:g} s, and a late one would mislead"
                raise LinkLost(self._lost) from None
            raise NoAnswer(f"no answer of {self.where} within {timeout:g} s") from None
        if isinstance(answer, str):
            raise LinkLost(answer)
        self._unnumbered = answer.transaction_id == 0
        if answer.function_code & 0x7F != request.function_code:
            raise Malformed(f"function code {answer.function_code} in answer to {request.function_code}")
        if answer.isError():
            raise DeviceRefused(answer.exception_code)
        return answer

    async def _open(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                # What the client's own `connect` awaits, but that one keeps the error to itself.
                await self._client.ctx.call_create()
        except TimeoutError:
            raise LinkLost(f"{self.where} does not accept a connection within {self._timeout:g} s") from None
        except OSError as error:
            raise LinkLost(f"no connection to {self.where}: {error.strerror or error}") from error
        except (ValueError, OverflowError) as error:  # a host name or a port that there cannot be
            raise LinkLost(f"no connection to {self.where}: {error}") from error

    def _connect_changed(self, connected: bool) -> None:
        """End a request in vain at once, where pymodbus would wait out its time."""
        if connected:
            return
        self._lost = f"{self.where} closed the connection"
        answer = self._client.ctx.response_future
        if not answer.done():
            answer.set_result(self._lost)

    def _close(self) -> None:
        transport = self._client.ctx.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()  # a frozen device would never take what a graceful close waits to send
        self._client.close()
