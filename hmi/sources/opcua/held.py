"""What a server says while its items are still being made: held until the link is up, and bounded."""

from __future__ import annotations

import asyncio
from typing import Final

from hmi.model.samples import Batch, SourceMessage
from hmi.sources.protocol import Emit

MOST_HELD: Final = 200_000
"""Samples (6 MB): the first values of ten thousand tags, and two seconds of their changes every 100 ms. With
more the server is not asked for news until the link is up: its own queues count what overflows then."""


class Held:
    """Emits in order what is said, once it was released."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._messages: list[SourceMessage] = []
        self._samples = 0
        self._released = asyncio.Event()

    def say(self, message: SourceMessage) -> None:
        """Emit a message, or hold it."""
        if self._released.is_set():
            self._emit(message)
            return
        self._messages.append(message)
        self._samples += len(message) if isinstance(message, Batch) else 1

    async def room(self) -> None:
        """Return when more may be said."""
        if self._samples >= MOST_HELD:
            await self._released.wait()

    def release(self) -> None:
        """Emit what was held, and from now on everything at once."""
        messages, self._messages = self._messages, []
        self._released.set()
        for message in messages:
            self._emit(message)
