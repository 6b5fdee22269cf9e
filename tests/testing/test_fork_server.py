"""Processes of a fork server are processes: each its own, killed and frozen like any other."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from hmi.testing.fork_server import ForkServer

MODULE = """
import os, sys

made = os.getpid()

def prepare():
    global prepared
    prepared = os.getpid()

def main(arguments):
    counted = 0
    for line in sys.stdin:
        counted += 1
        print(*arguments, made == prepared != os.getpid(), counted, line.strip(), flush=True)
    raise SystemExit(3)
"""


@pytest.fixture
def module(tmp_path: Path) -> str:
    file = tmp_path / "device.py"
    file.write_text(MODULE)
    return str(file)


async def test_each_process_is_its_own_and_goes_on_from_what_was_loaded(module: str) -> None:
    with ForkServer(module) as forks:
        first, second = await forks.start(["a", "b"]), await forks.start([])
        assert len({os.getpid(), first.pid, second.pid}) == 3
        for number in (1, 2):
            first.stdin.write(b"x\n")
            assert await first.stdout.readline() == f"a b True {number} x\n".encode()
        second.stdin.write(b"y\n")
        assert await second.stdout.readline() == b"True 1 y\n"
        first.send_signal(signal.SIGSTOP)
        second.stdin.close()
        await second.wait()
        assert psutil.pid_exists(first.pid)
        first.kill()
        await first.wait()
        first.stdin.close()
        assert not psutil.pid_exists(first.pid)
        with pytest.raises(ProcessLookupError):
            os.kill(first.pid, signal.SIGTERM)


def test_a_module_that_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="cannot be loaded"), ForkServer(str(tmp_path / "none.py")):
        pass
