"""Links that fail on command, on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hmi.simulation.tcp_proxy import TcpProxy
from hmi.simulation.wire_faults import obey


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(1000):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def linked() -> AsyncIterator[tuple[dict[str, TcpProxy], int, asyncio.Server]]:
    """A link to an echo server: (links, port of the link, the server)."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    try:
        async with TcpProxy("127.0.0.1", server.sockets[0].getsockname()[1]) as link:
            yield {"load": link}, link.port, server
    finally:
        server.close()
        await asyncio.sleep(0.05)


async def said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> bytes:
    writer.write(data)
    return await asyncio.wait_for(reader.readexactly(len(data)), 30)


async def test_a_link_passes_everything_and_a_cut_breaks_it_for_once() -> None:
    async with linked() as (links, port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        data = bytes(range(256)) * 2000
        assert await said(reader, writer, data) == data
        await obey(links, {"cut": "load"})
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(1), 30)
        writer.transport.abort()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await said(reader, writer, b"again") == b"again"
        writer.transport.abort()


async def test_a_frozen_link_loses_nothing_and_a_slow_one_holds_back() -> None:
    async with linked() as (links, port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await obey(links, {"frozen": "load", "is": True})
        writer.write(b"kept")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(4), 0.3)
        await obey(links, {"frozen": "load", "is": False})
        assert await asyncio.wait_for(reader.readexactly(4), 30) == b"kept"
        await obey(links, {"delay": "load", "is": 0.3})
        began = asyncio.get_running_loop().time()
        assert await said(reader, writer, b"slow") == b"slow"
        assert asyncio.get_running_loop().time() - began >= 0.29
        writer.transport.abort()


async def test_a_server_that_is_away_ends_the_clients_connection() -> None:
    async with linked() as (_, port, server):
        server.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(1), 30) == b""
        writer.transport.abort()


async def test_what_is_no_command_is_refused() -> None:
    with pytest.raises(KeyError, match="no command"):
        await obey({}, {"burn": "load"})
