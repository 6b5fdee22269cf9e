"""Server and client over real sockets: greeting, news in order, doorbell, slow and strange clients."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hmi.link import server as server_module
from hmi.link.client import LinkClient
from hmi.link.errors import LinkClosed, LinkUnavailable
from hmi.link.messages import HistoryReply, HistoryRequest, Notice, ToClient, Welcome
from hmi.link.server import LinkServer
from hmi.link.table import TableWriter
from hmi.model.columns import Columns

DIGEST = "12" * 32


def answer(request: HistoryRequest) -> ToClient:
    return HistoryReply(request.request, request.index, b"t", b"v", b"s", request.begin)


@asynccontextmanager
async def served(directory: Path) -> AsyncIterator[tuple[LinkServer, TableWriter]]:
    table = TableWriter(directory / "table-1", 2, 0, DIGEST, 1)
    welcome = Welcome(1, 1, 0, b"{}", DIGEST, "table-1")
    server = LinkServer(directory, lambda: [welcome, Notice(1, "a", "hello")], answer)
    await server.start()
    try:
        yield server, table
    finally:
        await server.close()
        table.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def received(client: LinkClient, count: int) -> list[ToClient]:
    got: list[ToClient] = []
    async with asyncio.timeout(20):
        while len(got) < count:
            got += client.receive()
            await asyncio.sleep(0.005)
    return got


async def test_a_client_is_greeted_reads_the_table_and_gets_news_in_order(tmp_path: Path) -> None:
    async with served(tmp_path) as (server, table):
        client = LinkClient.connect(tmp_path)
        greeting = await received(client, 2)
        assert isinstance(greeting[0], Welcome)
        assert client.table is not None
        for n in range(50):
            server.broadcast(Notice(n, "n", ""))
        news = await received(client, 50)
        assert [m.utc for m in news if isinstance(m, Notice)] == list(range(50))
        number = client.request_history(1, 5, 9, 100)
        (reply,) = await received(client, 1)
        assert reply == HistoryReply(number, 1, b"t", b"v", b"s", 5)
        with table.write():
            table.columns.value[1] = 9
        await until(lambda: server._doorbells)
        server.ring()
        await until(client.clear_doorbell)
        into = Columns.empty(2, 0)
        assert client.table.snapshot(into) == 1
        assert int(into.value[1]) == 9
        client.close()
        await until(lambda: server.clients == 0)


async def test_several_clients_and_a_new_epoch(tmp_path: Path) -> None:
    async with served(tmp_path) as (server, _):
        clients = [LinkClient.connect(tmp_path) for _ in range(3)]
        for client in clients:
            await received(client, 2)
        server.regreet()
        for client in clients:
            again = await received(client, 2)
            assert isinstance(again[0], Welcome)
            client.close()


async def test_the_end_of_the_engine_is_told(tmp_path: Path) -> None:
    async with served(tmp_path):
        client = LinkClient.connect(tmp_path)
        await received(client, 2)
    with pytest.raises(LinkClosed, match="closed the link"):
        client.receive()
    client.close()
    with pytest.raises(LinkUnavailable):
        LinkClient.connect(tmp_path)


async def test_a_client_that_does_not_read_is_cut_off_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_UNREAD_BOUND", 100_000)
    async with served(tmp_path) as (server, _):
        slow, quick = LinkClient.connect(tmp_path), LinkClient.connect(tmp_path)
        await received(quick, 2)
        await until(lambda: server.clients == 2)
        big = Notice(0, "n", "x" * 50_000)
        for _ in range(40):
            server.broadcast(big)
            server.ring()
            await received(quick, 1)
        await until(lambda: server.clients == 1)
        assert server.cut_off == 1
        quick.close()
        slow.close()


@pytest.mark.parametrize("stranger", [struct.pack("<I", 5) + b"\xc1abcd", struct.pack("<I", 2**31)])
async def test_a_stranger_is_shown_the_door(tmp_path: Path, stranger: bytes) -> None:
    async with served(tmp_path) as (server, _):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(tmp_path / "engine.sock"))
            client.sendall(stranger)
            client.setblocking(False)
            data = b""
            async with asyncio.timeout(20):
                while True:
                    try:
                        piece = client.recv(4096)
                    except BlockingIOError:
                        await asyncio.sleep(0.005)
                        continue
                    if not piece:
                        break
                    data += piece
        assert b"refusal" in data
        assert server.clients == 0
