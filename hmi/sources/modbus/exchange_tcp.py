"""Requests and answers of Modbus TCP: matched by their transaction ids, several under way if allowed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from hmi.sources.modbus.awaiting import awaited
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
    place: int
    """How many were under way when it was sent, itself included."""


class TcpExchange:
    """See `hmi.sources.modbus.line.Exchange`. Made by `connected`."""

    def __init__(self, known: Known) -> None:
        self.lost = ""
        self._known = known
        self._frames = TcpFrames()
        self._under_way: dict[int, _UnderWay] = {}
        self._last = 0
        self._given_up = False
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def connected(cls, known: Known, timeout: float) -> TcpExchange:
        """Open the line. Raises LinkLost."""
        made = cls(known)
        made._transport = await opened(known.line, Wire(made._received, made._broken), timeout)
        return made

    async def ask(self, request: Request, timeout: float, deadline: float) -> bytes:
        """See `Exchange.ask`."""
        assert self._transport is not None  # noqa: S101 - `connected` made it
        loop, where = asyncio.get_running_loop(), self._known.line
        number = self._last = self._last % _LAST_ID + 1  # 0 is what devices without numbers answer
        answer: asyncio.Future[bytes] = loop.create_future()
        mine = self._under_way[number] = _UnderWay(request, answer, len(self._under_way) + 1)
        self._transport.write(tcp_frame(number, request.unit, request.pdu))
        try:
            return await awaited(answer, min(timeout, deadline - loop.time()))
        except TimeoutError:
            seconds = round(timeout, 3)
            self._note_failed(mine.place, "a request among several was not answered")
            if self._known.unnumbered or self._frames.incomplete:
                self._lose(f"no answer of {where} within {seconds:g} s, and a late one would mislead")
                raise LinkLost(self.lost) from None
            raise NoAnswer(f"no answer of {where} within {seconds:g} s") from None
        finally:
            del self._under_way[number]
            if answer.cancelled():  # nobody waits for it any more, but it may still come
                self._given_up = True
                if self._known.unnumbered:
                    self._lose(f"{where} does not number its answers")

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
            self._lose(f"{self._known.line}: {garbage}")

    def _take(self, frame: TcpFrame) -> None:
        known = self._known
        waiting = self._under_way.get(frame.transaction)
        if frame.transaction == 0:
            known.unnumbered = True
            known.no_pipeline("its answers have no transaction ids")
            if self._given_up or len(self._under_way) > 1:
                self._lose(f"{known.line} does not number its answers")
                return
            waiting = next(iter(self._under_way.values()), None)
        if waiting is None or waiting.answer.done():
            known.note(Oddity.LATE)
            return
        if next(each for each in self._under_way.values() if not each.answer.done()) is not waiting:
            known.note(Oddity.OUT_OF_ORDER)
            known.no_pipeline("it answers out of order")
        else:
            known.pipelining.answered(waiting.place)
        if frame.unit != waiting.request.unit:
            known.note(Oddity.OTHER_UNIT)
            waiting.answer.set_exception(
                Malformed(f"unit {frame.unit} in the answer to unit {waiting.request.unit}")
            )
            return
        try:
            waiting.answer.set_result(checked_function(frame.pdu, waiting.request))
        except Malformed as wrong:
            known.note(Oddity.OTHER_FUNCTION)
            waiting.answer.set_exception(wrong)

    def _broken(self) -> None:
        self._note_failed(
            len(self._under_way), "it closed the connection while several requests were under way"
        )
        self._lose(f"{self._known.line} closed the connection")

    def _note_failed(self, place: int, what: str) -> None:
        if max(place, len(self._under_way)) > 1 and self._known.pipelining.failed(place):
            self._known.no_pipeline(what)

    def _lose(self, why: str) -> None:
        """End what is under way at once, where it would wait out its time in vain."""
        self.lost = self.lost or why
        for each in self._under_way.values():
            if not each.answer.done():
                each.answer.set_exception(LinkLost(self.lost))
