"""A TCP proxy that delays, freezes, cuts and spoils: a bad network where the kernel emulates none."""

from __future__ import annotations

import asyncio
import socket
import struct
from random import Random
from types import TracebackType
from typing import Final, Self

from hmi.simulation.tcp_way import Way

_RESET: Final = struct.pack("ii", 1, 0)
"""Linger for 0 s: closing sends a reset instead of waiting for the peer."""

_TURNS: Final = 5
"""Turns of the loop from an accepted connection to its handler, and some more."""


class TcpProxy:
    """Listens on 127.0.0.1 and passes bytes both ways to a target; an async context manager.

    ``port``    where it listens, after entering
    ``to_client``, ``to_target``  what happens on either way, see `hmi.simulation.tcp_way.Way`
    ``delay``   that of ``to_client``; a round trip takes so much longer
    ``frozen``  while set, connections are accepted and nothing is passed either way; nothing is lost.
                The target's end of a connection is seen only after the thaw
    ``seed``    of all that is random
    """

    def __init__(self, target_host: str, target_port: int, *, port: int = 0, seed: int = 0) -> None:
        self.port = port
        random = Random(seed)  # noqa: S311 nothing secret
        self.to_client = Way(random)
        self.to_target = Way(random)
        self._target = (target_host, target_port)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def delay(self) -> float:
        """Seconds that each piece is held back on its way to the client."""
        return self.to_client.delay

    @delay.setter
    def delay(self, delay: float) -> None:
        self.to_client.delay = delay

    @property
    def frozen(self) -> bool:
        """Whether nothing is passed at present, on either way."""
        return self.to_client.frozen and self.to_target.frozen

    @frozen.setter
    def frozen(self, frozen: bool) -> None:
        self.to_client.frozen = self.to_target.frozen = frozen

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
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for _ in range(_TURNS):  # what was accepted before has a task, or is about to get one
                await self.cut()
                await asyncio.sleep(0)
            await server.wait_closed()

    async def _reached(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the target; cut in the very moment in which there is one, none is left behind."""
        reaching = asyncio.ensure_future(asyncio.open_connection(*self._target))
        try:
            return await asyncio.shield(reaching)
        except asyncio.CancelledError:
            reaching.cancel()
            await asyncio.wait([reaching])
            if not reaching.cancelled() and reaching.exception() is None:
                reaching.result()[1].transport.abort()
            raise

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        if self._server is None:
            to_client.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 a handler runs in a task
        self._connections.add(task)
        try:
            target, to_target = await self._reached()
        except (OSError, asyncio.CancelledError):
            to_client.transport.abort()
            self._connections.discard(task)
            return
        ways = [
            asyncio.create_task(self.to_target.carry(client, to_target)),
            asyncio.create_task(self.to_client.carry(target, to_client)),
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
