"""History over the link: requests out, replies to whoever asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

from hmi.link.errors import LinkClosed
from hmi.link.messages import HistoryReply

WAITING: Final = 64
"""Requests that may wait for an answer; an older one is forgotten, its screen asks again."""


class HistoryLink(Protocol):
    """The part of `hmi.link.client.LinkClient` that is needed here."""

    def request_history(self, index: int, begin: int, end: int, points: int) -> int:
        """Ask; the number under which the reply will come."""
        ...


class PendingHistory:
    """A `hmi.present.history.HistorySource` that outlives its links."""

    def __init__(self) -> None:
        self._link: HistoryLink | None = None
        self._waiting: OrderedDict[int, Callable[[HistoryReply], None]] = OrderedDict()

    def attach(self, link: HistoryLink | None) -> None:
        """Ask this link from now on; what waits for another is forgotten."""
        self.forget()
        self._link = link

    def forget(self) -> None:
        """Nobody is answered any more: a new epoch has other indexes."""
        self._waiting.clear()

    def request(
        self, index: int, begin_utc: int, end_utc: int, points: int, reply: Callable[[HistoryReply], None]
    ) -> None:
        """See `hmi.present.history.HistorySource`."""
        if self._link is None:
            return
        try:
            number = self._link.request_history(index, begin_utc, end_utc, points)
        except LinkClosed:
            return  # the connection sees it too, and says so
        self._waiting[number] = reply
        while len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)

    def answer(self, message: HistoryReply) -> None:
        """Hand a reply to who asked for it."""
        reply = self._waiting.pop(message.request, None)
        if reply is not None:
            reply(message)

    def refuse(self, number: int) -> None:
        """The engine does not answer this one."""
        self._waiting.pop(number, None)
