"""The lines of one engine: opened when the first endpoint needs them, shared, closed after the last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from hmi.config.modbus import ModbusEndpoint
from hmi.config.modbus_lines import Line, SerialLine, TcpLine
from hmi.sources.modbus.errors import LinkLost
from hmi.sources.modbus.exchange_rtu import RtuExchange
from hmi.sources.modbus.exchange_tcp import TcpExchange
from hmi.sources.modbus.line import Known, OpenLine
from hmi.sources.modbus.pipelining import Pipelining
from hmi.sources.modbus.wire_time import WireTime, is_serial


@dataclass(slots=True, eq=False)
class SharedLine:
    """One line and who uses it at present."""

    known: Known
    _users: int = 0
    _open: OpenLine | None = None
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextmanager
    def used_by(self, user: object, units: Collection[int], load: float) -> Iterator[None]:
        """While an endpoint polls ``units``, taking a share ``load`` of a serial line's time."""
        known = self.known
        known.units.join(units)
        known.loads[user] = load
        try:
            yield
        finally:
            del known.loads[user]
            known.units.leave(units)

    @asynccontextmanager
    async def opened(self, timeout: float) -> AsyncIterator[OpenLine]:
        """The line, open; opened anew if it was lost. Raises LinkLost."""
        self._users += 1
        try:
            async with self._opening:
                if self._open is None or self._open.lost:
                    self._close()
                    self._open = await self._made(timeout)
                mine = self._open
            yield mine
        finally:
            self._users -= 1
            if not self._users:
                self._close()
            await asyncio.sleep(0)  # an aborted transport lets go of its socket in the loop's next turn

    async def _made(self, timeout: float) -> OpenLine:
        connected = RtuExchange.connected if is_serial(self.known.line) else TcpExchange.connected
        return OpenLine(self.known, await connected(self.known, timeout))

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


class Lines:
    """The lines by where they lead; see the module's text. For one event loop."""

    def __init__(self) -> None:
        self._lines: dict[str, SharedLine] = {}

    def of(self, endpoint: ModbusEndpoint) -> SharedLine:
        """The line of an endpoint.

        Raises:
            LinkLost: another endpoint asks for it with other settings.
        """
        line = endpoint.line
        shared = self._lines.get(str(line))
        if shared is None:
            shared = self._lines[str(line)] = SharedLine(
                Known(line, Pipelining(endpoint.pipeline), WireTime(line))
            )
        if shared.known.line != line:
            raise LinkLost(
                f"two endpoints use {line} with different settings: {difference(shared.known.line, line)}"
            )
        shared.known.pipelining.limit(endpoint.pipeline)
        return shared


def difference(one: Line, other: Line) -> str:
    """What differs in two descriptions of one line, for an engineer."""
    if isinstance(one, SerialLine) != isinstance(other, SerialLine) or isinstance(one, TcpLine) != isinstance(
        other, TcpLine
    ):
        return "network and serial"
    mine, theirs = one.model_dump(), other.model_dump()
    return ", ".join(f"{key} {mine[key]} and {theirs[key]}" for key in mine if mine[key] != theirs[key])
