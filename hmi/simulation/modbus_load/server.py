"""The device: its registers, its beat, and its answers (Modbus Application Protocol V1.1b3, 6.3).

The frames are made by hand, because a device that takes as long for an answer as the library's server would
be what a bench measures. It does nothing but read holding registers, and answers requests in their order
however many a client has under way.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import struct
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import numpy as np

HOST: Final = "127.0.0.1"
ENCODER_REGISTERS: Final = 4
"""The first registers are one float64, big-endian: UTC seconds of the last change."""

_HEADER: Final = struct.Struct(">HHHB")
"""Transaction, protocol, length of what follows, unit (Modbus Messaging on TCP/IP V1.0b, 3.1.3)."""

_READ: Final = struct.Struct(">BHH")
_READ_HOLDING: Final = 3
_ILLEGAL_FUNCTION: Final = 1
_ILLEGAL_ADDRESS: Final = 2
_MOST_REGISTERS: Final = 125
_LONGEST: Final = 254
"""Unit and PDU of one request: what announces more is no Modbus."""

_MOMENT: Final = struct.Struct(">d")


@dataclass(frozen=True)
class Counts:
    """Since the start: how often the registers changed, and requests that were answered with values."""

    changes: int
    requests: int


class LoadDevice:
    """``registers`` holding registers that all change ``hz`` times a second; an async context manager.

    A change does not come in equal steps but, by ``seed``, up to half a step late: a poll whose interval
    divides the device's would else always meet the same age, the best or the worst, for a whole run.
    """

    def __init__(self, registers: int, hz: float, port: int = 0, seed: int = 1) -> None:
        if not ENCODER_REGISTERS <= registers <= 65_536 or hz <= 0:
            raise ValueError(
                f"expected 4 to 65,536 registers and a positive rate, found {registers}, {hz} Hz"
            )
        self.port = port
        self._cells = np.zeros(registers, ">u2")
        self._period = 1 / hz
        self._random = random.Random(seed)  # noqa: S311 - no secret, the same on every run
        self._changes = 0
        self._requests = 0
        self._server: asyncio.Server | None = None
        self._beat: asyncio.Task[None] | None = None
        self._clients: set[_Client] = set()

    @property
    def counts(self) -> Counts:
        """What has been counted so far."""
        return Counts(self._changes, self._requests)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Client(self, self._clients), HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._change()
        self._beat = asyncio.create_task(self._beats(), name="beat of the load device")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._beat is not None:
            self._beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beat
        if self._server is not None:
            self._server.close()
            while self._clients:
                for client in list(self._clients):
                    client.abort()
                await asyncio.sleep(0)
            await self._server.wait_closed()

    def answer(self, pdu: bytes) -> bytes:
        """The answer to one request, both without their headers."""
        if len(pdu) != _READ.size or pdu[0] != _READ_HOLDING:
            return bytes((pdu[0] | 0x80, _ILLEGAL_FUNCTION))
        function, first, count = _READ.unpack(pdu)
        if not 1 <= count <= _MOST_REGISTERS or first + count > len(self._cells):
            return bytes((function | 0x80, _ILLEGAL_ADDRESS))
        self._requests += 1
        return bytes((function, 2 * count)) + self._cells[first : first + count].tobytes()

    def _change(self) -> None:
        """All registers at once; no request is answered in between."""
        self._cells[ENCODER_REGISTERS:] += 1
        self._cells[:ENCODER_REGISTERS] = np.frombuffer(_MOMENT.pack(time.time()), ">u2")
        self._changes += 1

    async def _beats(self) -> None:
        due = time.monotonic()
        while True:
            due += self._period
            late = self._random.uniform(0, self._period / 2)
            await asyncio.sleep(max(due + late - time.monotonic(), 0))
            self._change()


class _Client(asyncio.Protocol):
    def __init__(self, device: LoadDevice, clients: set[_Client]) -> None:
        self._device = device
        self._clients = clients
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 what create_server promises
        self._transport = transport
        self._clients.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._clients.discard(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._transport is not None and len(self._buffer) >= _HEADER.size:
            transaction, protocol, length, unit = _HEADER.unpack_from(self._buffer)
            if protocol != 0 or not 2 <= length <= _LONGEST:
                self._transport.abort()
                return
            end = _HEADER.size - 1 + length
            if len(self._buffer) < end:
                return
            answer = self._device.answer(bytes(self._buffer[_HEADER.size : end]))
            del self._buffer[:end]
            self._transport.write(_HEADER.pack(transaction, 0, 1 + len(answer), unit) + answer)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
