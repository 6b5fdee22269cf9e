"""This process is stopped for longer than a time-out while a healthy device answers."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from hmi.sources.modbus.awaiting import awaited
from tests.sources.modbus.devices import device, frame, read_answer

ROOT = Path(__file__).parents[3]


async def test_after_a_stop_of_ours_no_link_is_lost_and_no_request_given_up() -> None:
    """The source runs in another process, that is stopped with several requests under way."""
    asked = 0

    async def answer(transaction: int, unit: int, pdu: bytes) -> list[bytes]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.1)  # so that there is hardly a moment without a request under way
        return [frame(transaction, unit, read_answer(pdu, lambda _: 7))]

    async with device(answer) as port:
        watching = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.sources.modbus.watching",
            str(port),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert watching.stdout is not None
        try:
            async with asyncio.timeout(120.0):
                assert await watching.stdout.readline() == b"live\n"
                before = asked
                while asked == before:
                    await asyncio.sleep(0.01)
                watching.send_signal(signal.SIGSTOP)
                await asyncio.sleep(4.0)
                watching.send_signal(signal.SIGCONT)
                before = asked
                while asked < before + 8:
                    await asyncio.sleep(0.01)
                said, _ = await watching.communicate(b"end\n")
        finally:
            if watching.returncode is None:
                watching.kill()
                await watching.communicate()
    assert json.loads(said) == {"links": ["connecting", "up"], "late": 0, "bad": 0}


async def test_an_answer_that_the_loop_finds_after_the_timer_counts() -> None:
    """As after a stop: the wait for sockets ends without them, and the timers are first."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()
    loop.call_later(0.05, lambda: loop.call_soon(loop.call_soon, answer.set_result, b"here"))
    assert await awaited(answer, 0.05) == b"here"


async def test_an_answer_that_is_not_there_is_awaited_no_longer() -> None:
    answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    with pytest.raises(TimeoutError):
        await awaited(answer, 0.01)
    assert answer.cancelled()
