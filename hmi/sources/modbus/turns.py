"""Whose request is next on a line: the units in turn, each one's requests in their order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Lets at most ``places`` requests be under way; no unit waits for more than one of each other unit."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.under_way = 0
        self._waiting: dict[int, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def of(self, unit: int) -> AsyncIterator[None]:
        """Wait for a turn of ``unit``, and hold it."""
        await self._take(unit)
        try:
            yield
        finally:
            self.under_way -= 1
            self._next()

    async def _take(self, unit: int) -> None:
        if self.under_way < self.places and not self._waiting:
            self.under_way += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(unit, deque()).append(turn)
        self._next()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given just before
                self.under_way -= 1
            self._next()
            raise

    def _next(self) -> None:
        while self._waiting and self.under_way < self.places:
            unit = next(iter(self._waiting))
            queue = self._waiting.pop(unit)
            turn = queue.popleft()
            if queue:
                self._waiting[unit] = queue  # behind all others
            if not turn.done():
                self.under_way += 1
                turn.set_result(None)
