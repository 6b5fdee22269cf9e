"""The supervisor against real processes that hold the real lock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hmi.app.spawn import engine as spawn_engine
from hmi.app.supervisor import NOT_STARTED, EngineExit, Supervisor
from hmi.link.directory import LAST_WORDS
from hmi.link.errors import LinkUnavailable
from hmi.link.lock import Holder, holder
from hmi.model.clock import MILLISECOND, SECOND, ManualClock

ENGINE = """
import sys, time
from pathlib import Path
from hmi.link.lock import EngineLock
lock = EngineLock.acquire(Path(sys.argv[1]), managed=sys.argv[2], site="demo")
if lock is None:
    sys.exit(7)
time.sleep(float(sys.argv[3]))
"""


class Engines:
    """Starts stand-in engines and remembers every one, to count and to clean up."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.started: list[subprocess.Popen[bytes]] = []
        self.lives = 60.0

    def spawn(self, managed: str = "panel") -> subprocess.Popen[bytes]:
        arguments = [sys.executable, "-c", ENGINE, str(self.directory), managed, str(self.lives)]
        self.started.append(subprocess.Popen(arguments))
        return self.started[-1]

    @property
    def alive(self) -> int:
        return sum(each.poll() is None for each in self.started)


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    made = Engines(tmp_path)
    yield made
    for each in made.started:
        each.kill()
        each.wait()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def found(engines: Engines) -> Holder | None:
    return holder(engines.directory)


def test_it_starts_one_engine_and_no_second(engines: Engines) -> None:
    clock = ManualClock()
    supervisor = Supervisor(engines.directory, engines.spawn)
    for _ in range(5):
        supervisor.tick(clock.advance(SECOND))
    until(lambda: found(engines))
    for _ in range(5):
        supervisor.tick(clock.advance(SECOND))
    assert len(engines.started) == 1
    supervisor.stop(5)
    assert engines.alive == 0


def test_it_attaches_to_an_engine_that_runs_already(engines: Engines) -> None:
    engines.spawn("service")
    until(lambda: found(engines))
    supervisor = Supervisor(engines.directory, engines.spawn)
    supervisor.tick(ManualClock().now())
    assert len(engines.started) == 1


def test_a_killed_engine_is_replaced_at_once_a_crashing_one_with_growing_pauses(engines: Engines) -> None:
    clock = ManualClock()
    supervisor = Supervisor(engines.directory, engines.spawn)
    supervisor.tick(clock.now())
    until(lambda: found(engines))
    clock.advance(60 * SECOND)
    engines.started[0].kill()
    engines.started[0].wait()
    supervisor.tick(clock.now())
    assert len(engines.started) == 2
    assert supervisor.last_exit is not None
    assert supervisor.last_exit.code == -signal.SIGKILL
    assert not supervisor.last_exit.fenced
    starts = []
    engines.lives = 0
    engines.started[1].kill()
    for _ in range(400):
        engines.started[-1].wait()
        supervisor.tick(clock.advance(100 * MILLISECOND))
        starts.append(len(engines.started))
    assert 4 <= starts[-1] - 2 <= 8, "40 s of crashes: after 0.5, 2, 5, 10, 10 … seconds"


def test_a_hanging_engine_is_fenced_before_another_is_started(engines: Engines) -> None:
    clock = ManualClock()
    supervisor = Supervisor(engines.directory, engines.spawn)
    supervisor.tick(clock.now())
    until(lambda: found(engines))
    os.kill(engines.started[0].pid, signal.SIGSTOP)
    for _ in range(10):
        supervisor.engine_unresponsive(clock.advance(100 * MILLISECOND))
        supervisor.tick(clock.now())
    assert supervisor.fenced == 0, "one second may be a busy machine"
    for _ in range(10):
        supervisor.engine_unresponsive(clock.advance(100 * MILLISECOND))
    assert supervisor.fenced == 1
    engines.started[0].wait()
    ended: list[EngineExit] = []
    supervisor.on_exit = ended.append
    supervisor.tick(clock.advance(SECOND))
    assert ended == [EngineExit(-signal.SIGKILL, (), True, clock.now())]
    until(lambda: len(engines.started) == 2 and found(engines) is not None)
    assert engines.alive == 1


def test_why_an_engine_ended_is_told_in_its_own_last_words(engines: Engines) -> None:
    def spawn() -> subprocess.Popen[bytes]:
        text = (
            "import sys; print('line\\n' * 3000, 'Error: no space', sep='\\n', file=sys.stderr); sys.exit(70)"
        )
        with (engines.directory / LAST_WORDS).open("wb") as errors:
            engines.started.append(subprocess.Popen([sys.executable, "-c", text], stderr=errors))
        return engines.started[-1]

    clock = ManualClock()
    supervisor = Supervisor(engines.directory, spawn)
    told: list[EngineExit] = []
    supervisor.on_exit = told.append
    supervisor.tick(clock.now())
    engines.started[0].wait()
    assert supervisor.last_exit is None
    supervisor.tick(clock.advance(SECOND))
    assert told == [EngineExit(70, ("line",) * 4 + ("Error: no space",), False, clock.now())]
    assert supervisor.last_exit is told[0]
    assert supervisor.starts == 2


def test_an_engine_that_cannot_be_started_is_told_and_tried_again_with_pauses(engines: Engines) -> None:
    tries = []

    def spawn() -> subprocess.Popen[bytes]:
        tries.append(1)
        raise LinkUnavailable("/x: others may write here")

    clock = ManualClock()
    supervisor = Supervisor(engines.directory, spawn)
    supervisor.tick(clock.now())
    assert supervisor.last_exit == EngineExit(NOT_STARTED, ("/x: others may write here",), False, clock.now())
    for _ in range(400):
        supervisor.tick(clock.advance(100 * MILLISECOND))
    assert 4 <= len(tries) - 1 <= 8


def test_what_keeps_an_engine_from_starting_is_told_once_and_anew_after_an_engine(engines: Engines) -> None:
    def refused() -> subprocess.Popen[bytes]:
        raise LinkUnavailable("the engine is a service")

    told: list[EngineExit] = []
    clock = ManualClock()
    supervisor = Supervisor(engines.directory, refused)
    supervisor.on_exit = told.append
    for _ in range(100):
        supervisor.tick(clock.advance(SECOND))
    assert [each.said for each in told] == [("the engine is a service",)]
    service = engines.spawn("service")
    until(lambda: found(engines))
    supervisor.tick(clock.advance(SECOND))
    service.kill()
    service.wait()
    for _ in range(100):
        supervisor.tick(clock.advance(SECOND))
    assert [each.said for each in told] == 2 * [("the engine is a service",)]


def test_an_engine_whose_run_directory_was_removed_is_given_it_back(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    process = spawn_engine(directory, tmp_path / "no-site", {}, 1.0)
    assert process.wait(60) != 0
    assert "no-site" in (directory / LAST_WORDS).read_text()


def test_hiccups_far_apart_do_not_add_up_to_a_kill(engines: Engines) -> None:
    clock = ManualClock()
    supervisor = Supervisor(engines.directory, engines.spawn)
    supervisor.tick(clock.now())
    until(lambda: found(engines))
    for _ in range(20):
        supervisor.engine_unresponsive(clock.advance(2 * SECOND))
    assert supervisor.fenced == 0


def test_an_engine_that_gets_no_processor_is_given_time_but_not_for_ever(engines: Engines) -> None:
    """Another one would get none either."""
    clock, waited = ManualClock(), 7 * SECOND
    supervisor = Supervisor(engines.directory, engines.spawn, lambda _: {1: waited, 2: 5})
    supervisor.tick(clock.now())
    until(lambda: found(engines))
    silent = 0
    while supervisor.fenced == 0:
        supervisor.engine_unresponsive(clock.advance(50 * MILLISECOND))
        silent, waited = silent + 50 * MILLISECOND, waited + 45 * MILLISECOND
        assert silent <= 10_050 * MILLISECOND
    assert silent > 9 * SECOND
    until(lambda: engines.alive == 0)


def test_an_engine_that_a_service_manages_is_never_killed(engines: Engines) -> None:
    clock = ManualClock()
    engines.spawn("service")
    until(lambda: found(engines))
    supervisor = Supervisor(engines.directory, engines.spawn)
    for _ in range(100):
        supervisor.engine_unresponsive(clock.advance(100 * MILLISECOND))
        supervisor.tick(clock.now())
    assert supervisor.fenced == 0
    assert engines.alive == 1
