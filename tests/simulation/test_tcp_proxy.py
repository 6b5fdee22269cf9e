"""The proxy that other tests trust to be a bad network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hmi.simulation.tcp_proxy import TcpProxy


@pytest.fixture
async def proxy() -> AsyncIterator[TcpProxy]:
    """A proxy before a server that sends everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(100):
                writer.write(piece)
                await writer.drain()
        except ConnectionResetError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with TcpProxy("127.0.0.1", server.sockets[0].getsockname()[1]) as made:
        yield made
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.05)  # the echo handlers end with their connections


async def test_passes_bytes_in_order(proxy: TcpProxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    sent = bytes(range(256)) * 40
    writer.write(sent)
    assert await reader.readexactly(len(sent)) == sent
    writer.close()
    await writer.wait_closed()


async def test_delays_by_at_least_the_delay(proxy: TcpProxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    proxy.delay = 0.15
    loop = asyncio.get_running_loop()
    began = loop.time()
    writer.write(b"x")
    assert await reader.readexactly(1) == b"x"
    assert loop.time() - began >= 0.149
    writer.close()
    await writer.wait_closed()


async def test_frozen_passes_nothing_and_loses_nothing(proxy: TcpProxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    proxy.frozen = True
    writer.write(b"held")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await reader.read(10)
    proxy.frozen = False
    assert await reader.readexactly(4) == b"held"
    writer.close()
    await writer.wait_closed()


async def test_cut_resets_and_goes_on_listening(proxy: TcpProxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"x")
    await reader.readexactly(1)
    assert proxy.connections == 1
    await proxy.cut()
    assert proxy.connections == 0
    with pytest.raises(ConnectionResetError):
        await reader.read(1)
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"y")
    assert await reader.readexactly(1) == b"y"
    writer.close()
    await writer.wait_closed()
