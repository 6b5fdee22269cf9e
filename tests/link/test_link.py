"""Server and client over real sockets: greeting, news in order, doorbell, slow and strange clients."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hmi.link import server as server_module
from hmi.link.client import LinkClient
from hmi.link.errors import LinkClosed, LinkUnavailable
from hmi.link.messages import (
    HistoryReply,
    HistoryRequest,
    LatencyShown,
    Notice,
    Refusal,
    Seen,
    ToClient,
    Touched,
    Welcome,
)
from hmi.link.server import LinkServer
from hmi.link.table import TableWriter
from hmi.model.columns import Columns

DIGEST = "12" * 32


def answer(request: HistoryRequest) -> ToClient:
    return HistoryReply(request.request, request.index, b"t", b"v", b"s", request.begin)


@asynccontextmanager
async def served(directory: Path, epoch: bytes = b"{}") -> AsyncIterator[tuple[LinkServer, TableWriter]]:
    table = TableWriter(directory / "table-1", 2, 0, DIGEST, 1)
    welcome = Welcome(1, 1, 0, epoch, DIGEST, "table-1")
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


async def test_who_slept_through_two_epochs_wakes_up_in_the_last_one(tmp_path: Path) -> None:
    """Its engine is as well as ever, so it must not look lost."""
    tables = [TableWriter(tmp_path / "table-1", 2, 0, DIGEST, 1)]

    def greeting() -> list[ToClient]:
        number = len(tables)
        return [Welcome(1, 1, 0, b"{}", DIGEST, f"table-{number}"), Notice(number, "a", "hello")]

    server = LinkServer(tmp_path, greeting, answer)
    await server.start()
    client = LinkClient.connect(tmp_path)
    try:
        await received(client, 2)
        for number in (2, 3):
            before = tables[-1]
            tables.append(TableWriter(tmp_path / f"table-{number}", 2, 0, DIGEST, number))
            server.regreet()
            before.close()
        welcome, notice = await received(client, 2)
        assert isinstance(welcome, Welcome)
        assert (welcome.table, notice) == ("table-3", Notice(3, "a", "hello"))
        assert client.table is not None
        assert client.table.generation == 3
    finally:
        client.close()
        await server.close()
        tables[-1].close()


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


async def test_the_greeting_of_a_large_site_is_not_what_makes_a_client_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_UNREAD_BOUND", 1_000_000)
    async with served(tmp_path, epoch=bytes(5_000_000)) as (server, _):
        quick, slow = LinkClient.connect(tmp_path), LinkClient.connect(tmp_path)
        await until(lambda: server.clients == 2)
        for n in range(5):
            server.broadcast(Notice(n, "n", "x" * 10_000))
        greeting = await received(quick, 7)
        assert isinstance(greeting[0], Welcome)
        assert len(greeting[0].epoch) == 5_000_000
        for _ in range(40):
            server.broadcast(Notice(0, "n", "x" * 50_000))
            await received(quick, 1)
        await until(lambda: server.clients == 1)
        assert server.cut_off == 1
        # The exemption goes with the greeting: who has read it once is bounded as ever.
        for _ in range(60):
            server.broadcast(Notice(0, "n", "x" * 50_000))
            await asyncio.sleep(0)
        await until(lambda: server.clients == 0)
        assert server.cut_off == 2
        for client in (quick, slow):
            client.close()


async def test_requests_are_answered_in_turn_and_those_beyond_a_bound_are_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as (server, _):
        greedy, modest = LinkClient.connect(tmp_path), LinkClient.connect(tmp_path)
        await received(greedy, 2)
        await received(modest, 2)
        numbers = [greedy.request_history(0, 1, 2, 3) for _ in range(150)]
        asked = modest.request_history(0, 1, 2, 3)
        (reply,) = await received(modest, 1)
        assert isinstance(reply, HistoryReply)
        assert reply.request == asked
        replies = await received(greedy, 150)
        answered = [m.request for m in replies if isinstance(m, HistoryReply)]
        refused = [m.request for m in replies if isinstance(m, Refusal)]
        assert sorted(answered + refused) == numbers
        assert answered == sorted(answered)
        assert len(refused) == server.refused > 0
        greedy.close()
        modest.close()


@pytest.mark.parametrize(("begin", "points"), [(2**63, 10), (0, -1), (0, 2**40)])
async def test_a_request_outside_all_bounds_ends_the_connection(
    tmp_path: Path, begin: int, points: int
) -> None:
    async with served(tmp_path) as (server, _):
        client = LinkClient.connect(tmp_path)
        await received(client, 2)
        client.request_history(0, begin, 0, points)
        with pytest.raises(LinkClosed, match="not a message"):
            await received(client, 1)
        await until(lambda: server.clients == 0)
        client.close()


async def test_connections_that_never_said_hello_do_not_hold_up_the_end(tmp_path: Path) -> None:
    async with served(tmp_path) as (server, _):
        mute = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for each, name in zip(mute, ("engine.sock", "engine.sock", "doorbell.sock"), strict=True):
            each.connect(str(tmp_path / name))
        await until(lambda: len(server._connections) == 3)
        late = socket.socket(socket.AF_UNIX)
        late.connect(str(tmp_path / "engine.sock"))  # the loop has not seen it yet
        async with asyncio.timeout(20):
            await server.close()
        for each in (*mute, late):
            each.close()


async def test_the_end_leaves_the_sockets_of_another_engine_alone(tmp_path: Path) -> None:
    async with served(tmp_path):
        for name in ("engine.sock", "doorbell.sock", "table-1"):
            (tmp_path / name).rename(tmp_path / f"old-{name}")
            (tmp_path / name).write_text("somebody else's")
    left = {each.name for each in await asyncio.to_thread(lambda: list(tmp_path.iterdir()))}
    assert left >= {"engine.sock", "doorbell.sock", "table-1"}


async def test_connecting_to_an_engine_that_takes_nobody_in_does_not_wait(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "engine.sock"))
        listener.listen(0)
        full = []
        for _ in range(3):
            full.append(socket.socket(socket.AF_UNIX))
            full[-1].setblocking(False)
            with contextlib.suppress(BlockingIOError):
                full[-1].connect(str(tmp_path / "engine.sock"))
        with pytest.raises(LinkUnavailable, match="temporarily unavailable"):
            LinkClient.connect(tmp_path)
        for each in full:
            each.close()


async def test_what_a_client_tells_of_its_screen_is_handed_on_with_its_name(tmp_path: Path) -> None:
    told: list[tuple[str, Seen]] = []
    server = LinkServer(tmp_path, lambda: [Notice(1, "a", "hello")], answer, lambda *each: told.append(each))
    await server.start()
    client = LinkClient.connect(tmp_path, name="panel")
    try:
        touch, latency = Touched(5, "machine", "m", 0.5, 1.0), LatencyShown(6, "m", 12, None, 14, 3)
        client.tell(touch)
        client.tell(latency)
        await until(lambda: len(told) == 2)
        assert told == [(f"panel:{os.getpid()}", touch), (f"panel:{os.getpid()}", latency)]
    finally:
        client.close()
        await server.close()


@pytest.mark.parametrize(
    "wrong",
    [
        Touched(5, "machine", "m", 0.5, 1.5),
        Touched(5, "x" * 101, "m", 0.5, 0.5),
        LatencyShown(6, "m", -1, None, None, 3),
    ],
)
async def test_what_cannot_be_seen_is_refused(wrong: Seen, tmp_path: Path) -> None:
    """Nothing of it gets into a recording."""
    told: list[tuple[str, Seen]] = []
    server = LinkServer(tmp_path, lambda: [Notice(1, "a", "hello")], answer, lambda *each: told.append(each))
    await server.start()
    client = LinkClient.connect(tmp_path)
    try:
        await received(client, 1)
        client.tell(wrong)
        with pytest.raises(LinkClosed, match="not a message of this version"):
            await received(client, 10)
        assert told == []
    finally:
        client.close()
        await server.close()
