"""The Modbus source: one endpoint, polled for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hmi.config.modbus import ModbusAddress, ModbusEndpoint
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import SECOND, Clock
from hmi.model.samples import WriteOutcome, WriteResult
from hmi.model.values import Scalar
from hmi.sources.link import Link
from hmi.sources.modbus.changes import LastTold
from hmi.sources.modbus.connection import Connection
from hmi.sources.modbus.decoding import Item
from hmi.sources.modbus.errors import LinkLost
from hmi.sources.modbus.lines import Lines, SharedLine
from hmi.sources.modbus.plan import plan
from hmi.sources.modbus.poller import Pace, Poller
from hmi.sources.modbus.silence import Silence
from hmi.sources.modbus.wire_time import WireTime, load
from hmi.sources.modbus.writing import write
from hmi.sources.pauses import Pauses
from hmi.sources.protocol import Emit


class ModbusSource:
    """See `hmi.sources.protocol.Source`.

    UP is the first answer of the device, not the accepted connection: the kernel of a frozen device
    accepts, too. There are no source times; a sample is at most as old as the poll before it.
    """

    def __init__(
        self, endpoint: ModbusEndpoint, tags: Sequence[tuple[int, Tag]], clock: Clock, lines: Lines
    ) -> None:
        if not tags:
            raise ValueError(
                f"{endpoint.line} has no tags: nothing would be asked that tells whether it answers"
            )
        self._endpoint = endpoint
        self._lines = lines
        self._clock = clock
        self._addresses: dict[int, tuple[ModbusAddress, bool]] = {}
        paces: dict[str, list[Item]] = {}
        for index, tag in tags:
            if not isinstance(tag.address, ModbusAddress):
                raise TypeError(f"{tag.id} has no Modbus address")
            address = endpoint.of(tag.address)
            self._addresses[index] = (address, tag.access == "write")
            paces.setdefault(tag.pace, []).append(Item(index, address, tag.wire))
        position = {index: row for row, (index, _) in enumerate(tags)}
        self._paces = [
            Pace.of(endpoint.paces.of(name), plan(items, endpoint.gap, endpoint.max_registers), position)
            for name, items in sorted(paces.items(), key=lambda each: endpoint.paces.of(each[0]))
        ]
        self._units = sorted({address.unit for address, _ in self._addresses.values()})
        self._last = LastTold([index for index, _ in tags], [tag.wire for _, tag in tags])
        self._silence = Silence(reading.block for pace in self._paces for reading in pace.readings)
        self._connection: Connection | None = None
        self._link: Link | None = None

    async def run(self, emit: Emit) -> None:
        """Serve until cancelled."""
        link = self._link = Link(emit, self._clock)
        link.connecting(f"to {self._endpoint.line}")
        try:
            line = self._lines.of(self._endpoint)
        except LinkLost as misfit:
            link.down(str(misfit))
            await asyncio.get_running_loop().create_future()  # a mistake of the site file: nothing to try
            return
        # All the time, so that the others keep their pace while this endpoint's devices come and go.
        with line.used_by(self, self._units, self._load(line.known.wire_time)):
            await self._serve_for_ever(line, link, emit)

    async def _serve_for_ever(self, line: SharedLine, link: Link, emit: Emit) -> None:
        pauses = Pauses()
        while True:
            try:
                await self._serve(line, link, emit)
            except LinkLost as lost:
                if link.is_up:
                    pauses.begin_again()
                link.down(str(lost))
            await asyncio.sleep(pauses.next())

    async def write(self, index: int, value: Scalar, timeout: float) -> WriteResult:
        """Write one tag once; see `hmi.sources.modbus.writing.write`."""
        address, writable = self._addresses[index]
        if not writable:
            return WriteResult(WriteOutcome.REFUSED, status.BAD_NOT_WRITABLE, "the tag is read-only")
        connection = self._connection
        if connection is None or self._link is None or not self._link.is_up:
            return WriteResult(
                WriteOutcome.NOT_SENT,
                status.BAD_NOT_CONNECTED,
                f"no link to {self._endpoint.line}",
            )
        return await write(connection, address, value, timeout)

    async def _serve(self, line: SharedLine, link: Link, emit: Emit) -> None:
        """One connection, from making it until it is lost."""
        async with Connection.connected(line, self._endpoint.timeout) as connection:
            self._connection = connection
            try:
                await Poller(
                    connection=connection,
                    paces=self._paces,
                    silence=self._silence,
                    last=self._last,
                    clock=self._clock,
                    emit=emit,
                    timeout=self._endpoint.timeout,
                    up=link.up,
                ).run()
            finally:
                self._connection = None

    def _load(self, wire_time: WireTime) -> float:
        """The share of a serial line's time that the intervals asked for would take."""
        return load(
            (wire_time.read(piece.decoder.payload_bytes), pace.interval / SECOND)
            for pace in self._paces
            for reading in pace.readings
            for piece in reading.pieces
        )
