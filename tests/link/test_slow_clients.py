"""Clients that are slow, stopped or dumb cost the engine a bounded amount, and the others nothing."""

from __future__ import annotations

import array
import asyncio
import fcntl
import signal
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hmi.link import server as server_module
from hmi.link.client import LinkClient
from hmi.link.messages import HistoryRequest, Notice, Refusal, ToClient, Welcome
from hmi.link.server import LinkServer
from hmi.link.table import TableWriter

DIGEST = "0" * 64
ONE_WHO_STOPS = """
import sys
from pathlib import Path
from hmi.link.client import LinkClient
client = LinkClient.connect(Path(sys.argv[1]))
while not client.receive():
    pass
print("here", flush=True)
sys.stdin.read()
"""


def _refuse(request: HistoryRequest) -> ToClient:
    return Refusal("none here", request.request)


@asynccontextmanager
async def served(directory: Path) -> AsyncIterator[LinkServer]:
    table = TableWriter(directory / "table-1", 2, 0, DIGEST, 1)
    server = LinkServer(directory, lambda: [Welcome(1, 1, 0, b"{}", DIGEST, "table-1")], _refuse)
    await server.start()
    try:
        yield server
    finally:
        await server.close()
        table.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


def waiting(descriptor: int) -> int:
    """How many bytes lie in a socket, unread."""
    count = array.array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, count)
    return count[0]


async def test_a_bell_that_is_never_cleared_takes_no_more_than_its_socket_and_the_others_ring(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as server:
        deaf, quick = LinkClient.connect(tmp_path), LinkClient.connect(tmp_path)
        await until(lambda: server.clients == 2)
        for _ in range(20_000):
            server.ring()
        full = waiting(deaf.doorbell_fileno())
        assert 0 < full < 20_000, "there is an end to what a socket takes"
        quick.clear_doorbell()
        for _ in range(50):
            server.ring()
            await until(lambda: waiting(quick.doorbell_fileno()))
            quick.clear_doorbell()
            assert waiting(quick.doorbell_fileno()) == 0
        assert waiting(deaf.doorbell_fileno()) == full
        # It was not lost: who wakes up finds that the table has changed, and hears of what comes then.
        deaf.clear_doorbell()
        server.ring()
        await until(lambda: waiting(deaf.doorbell_fileno()))
        assert server.clients == 2
        assert server.cut_off == 0
        deaf.close()
        quick.close()


async def test_a_stopped_process_is_cut_off_at_its_bound_and_the_others_hear_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_UNREAD_BOUND", 200_000)
    async with served(tmp_path) as server:
        stopped = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ONE_WHO_STOPS, str(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            assert stopped.stdout is not None
            assert await stopped.stdout.readline() == b"here\n"
            quick = LinkClient.connect(tmp_path)
            await until(lambda: server.clients == 2)
            stopped.send_signal(signal.SIGSTOP)
            heard, said = 0, 0
            while server.clients == 2:
                assert said < 200, "it was never cut off"
                server.broadcast(Notice(said, "n", "x" * 20_000))
                server.ring()
                said += 1
                while heard < said:
                    heard += sum(isinstance(each, Notice) for each in quick.receive())
                    await asyncio.sleep(0)
            # What its socket took, and its bound; nothing of it stays.
            assert said < 60
            assert server.cut_off == 1
            server.broadcast(Notice(said, "n", "x"))
            while heard <= said:
                heard += sum(isinstance(each, Notice) for each in quick.receive())
                await asyncio.sleep(0)
            assert heard == said + 1
            quick.close()
        finally:
            stopped.kill()
            await stopped.communicate()
