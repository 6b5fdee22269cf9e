"""The past of a tag, asked for and answered later: a screen never waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hmi.link.messages import HistoryReply


class HistorySource(Protocol):
    """Where screens ask for history."""

    def request(
        self, index: int, begin_utc: int, end_utc: int, points: int, reply: Callable[[HistoryReply], None]
    ) -> None:
        """Ask for a tag's samples in [begin, end] (UTC ns), decimated to about ``points``.

        ``reply`` is called at most once, later, on the caller's thread; never where the request is
        refused, the engine goes away or a new epoch begins first. A screen that still wants the data
        asks again.
        """
        ...
