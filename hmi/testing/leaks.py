"""pytest plugin: a test that leaves something running fails, and is told what.

Threads, processes, ports and sockets, shared memory, asyncio tasks and Qt timers that were not there
before the test and are there after all its fixtures are torn down. What a fixture of a wider scope
started stays out of it. Enable it with ``-p hmi.testing.leaks``; there is no way to exempt a test.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Hashable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import psutil
import pytest
import pytest_asyncio

from hmi.testing import leftovers
from hmi.testing.qt_timers import TimerWatch

_timers: Final = pytest.StashKey[TimerWatch]()
_runtime: Final = pytest.StashKey[Path]()
_monkeypatch: Final = pytest.StashKey[pytest.MonkeyPatch]()

_OBSERVERS: Final[list[leftovers.Observer]] = [
    leftovers.threads,
    leftovers.processes,
    leftovers.sockets,
]
_PROCESSES: Final = _OBSERVERS.index(leftovers.processes)

_RESOURCES: Final = "no_resource_left"
_TASKS: Final = "no_task_left"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the grace."""
    parser.addini(
        "leak_grace",
        "seconds that ending things get to end before they count as left behind (a clean test does not wait)",
        default="3",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Mark our descendants, and give engines a run directory that other programs do not use."""
    patch = config.stash[_monkeypatch] = pytest.MonkeyPatch()
    config.stash[_timers] = TimerWatch()
    folder = config.stash[_runtime] = leftovers.new_folder()
    patch.setenv(leftovers.MARK, str(os.getpid()))
    patch.setenv("XDG_RUNTIME_DIR", str(folder))
    patch.setenv("TWINPANE_RUN", str(folder / "run"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Undo `pytest_configure`."""
    if _monkeypatch in config.stash:
        config.stash[_timers].remove()
        config.stash[_monkeypatch].undo()
        shutil.rmtree(config.stash[_runtime], ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let coroutine tests look for tasks: that needs their event loop, which other tests do not have."""
    for item in items:
        names: list[str] = getattr(item, "fixturenames", [])
        if item.get_closest_marker("asyncio") and _RESOURCES in names and _TASKS not in names:
            # After the resources, so that the loop has been closed before these are looked at.
            names.insert(names.index(_RESOURCES) + 1, _TASKS)


def _new(observe: leftovers.Observer, before: leftovers.Found) -> leftovers.Found:
    return {key: text for key, text in observe().items() if key not in before}


@pytest.fixture(autouse=True)
def no_resource_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test if a thread, process, socket, segment or timer of it is left."""
    timers = request.config.stash[_timers]
    timers.install()
    segments = partial(leftovers.shared_memory, request.config.stash[_runtime])
    observers: list[leftovers.Observer] = [*_OBSERVERS, segments, timers.running]
    before = [observe() for observe in observers]
    yield
    timers.install()
    deadline = time.monotonic() + float(request.config.getini("leak_grace"))
    while True:
        found = [_new(observe, old) for observe, old in zip(observers, before, strict=True)]
        if not any(found) or time.monotonic() > deadline:
            break
        time.sleep(0.02)
    _end_processes(found[_PROCESSES])
    if any(found):
        _report([text for kind in found for text in kind.values()])


@pytest_asyncio.fixture
async def no_task_left(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Fail the test if an asyncio task of it is still pending when its fixtures have ended."""
    before = asyncio.all_tasks()
    yield
    deadline = time.monotonic() + float(request.config.getini("leak_grace"))
    while True:
        left = asyncio.all_tasks() - before - {asyncio.current_task()}
        if not left or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.02)
    if left:
        _report([f"asyncio task {task.get_name()!r}: {task.get_coro()!r}" for task in left])


def _report(texts: list[str]) -> None:
    pytest.fail("the test left behind:\n" + "\n".join(f"  {text}" for text in texts), pytrace=False)


def _end_processes(found: Mapping[Hashable, str]) -> None:
    """A process that was left behind must not disturb the tests that follow."""
    for key in found:
        match key:
            case (int() as pid, float() as created):
                try:
                    process = psutil.Process(pid)
                    if process.create_time() == created:
                        process.kill()
                except psutil.NoSuchProcess:
                    continue
