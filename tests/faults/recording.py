"""What a server said to a source, to be said again to another one, spoiled: a session without the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from hmi.simulation.tcp_proxy import TcpProxy
from hmi.testing.harness import Listener
from hmi.testing.heard import Heard
from hmi.testing.stand_in import stand_in
from tests.faults.plant import live


@dataclass(frozen=True)
class Said:
    """A piece of the server's, and how many messages of the client it had heard before."""

    after: int
    piece: bytes


class Counter:
    """Counts the messages in a stream of OPC UA chunks that arrive in any pieces (OPC 10000-6, 7.1.2.2)."""

    def __init__(self) -> None:
        self.messages = 0
        self._waiting = bytearray()

    def feed(self, piece: bytes) -> None:
        self._waiting += piece
        while len(self._waiting) >= 8:
            length = int.from_bytes(self._waiting[4:8], "little")
            if len(self._waiting) < length:
                return
            del self._waiting[:length]
            self.messages += 1


async def record(listened: Listener, heard: Heard, proxy: TcpProxy, *names: str) -> list[Said]:
    """All that the server says until every tag has its first value."""
    counter, said = Counter(), list[Said]()

    def from_client(piece: bytes) -> tuple[bytes]:
        counter.feed(piece)
        return (piece,)

    def from_server(piece: bytes) -> tuple[bytes]:
        said.append(Said(counter.messages, piece))
        return (piece,)

    proxy.to_target.noise, proxy.to_client.noise = from_client, from_server
    async with listened:
        await live(listened, heard, *names)
    return said


class Player:
    """Says the recordings one after the other, one for each connection; the last one for all that follow."""

    def __init__(self, *recordings: Sequence[Said]) -> None:
        self._recordings = list(recordings)
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recording = self._recordings[min(self.connections, len(self._recordings) - 1)]
        self.connections += 1
        counter = Counter()
        with suppress(OSError):
            for each in recording:
                while counter.messages < each.after:
                    piece = await reader.read(65_536)
                    if not piece:
                        writer.transport.abort()
                        return
                    counter.feed(piece)
                writer.write(each.piece)
            while await reader.read(65_536):
                pass
        writer.transport.abort()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        async with stand_in(self.serve) as port:
            yield port
