"""Panels that are killed and stopped again and again: their engine and its history stay, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from hmi.link.lock import holder
from tests.faults.engine_room import EngineRoom, Screen, descriptors, engine_of, resident, until

pytestmark = [pytest.mark.gui, pytest.mark.full]

TWO_CLIENTS = 8
"""Sockets of an engine with two clients: two listeners, and three of each, for a doorbell is held twice."""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[EngineRoom]:
    made = EngineRoom(tmp_path, tmp_path / "run")
    yield made
    made.close()


@pytest.fixture
def screen(room: EngineRoom) -> Iterator[Screen]:
    made = Screen(room)
    yield made
    made.close()


def panel(room: EngineRoom) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "hmi.app", "panel", "--site", str(room.site), "--size", "1280x800"]
    environment = {**os.environ, "TWINPANE_RUN": str(room.run), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def clients_of(engine: int) -> int:
    """How many Unix sockets an engine holds."""
    return len(psutil.Process(engine).net_connections("unix"))


def end(room: EngineRoom) -> None:
    found = holder(room.run)
    if found is not None:
        process = psutil.Process(found.pid)
        process.kill()
        process.wait(30)


@pytest.mark.parametrize("rounds", [12])
def test_panels_that_are_killed_leave_one_engine_that_goes_on(
    room: EngineRoom, screen: Screen, rounds: int
) -> None:
    first = panel(room)
    try:
        until(screen.sees, "the engine that the panel started")
        engine = engine_of(room)
        until(lambda: clients_of(engine) >= TWO_CLIENTS, "the panel has come")
        first.kill()
        first.wait()
        until(lambda: clients_of(engine) < TWO_CLIENTS, "it has gone")
        screen.goes_on()
        held, memory, files = descriptors(engine), resident(engine), room.files()
        for number in range(rounds):
            another = panel(room)
            try:
                until(lambda: clients_of(engine) >= TWO_CLIENTS, "the panel has come")
                if number % 2:
                    another.send_signal(signal.SIGSTOP)
                screen.goes_on(by=100)
            finally:
                another.kill()
                another.wait()
            until(lambda: clients_of(engine) < TWO_CLIENTS, "it has gone")
            assert engine_of(room) == engine, "the same engine all the time"
            assert descriptors(engine) == held
            assert room.files() == files
        grown = resident(engine) - memory
        print(f"engine: {memory:.1f} MB, {grown:+.2f} MB after {rounds} panels")  # noqa: T201
        assert grown < 3.0 + 0.5 * rounds, f"{grown:+.1f} MB"
        screen.goes_on()
    finally:
        first.kill()
        first.wait()
        end(room)


def test_a_panel_outlives_its_engines_and_does_not_grow(room: EngineRoom, screen: Screen) -> None:
    shown = panel(room)
    engine = 0
    try:
        sizes: list[tuple[int, float]] = []
        for number in range(8):

            def there(before: int = engine) -> bool:
                return screen.sees() and engine_of(room) != before

            until(there, "an engine that the panel started", 120.0)
            engine = engine_of(room)
            until(lambda pid=engine: clients_of(pid) >= TWO_CLIENTS, "the panel has come")  # type: ignore[misc]
            screen.goes_on(by=100)
            sizes.append((descriptors(shown.pid), resident(shown.pid)))
            os.kill(engine, signal.SIGKILL if number % 2 else signal.SIGSTOP)
        handles = [held for held, _ in sizes]
        assert max(handles[1:]) <= handles[1], handles
        memory = [size for _, size in sizes]
        assert memory[-1] - memory[2] < 10.0, memory
        print(f"panel: {handles} descriptors, {[round(m) for m in memory]} MB")  # noqa: T201
    finally:
        shown.kill()
        shown.wait()
        end(room)
