"""One open line: requests out, each answer matched with its request and checked.

What one kind of framing alone knows is in `exchange_tcp` and `exchange_rtu`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Protocol

from hmi.config.modbus_lines import Line
from hmi.sources.modbus.doubt import Doubt, data_bytes
from hmi.sources.modbus.echoes import Echoes
from hmi.sources.modbus.errors import (
    DeviceRefused,
    Garbled,
    LinkLost,
    Malformed,
    NoAnswer,
    NotSent,
    Resting,
)
from hmi.sources.modbus.framing_rtu import Oddity
from hmi.sources.modbus.pipelining import Pipelining
from hmi.sources.modbus.turns import Turns
from hmi.sources.modbus.units import Units
from hmi.sources.modbus.wire_time import WireTime

_READ_OF: Final = {5: 1, 15: 1}
"""The function that reads what another one writes, where it is not 3."""

_REPEATED: Final = 5
"""Bytes of a write that its answer repeats at least (Modbus Application Protocol V1.1b3, 6.5, 6.6, 6.12)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """``pdu`` to ``unit``; ``data_bytes`` that the answer to a read brings, None for a write."""

    unit: int
    pdu: bytes
    data_bytes: int | None

    @property
    def function(self) -> int:
        """The function code."""
        return self.pdu[0]


def read_request(unit: int, function: int, start: int, count: int) -> Request:
    """A read (Modbus Application Protocol V1.1b3, 6.1 to 6.4)."""
    pdu = bytes([function]) + start.to_bytes(2, "big") + count.to_bytes(2, "big")
    return Request(unit, pdu, data_bytes(function, count))


@dataclass(slots=True)
class Known:
    """What is known of a line beyond one connection.

    ``doubts``      by unit, see `hmi.sources.modbus.doubt`
    ``seen``        how often came what was not awaited
    ``unnumbered``  its answers were seen to have the transaction id 0, whatever the request's is
    """

    line: Line
    pipelining: Pipelining
    wire_time: WireTime
    units: Units = field(default_factory=Units)
    doubts: dict[int, Doubt] = field(default_factory=dict)
    seen: Counter[Oddity] = field(default_factory=Counter)
    loads: dict[object, float] = field(default_factory=dict)
    echoes: Echoes = field(default_factory=Echoes)
    unnumbered: bool = False

    @property
    def pipeline(self) -> int:
        """How many requests may be under way at present."""
        return self.pipelining.width

    def doubt(self, unit: int) -> Doubt:
        """The doubts about one unit."""
        return self.doubts.setdefault(unit, Doubt())

    def note(self, oddity: Oddity, count: int = 1) -> None:
        """Count; told in the log at the first time and at each tenfold."""
        before = self.seen[oddity]
        self.seen[oddity] += count
        if len(str(before)) < len(str(self.seen[oddity])) or not before:
            _log.warning("%s: %s, %d so far", self.line, oddity, self.seen[oddity])

    def no_pipeline(self, why: str) -> None:
        """From now on one request at a time."""
        if self.pipelining.most > 1:
            _log.warning("%s: one request at a time from now on: %s", self.line, why)
        self.pipelining.limit(1)


class Exchange(Protocol):
    """The part of an open line that depends on the framing."""

    lost: str
    """Why it cannot be used any more, or ""."""

    async def ask(self, request: Request, timeout: float, deadline: float) -> bytes:
        """Send a request and give the PDU of its answer, whose function may be an exception's.

        ``timeout`` is for the answer, in seconds; at ``deadline``, by the loop's clock, all ends.

        Raises:
            NotSent: the deadline had passed before it could be sent, or a write's line was lost before.
            LinkLost, NoAnswer, Malformed, Garbled: see there.
        """
        ...

    def close(self) -> None:
        """Let go of the wire at once."""
        ...


class OpenLine:
    """A line that was opened; all who share it ask through it."""

    def __init__(self, known: Known, exchange: Exchange) -> None:
        self.known = known
        self._exchange = exchange
        self._turns = Turns(known.pipeline)
        self._heard = asyncio.get_running_loop().time()

    @property
    def lost(self) -> str:
        """Why it cannot be used any more, or ""."""
        return self._exchange.lost

    async def read(self, request: Request, timeout: float) -> bytes:
        """The data of one read, in the unit's turn.

        Raises:
            LinkLost, NoAnswer, Resting, Malformed, Garbled, DeviceRefused: see there.
        """
        async with self._turns.of(request.unit):
            self._may_be_asked(request.unit, timeout)
            await self._be_certain(request, timeout)
            pdu = await self._asked(request, timeout)
        if len(pdu) < 2 or pdu[1] != len(pdu) - 2:
            raise Malformed("the answer's length is not the one that it announces")
        if pdu[1] != request.data_bytes:
            self.known.note(Oddity.SHORT)
            raise Malformed(f"{pdu[1]} bytes of data in the answer, expected {request.data_bytes}")
        return pdu[2:]

    async def write(self, request: Request, timeout: float, deadline: float) -> None:
        """Send one write once, in the unit's turn, until ``deadline`` by the loop's clock.

        A unit that rests is asked all the same: a person waits for this one. ``timeout`` is for the read
        that may have to come before it, see `_be_certain_of_a_write`.

        Raises:
            NotSent: its turn did not come in time, or the line was lost before, or the answer to an
                earlier write could have been taken for this one's.
            LinkLost, NoAnswer, Malformed, Garbled, DeviceRefused: see there.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(deadline) as waiting, self._turns.of(request.unit):
                waiting.reschedule(None)
                if self.lost:
                    raise NotSent(self.lost)
                await self._be_certain_of_a_write(request, timeout, deadline)
                pdu = await self._asked(request, max(deadline - loop.time(), 0.0), deadline)
        except TimeoutError:
            raise NotSent(f"{self.known.line} was busy with other requests") from None
        if pdu != request.pdu[: len(pdu)] or len(pdu) < _REPEATED:
            raise Malformed("the answer does not repeat what was to be written, as that to a write does")

    def given_up(self, since: float) -> None:
        """A user of the line heard nothing from its devices since then; if nobody did, the line is dead."""
        if self._heard < since and not self._exchange.lost:
            self._exchange.lost = f"nothing was heard on {self.known.line}"
            self._exchange.close()

    def close(self) -> None:
        """Let go of the wire."""
        self._exchange.close()

    def _may_be_asked(self, unit: int, timeout: float) -> None:
        if self.lost:
            raise LinkLost(self.lost)
        now = asyncio.get_running_loop().time()
        if (until := self.known.units.rests_until(unit, now, timeout)) is not None:
            raise Resting(f"unit {unit} gave no answer; it is asked again in {until - now:.1f} s")

    async def _be_certain(self, request: Request, timeout: float) -> None:
        """Before a read whose answer could be taken for an earlier one's: a read of another length."""
        count = int.from_bytes(request.pdu[3:5], "big")
        doubt, loop = self.known.doubt(request.unit), asyncio.get_running_loop()
        while (other := doubt.other_count(request.function, count, loop.time())) is not None:
            start = int.from_bytes(request.pdu[1:3], "big")
            with contextlib.suppress(DeviceRefused):
                await self._asked(read_request(request.unit, request.function, start, other), timeout)

    async def _be_certain_of_a_write(self, request: Request, timeout: float, deadline: float) -> None:
        """After a write of the same function that was given up: a read of what is to be written.

        The late answer to the earlier one would be taken for that of this one, which the device may never
        have got: it does not repeat the values (Modbus Application Protocol V1.1b3, 6.11 and 6.12).

        Raises:
            NotSent: the read was not answered.
        """
        doubt, loop = self.known.doubt(request.unit), asyncio.get_running_loop()
        function = _READ_OF.get(request.function, 3)
        start = int.from_bytes(request.pdu[1:3], "big")
        while (request.function, 0) in doubt.kinds(now := loop.time()):
            read = read_request(request.unit, function, start, doubt.other_count(function, 1, now) or 1)
            try:
                with contextlib.suppress(DeviceRefused):
                    await self._asked(read, timeout, deadline)
            except (LinkLost, NoAnswer, Malformed, Garbled) as silent:
                raise NotSent(f"the answer to an earlier write may still come: {silent}") from silent

    async def _asked(self, request: Request, timeout: float, deadline: float = math.inf) -> bytes:
        if self.lost:
            raise LinkLost(self.lost)
        known, loop = self.known, asyncio.get_running_loop()
        if loop.time() >= deadline:
            raise NotSent(f"{known.line} was busy with other requests")
        known.units.asked(request.unit, loop.time(), timeout)
        try:
            pdu = await self._exchange.ask(request, timeout, deadline)
        except NoAnswer:
            known.units.timed_out(request.unit)
            raise
        except Malformed:
            known.units.answered(request.unit)
            self._heard = loop.time()
            raise
        finally:
            self._turns.places = known.pipeline
        self._heard = loop.time()
        known.units.answered(request.unit)
        if pdu[0] != request.function:
            raise DeviceRefused(pdu[1] if len(pdu) > 1 else 0)
        return pdu


def checked_function(pdu: bytes, request: Request) -> bytes:
    """A PDU whose function is the request's, as an answer or as an exception.

    Raises:
        Malformed: it is another.
    """
    if not pdu or pdu[0] & 0x7F != request.function:
        raise Malformed(f"function code {pdu[:1].hex() or 'none'} in answer to {request.function}")
    return pdu
