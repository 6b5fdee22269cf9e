"""A process that wants a processor and gets none is told from one that wants none."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hmi.app.processor_wait import longest_wait, processor_waits

BUSY = "print(flush=True)\nwhile True: pass"
IDLE = "import time; print(flush=True); time.sleep(120)"


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def started(running: ExitStack, work: str) -> int:
    """A process that may use one processor alone, the same for all."""
    process = running.enter_context(subprocess.Popen([sys.executable, "-c", work], stdout=subprocess.PIPE))
    running.callback(process.kill)
    assert process.stdout is not None
    assert process.stdout.readline(), "it has begun, and has nothing more to wait for"
    os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
    return process.pid


def test_two_who_share_a_processor_wait_for_it_and_a_sleeper_does_not(running: ExitStack) -> None:
    sleeper, one, _ = (started(running, work) for work in (IDLE, BUSY, BUSY))
    before = {pid: processor_waits(pid) for pid in (one, sleeper)}
    assert before[one].keys() >= {one}, "the main thread has the number of its process"
    end = time.monotonic() + 60
    while longest_wait(before[one], processor_waits(one)) < 300_000_000:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert longest_wait(before[sleeper], processor_waits(sleeper)) < 100_000_000


def test_of_a_process_that_is_gone_nothing_is_known() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert processor_waits(process.pid) == {}


def test_the_longest_of_the_threads_counts_also_of_a_new_one() -> None:
    assert longest_wait({1: 100, 2: 5}, {1: 130, 2: 95, 3: 40}) == 90
    assert longest_wait({1: 100}, {}) == 0
