"""Our own process stands still, under SIGSTOP or in a virtual machine that is moved: no fault of a server."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from hmi.testing.fork_server import ForkServer
from hmi.testing.harness import ChildDevice

STALL_LIMIT: Final = 2.0
"""Seconds; with a sign of life every half second the limit is three."""

STOP: Final = 4.0
WAIT: Final = 60.0


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A source in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sources.opcua.stopped_source", *arguments, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


async def test_what_a_server_said_while_we_stood_still_is_heard_before_it_is_given_up(
    forks: ForkServer,
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    device = ChildDevice(lambda: ["--port", str(port)], forks)
    await device.start()
    said: list[dict[str, Any]] = []
    try:
        async with running(str(port), str(STALL_LIMIT)) as process:
            assert process.stdout is not None

            async def until(value: float) -> None:
                async with asyncio.timeout(WAIT):
                    while {"values": [value]} not in said:
                        assert process.stdout is not None
                        said.append(json.loads(await process.stdout.readline()))

            await until(0.0)
            await asyncio.sleep(0.3)
            process.send_signal(signal.SIGSTOP)
            await device.ask({"set": "a_float", "value": 1.0})
            await asyncio.sleep(STOP)
            process.send_signal(signal.SIGCONT)
            await until(1.0)
            await device.ask({"set": "a_float", "value": 2.0})
            await until(2.0)
    finally:
        await device.stop()
    assert [next(iter(each.values())) for each in said] == ["connecting", "up", [0.0], [1.0], [2.0]]
