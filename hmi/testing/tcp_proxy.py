"""A TCP proxy that delays, freezes and cuts: a bad network where the kernel has no emulator for one."""

from __future__ import annotations

import asyncio
import socket
import struct
from types import TracebackType
from typing import Final, Self

_PIECE: Final = 65_536
_RESET: Final = struct.pack("ii", 1, 0)
"""Linger for 0 s: closing sends a reset instead of waiting for the peer."""


class TcpProxy:
    """Listens on 127.0.0.1 and passes bytes both ways to a target; an async context manager.

    ``port``    where it listens, after entering
    ``delay``   seconds that each piece is held back on its way to the client, in order; a round trip
                takes so much longer. Pieces in flight keep the delay that they came under
    ``frozen``  while set, connections are accepted and nothing is passed either way; nothing is lost.
                The target's end of a connection is seen only after the thaw
    """

    def __init__(self, target_host: str, target_port: int, *, port: int = 0) -> None:
        self.port = port
        self.delay = 0.0
        self._target = (target_host, target_port)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def frozen(self) -> bool:
        """Whether nothing is passed at present."""
        return not self._flowing.is_set()

    @frozen.setter
    def frozen(self, frozen: bool) -> None:
        (self._flowing.clear if frozen else self._flowing.set)()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    async def cut(self) -> None:
        """Break all connections with a reset; the proxy goes on listening."""
        broken = list(self._connections)
        for each in broken:
            each.cancel()
        await asyncio.gather(*broken, return_exceptions=True)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self.cut()
            await self._server.wait_closed()
            await asyncio.sleep(0)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            target, to_target = await asyncio.open_connection(*self._target)
        except OSError:
            to_client.transport.abort()
            self._connections.discard(task)
            return
        ways = [
            asyncio.create_task(self._pass(client, to_target, delayed=False)),
            asyncio.create_task(self._pass(target, to_client, delayed=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # How `cut` ends a connection; passed on, streams would report it as an error of the handler.
            for writer in (to_client, to_target):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for writer in (to_client, to_target):
            writer.transport.abort()
        await asyncio.sleep(0)
        self._connections.discard(task)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, delayed: bool) -> None:
        """Pass pieces in order until the source ends; reading goes on while earlier pieces are delayed."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=1000)

        async def read() -> None:
            while piece := await source.read(_PIECE):
                await pieces.put((loop.time() + (self.delay if delayed else 0.0), piece))
            await pieces.put((loop.time(), b""))

        reading = asyncio.create_task(read())
        try:
            while True:
                due, piece = await pieces.get()
                await asyncio.sleep(max(due - loop.time(), 0.0))
                await self._flowing.wait()
                if not piece:
                    return
                sink.write(piece)
                await sink.drain()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
