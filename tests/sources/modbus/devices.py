"""Modbus devices made by hand, and what a source says of them."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from hmi.config.endpoint_parts import Paces
from hmi.config.modbus import ModbusAddress, ModbusEndpoint, ModbusFormat, ModbusTable
from hmi.config.tags import Tag
from hmi.model import values
from hmi.model.clock import SystemClock
from hmi.model.samples import Batch, Confirmation, LinkEvent, LinkState, WriteOutcome
from hmi.model.values import Scalar
from hmi.sources.modbus import make_modbus_source
from hmi.sources.modbus.codec import natural_type
from hmi.sources.modbus.framing_rtu import rtu_frame
from hmi.sources.modbus.line import Known
from hmi.sources.modbus.lines import Lines
from hmi.testing.harness import Listener
from hmi.testing.heard import check_confirmations
from hmi.testing.stand_in import stand_in


def at(address: int, format_: ModbusFormat = ModbusFormat.UINT16, **more: object) -> ModbusAddress:
    return ModbusAddress.model_validate(
        {"table": ModbusTable.HOLDING_REGISTER, "address": address, "format": format_, **more}
    )


def coil(address: int) -> ModbusAddress:
    return ModbusAddress(table=ModbusTable.COIL, address=address, format=ModbusFormat.BOOL)


class Watch:
    """A running source over named addresses, and questions about what it has said."""

    def __init__(
        self,
        port: int,
        addresses: Mapping[str, ModbusAddress],
        *,
        slow: tuple[str, ...] = (),
        timeout: float = 5.0,
        paces: Paces | None = None,
        gap: int = 8,
        lines: Lines | None = None,
        **endpoint: object,
    ) -> None:
        """``endpoint``: what else it has, ``serial`` in place of the port; ``lines``: shared with others."""
        self.names = list(addresses)
        self.tags = [
            Tag(
                id=f"device/{name}",
                machine="device",
                name=name,
                type=natural_type(address),
                wire=natural_type(address),
                pace="slow" if name in slow else "live",
                access="write",
                address=address,
            )
            for name, address in addresses.items()
        ]
        at_port = {} if "serial" in endpoint else {"host": "127.0.0.1", "port": port}
        common = {"paces": paces or Paces(live=0.02, slow=0.1), "timeout": timeout, "gap": gap}
        self.endpoint = ModbusEndpoint.model_validate({"protocol": "modbus"} | at_port | common | endpoint)
        self.lines = lines or Lines()
        self.source = make_modbus_source(self.endpoint, list(enumerate(self.tags)), SystemClock(), self.lines)
        self.listener = Listener(self.source)
        self.messages = self.listener.messages
        self.until = self.listener.until

    async def __aenter__(self) -> Watch:
        await self.listener.__aenter__()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.listener.cancel()
        link: LinkState | None = None
        cause = ""
        for message in self.messages:
            if isinstance(message, LinkEvent):
                assert (message.state, message.cause) != (link, cause), "a state told twice"
                link, cause = message.state, message.cause
            elif isinstance(message, Batch | Confirmation):
                assert link is LinkState.UP, "vouched for without a link"
        check_confirmations(self.messages)

    @property
    def known(self) -> Known:
        """What is known of its line."""
        return self.lines.of(self.endpoint).known

    def cause(self) -> str:
        """Why the link is down."""
        return next(m.cause for m in reversed(self.messages) if isinstance(m, LinkEvent) and m.cause)

    def samples(self, name: str, since: int = 0) -> list[tuple[int, Scalar]]:
        index = self.names.index(name)
        wire = self.tags[index].wire
        return [
            (int(batch.status[row]), values.from_lane(int(batch.raw[row]), wire))
            for batch in self.messages[since:]
            if isinstance(batch, Batch)
            for row in (batch.index == index).nonzero()[0]
        ]

    def last(self, name: str) -> tuple[int, Scalar] | None:
        found = self.samples(name)
        return found[-1] if found else None

    def status(self, name: str) -> int | None:
        found = self.last(name)
        return None if found is None else found[0]

    def confirmed(self, name: str, since: int = 0) -> int:
        index = self.names.index(name)
        return sum(1 for m in self.messages[since:] if isinstance(m, Confirmation) and index in m.index)

    def links(self) -> list[LinkState]:
        return [m.state for m in self.messages if isinstance(m, LinkEvent)]

    async def write(self, name: str, value: Scalar) -> WriteOutcome:
        result = await self.source.write(self.names.index(name), value, timeout=20.0)
        return result.outcome


Answer = Callable[[int, int, bytes], Awaitable[list[bytes]]]


async def _tcp_request(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    transaction, _, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
    return transaction, unit, await reader.readexactly(length - 1)


async def _rtu_request(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    """A read or a write; those of several items say how many bytes they bring."""
    request = await reader.readexactly(7)
    request += await reader.readexactly(2 + request[6] if request[1] in (15, 16) else 1)
    assert request == rtu_frame(request[0], request[1:-2])
    return 0, request[0], request[1:-2]


@asynccontextmanager
async def device(answer: Answer, *, rtu: bool = False) -> AsyncIterator[int]:
    """A device of our own making: ``answer(transaction, unit, pdu)`` gives the frames to send."""
    next_request = _rtu_request if rtu else _tcp_request

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            for frame in await answer(*await next_request(reader)):
                writer.write(frame)
                await writer.drain()

    async with stand_in(serve) as port:
        yield port


def frame(transaction: int, unit: int, pdu: bytes) -> bytes:
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


def read_answer(pdu: bytes, register: Callable[[int], int]) -> bytes:
    """The answer to a read of holding registers."""
    function, start, count = struct.unpack(">BHH", pdu)
    assert function == 3
    data = b"".join(register(each).to_bytes(2, "big") for each in range(start, start + count))
    return struct.pack(">BB", function, len(data)) + data
