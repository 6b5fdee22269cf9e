"""A server of a test's own making, that leaves nothing behind in whatever moment it is closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, object]]

_TURNS: Final = 5
"""Turns of the loop from an accepted connection to its handler, and some more."""


@asynccontextmanager
async def stand_in(serve: Serve) -> AsyncIterator[int]:
    """Listen on a port of 127.0.0.1, which this gives, and ``serve`` each connection until the end.

    A connection that breaks is no error; it is closed when ``serve`` returns. At the end all are, also one
    that was accepted and that nobody has served yet.
    """
    tasks: set[asyncio.Task[None]] = set()
    writers: set[asyncio.StreamWriter] = set()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    # Not a coroutine: one that is cancelled before it has begun would never see its connection.
    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        tasks.add(asyncio.create_task(served(reader, writer), name="stand-in"))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0)
    for each in results:
        if isinstance(each, Exception):
            raise each
