"""TCP links that can be cut, frozen and slowed from outside: ``python -m hmi.simulation.wire_faults``.

Each ``--link NAME=LISTEN:TARGET`` listens on 127.0.0.1:LISTEN and passes bytes to 127.0.0.1:TARGET. One JSON
line is printed when all listen; then each line on standard input is one command, and answered by ``{}``:
``{"cut": NAME}`` breaks its connections with a reset, ``{"frozen": NAME, "is": true}`` passes nothing either
way (nothing is lost by it), ``{"delay": NAME, "is": 0.2}`` holds each piece back so long towards the client.
It ends when standard input does, so that nobody who is killed leaves it behind.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import struct
import sys
from typing import Any, Final

_HOST: Final = "127.0.0.1"
_PIECE: Final = 65_536
_WAITING: Final = 1000
"""Pieces that are held back at most; past that the sender is held up, as by a full network."""

_RESET: Final = struct.pack("ii", 1, 0)
"""Linger for 0 s: closing sends a reset."""


class Link:
    """One way to a server: its listener and the connections through it."""

    def __init__(self, listen: int, target: int) -> None:
        self.delay = 0.0
        self._listen = listen
        self._target = target
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> asyncio.Server:
        """Listen."""
        return await asyncio.start_server(self._serve, _HOST, self._listen)

    def freeze(self, frozen: bool) -> None:
        """Pass nothing, or go on."""
        (self._flowing.clear if frozen else self._flowing.set)()

    async def cut(self) -> None:
        """Break every connection with a reset; new ones are taken."""
        broken = list(self._connections)
        for each in broken:
            each.cancel()
        await asyncio.gather(*broken, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 a handler runs in a task
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        writers = [to_client]
        ways: list[asyncio.Task[None]] = []
        try:
            target, to_target = await asyncio.open_connection(_HOST, self._target)
            writers.append(to_target)
            ways = [
                asyncio.create_task(self._carry(client, to_target, delayed=False)),
                asyncio.create_task(self._carry(target, to_client, delayed=True)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # How `cut` ends a connection; streams would report it as an error of the handler.
            for writer in writers:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        except OSError:
            pass  # the server is away: the client's connection ends, too
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, delayed: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_WAITING)

        async def read() -> None:
            with contextlib.suppress(OSError):
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


async def obey(links: dict[str, Link], command: dict[str, Any]) -> None:
    """Carry out one command.

    Raises:
        KeyError: there is no such link, or no such command.
    """
    match command:
        case {"cut": name}:
            await links[name].cut()
        case {"frozen": name, "is": bool(frozen)}:
            links[name].freeze(frozen)
        case {"delay": name, "is": float(seconds) | int(seconds)}:
            links[name].delay = seconds
        case _:
            raise KeyError(f"no command of ours: {command}")


async def _run(links: dict[str, Link]) -> None:
    servers = [await each.start() for each in links.values()]
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say({"links": list(links)})
    try:
        while line := await reader.readline():
            await obey(links, json.loads(line))
            _say({})
    finally:
        transport.close()
        for server in servers:
            server.close()
        for each in links.values():
            await each.cut()


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line and pass bytes on until standard input ends."""
    parser = argparse.ArgumentParser(prog="hmi.simulation.wire_faults", description=__doc__)
    parser.add_argument("--link", action="append", required=True, help="NAME=LISTEN:TARGET, two ports")
    links = {}
    for text in parser.parse_args().link:
        name, _, ports = text.partition("=")
        listen, _, target = ports.partition(":")
        links[name] = (int(listen), int(target))

    async def begin() -> None:
        await _run({name: Link(*ports) for name, ports in links.items()})

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(begin())


if __name__ == "__main__":
    main()
