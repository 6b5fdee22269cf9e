"""One direction of a `hmi.simulation.tcp_proxy.TcpProxy`: what happens to bytes on that way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from random import Random
from typing import Final

PIECE: Final = 65_536
"""Bytes that are taken at once at most."""

_WAITING: Final = 1000
"""Pieces that are held back at most; past that the sender is held up, as by a full network."""

Noise = Callable[[bytes], Iterable[bytes]]
"""What comes of a piece: other bytes, several pieces, none."""


class Way:
    """How bytes travel one way, for all connections of a proxy; may be changed while they do.

    ``delay``   seconds that each piece is held back; pieces in flight keep the delay that they came under
    ``jitter``  seconds by which a piece may take longer, evenly distributed by ``random``; order is kept
    ``noise``   what is done to each piece; None passes it as it is
    """

    def __init__(self, random: Random) -> None:
        self.delay = 0.0
        self.jitter = 0.0
        self.noise: Noise | None = None
        self._random = random
        self._flowing = asyncio.Event()
        self._flowing.set()

    @property
    def frozen(self) -> bool:
        """Whether nothing is passed at present; nothing is lost by it."""
        return not self._flowing.is_set()

    @frozen.setter
    def frozen(self, frozen: bool) -> None:
        (self._flowing.clear if frozen else self._flowing.set)()

    async def carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Pass pieces in order until the source ends; reading goes on while earlier pieces are delayed."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_WAITING)

        async def read() -> None:
            with contextlib.suppress(OSError):  # a reset is an end, too
                while piece := await source.read(PIECE):
                    await pieces.put((loop.time() + self.delay + self._random.uniform(0, self.jitter), piece))
            await pieces.put((loop.time(), b""))

        reading = asyncio.create_task(read())
        try:
            while True:
                due, piece = await pieces.get()
                await asyncio.sleep(max(due - loop.time(), 0.0))
                await self._flowing.wait()
                if not piece:
                    return
                for changed in (piece,) if self.noise is None else self.noise(piece):
                    sink.write(changed)
                await sink.drain()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
