"""Requests and answers of Modbus RTU: one at a time, and silence before each."""

from __future__ import annotations

import asyncio
from typing import Final

from hmi.sources.modbus.awaiting import awaited
from hmi.sources.modbus.errors import Garbled, LinkLost, NoAnswer, NotSent
from hmi.sources.modbus.framing_rtu import Oddity, RtuAnswer, rtu_frame
from hmi.sources.modbus.line import Known, Request
from hmi.sources.modbus.wires import Wire, opened

_SETTLED: Final = 0.05
"""Seconds without a byte after which a disturbance is over: longer than what USB converters hold back."""

_LONGEST_DISTURBANCE: Final = 1.0


class RtuExchange:
    """See `hmi.sources.modbus.line.Exchange`. Made by `connected`."""

    def __init__(self, known: Known) -> None:
        self.lost = ""
        self._known = known
        self._answer: RtuAnswer | None = None
        self._found: asyncio.Future[bytes] | None = None
        self._quiet_from = 0.0
        self._quiet_for = known.wire_time.silence
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def connected(cls, known: Known, timeout: float) -> RtuExchange:
        """Open the line. Raises LinkLost."""
        made = cls(known)
        made._transport = await opened(known.line, Wire(made._received, made._broken), timeout)
        made._quiet_from = asyncio.get_running_loop().time()
        return made

    async def ask(self, request: Request, timeout: float, deadline: float) -> bytes:
        """See `Exchange.ask`. ``timeout`` begins when the request has been transmitted."""
        assert self._transport is not None  # noqa: S101 - `connected` made it
        loop, known = asyncio.get_running_loop(), self._known
        await self._silence(deadline)
        if self.lost:
            raise LinkLost(self.lost) if request.data_bytes is not None else NotSent(self.lost)
        if loop.time() >= deadline:
            raise NotSent(f"{known.line} was not silent in time")
        frame = rtu_frame(request.unit, request.pdu)
        doubt = known.doubt(request.unit)
        kinds = doubt.kinds(loop.time())
        kind = (request.function, request.data_bytes or 0)
        self._answer = RtuAnswer(frame, request.data_bytes, known.echoes.expected, kinds)
        self._found = loop.create_future()
        self._quiet_for = known.wire_time.silence
        on_the_wire = known.wire_time.of(len(frame) + 5 + (request.data_bytes or 3))
        settled = False
        try:
            self._transport.write(frame)
            self._quiet_from = loop.time() + known.wire_time.of(len(frame))
            pdu = await awaited(self._found, min(timeout + on_the_wire, deadline - loop.time()))
            settled = True
        except TimeoutError:
            seconds = round(timeout, 3)
            if self._answer.anything:
                raise Garbled(f"what came from {known.line} within {seconds:g} s is no answer") from None
            raise NoAnswer(f"no answer of {known.line} within {seconds:g} s") from None
        finally:
            for oddity, count in self._answer.seen.items():
                known.note(oddity, count)
            if settled and request.data_bytes is not None:
                known.echoes.read(len(frame), echoed=self._answer.echoed, noise=self._answer.noise)
            if not settled:
                self._quiet_for = max(_SETTLED, known.wire_time.silence)
                doubt.given_up(kind, loop.time(), timeout)
            self._answer, self._found = None, None
        if pdu[0] != request.function:
            doubt.refused(kind, loop.time(), timeout)
        elif kind not in kinds:
            doubt.answered()
        return pdu

    def close(self) -> None:
        """See `Exchange.close`."""
        if self._transport is not None:
            transport, self._transport = self._transport, None
            self.lost = self.lost or f"{self._known.line} is closed"
            transport.abort()

    async def _silence(self, deadline: float) -> None:
        """Wait until the line has been silent for long enough; a line that never is, is used all the same."""
        loop = asyncio.get_running_loop()
        latest = min(loop.time() + _LONGEST_DISTURBANCE, deadline)
        left = self._quiet_from + self._quiet_for - loop.time()
        while left > 0 and loop.time() < latest:
            await asyncio.sleep(min(left, latest - loop.time()))  # while it lasts more may come
            left = self._quiet_from + self._quiet_for - loop.time()

    def _received(self, data: bytes) -> None:
        self._quiet_from = asyncio.get_running_loop().time()
        if self._answer is None or self._found is None or self._found.done():
            self._known.note(Oddity.LATE)
            return
        try:
            pdu = self._answer.feed(data)
        except Garbled as garbage:
            self._found.set_exception(Garbled(f"{self._known.line}: {garbage}"))
            return
        if pdu is not None:
            self._found.set_result(pdu)

    def _broken(self) -> None:
        self.lost = self.lost or f"{self._known.line} closed the connection"
        if self._found is not None and not self._found.done():
            self._found.set_exception(LinkLost(self.lost))
