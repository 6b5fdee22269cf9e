"""Requests and answers of Modbus TCP: matched by their transaction ids, several under way if allowed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from hmi.sources.modbus.errors import LinkLost, Malformed, NoAnswer
from hmi.sources.modbus.framing_rtu import Oddity
from hmi.sources.modbus.framing_tcp import TcpFrame, TcpFrames, tcp_frame
from hmi.sources.modbus.line import Known, Request, checked_function
from hmi.sources.modbus.wires import Wire, opened

_LAST_ID: Final = 0xFFFF


@dataclass(frozen=True, slots=True, eq=False)
class _UnderWay:
    request: Request
    answer: asyncio.Future[bytes]


class TcpExchange:
    """See `hmi.sources.modbus.line.Exchange`. Made by `connected`."""

    def __init__(self, known: Known) -> None:
        self.lost = ""
        self._known = known
        self._frames = TcpFrames()
        self._under_way: dict[int, _UnderWay] = {}
        self._last = 0
        self._unnumbered = False
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def connected(cls, known: Known, timeout: float) -> TcpExchange:
        """Open the line. Raises LinkLost."""
        made = cls(known)
        made._transport = await opened(known.line, Wire(made._received, made._broken), timeout)
        return made

    async def ask(self, request: Request, timeout: float) -> bytes:
        """See `Exchange.ask`."""
        assert self._transport is not None  # noqa: S101 - `connected` made it
        where = self._known.line
        number = self._last = self._last % _LAST_ID + 1  # 0 is what devices without numbers answer
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._under_way[number] = _UnderWay(request, answer)
        self._transport.write(tcp_frame(number, request.unit, request.pdu))
        try:
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError:
            if len(self._under_way) > 1:
                self._known.no_pipeline("a request among several was not answered")
            if self._unnumbered or self._frames.incomplete:
                self.lost = f"no answer of {where} within {timeout:g} s, and a late one would mislead"
                self._end_all()
                raise LinkLost(self.lost) from None
            raise NoAnswer(f"no answer of {where} within {timeout:g} s") from None
        finally:
            del self._under_way[number]

    def close(self) -> None:
        """See `Exchange.close`."""
        if self._transport is not None:
            self._transport.abort()  # a frozen device would never take what a graceful close waits to send

    def _received(self, data: bytes) -> None:
        if self.lost:
            return
        try:
            for frame in self._frames.feed(data):
                self._take(frame)
        except Malformed as garbage:
            self.lost = f"{self._known.line}: {garbage}"
            self._end_all()

    def _take(self, frame: TcpFrame) -> None:
        waiting = self._under_way.get(frame.transaction)
        self._unnumbered = frame.transaction == 0
        if self._unnumbered and self._under_way:
            if len(self._under_way) > 1:
                self.lost = f"{self._known.line} does not number its answers"
                self._known.no_pipeline("its answers have no transaction ids")
                self._end_all()
                return
            (waiting,) = self._under_way.values()
        if waiting is None or waiting.answer.done():
            self._known.note(Oddity.LATE)
            return
        if next(each for each in self._under_way.values() if not each.answer.done()) is not waiting:
            self._known.note(Oddity.OUT_OF_ORDER)
            self._known.no_pipeline("it answers out of order")
        if frame.unit != waiting.request.unit:
            self._known.note(Oddity.OTHER_UNIT)
            waiting.answer.set_exception(
                Malformed(f"unit {frame.unit} in the answer to unit {waiting.request.unit}")
            )
            return
        try:
            waiting.answer.set_result(checked_function(frame.pdu, waiting.request))
        except Malformed as wrong:
            self._known.note(Oddity.OTHER_FUNCTION)
            waiting.answer.set_exception(wrong)

    def _broken(self) -> None:
        if len(self._under_way) > 1:
            self._known.no_pipeline("it closed the connection while several requests were under way")
        self.lost = self.lost or f"{self._known.line} closed the connection"
        self._end_all()

    def _end_all(self) -> None:
        """End what is under way at once, where it would wait out its time in vain."""
        for each in self._under_way.values():
            if not each.answer.done():
                each.answer.set_exception(LinkLost(self.lost))
