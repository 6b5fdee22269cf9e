"""Engines and screens that are killed and stopped, again and again: one engine at most, nothing left."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hmi.app.supervisor import Supervisor
from hmi.link.lock import is_held
from hmi.model.clock import MILLISECOND
from hmi.testing.fork_server import ForkServer
from tests.faults.engine_room import EngineRoom, Screen, descriptors, engine_of, resident, until

ONLOOKER = str(Path(__file__).with_name("onlooker.py"))


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


def next_engine(room: EngineRoom, screen: Screen, before: int) -> int:
    """Wait for the engine after the one with the pid ``before``; never are there two."""

    def there() -> bool:
        room.tick()
        assert len(room.alive) <= 1, "two engines"
        return screen.sees() and engine_of(room) != before

    until(there, "an engine")
    room.settle()
    return engine_of(room)


@pytest.mark.parametrize("rounds", [2, pytest.param(30, marks=pytest.mark.full)])
def test_engines_that_are_killed_and_hang_leave_nothing_behind(
    room: EngineRoom, screen: Screen, rounds: int
) -> None:
    pid = next_engine(room, screen, 0)
    held, files, running = descriptors(), room.files(), threading.active_count()
    for number in range(rounds):
        if number % 2:
            os.kill(pid, signal.SIGSTOP)
            fenced = room.supervisor.fenced
            while room.supervisor.fenced == fenced:
                room.supervisor.engine_unresponsive(room.now())
        else:
            os.kill(pid, signal.SIGKILL)
        room.spawned[-1].wait(30)
        pid = next_engine(room, screen, pid)
        assert descriptors() == held
        assert room.files() == files
        assert len(list(room.run.glob("table-*"))) == 1
    assert threading.active_count() == running
    assert room.supervisor.starts == rounds + 1
    assert room.supervisor.fenced == rounds // 2
    screen.goes_on()


@pytest.mark.parametrize("count", [4, pytest.param(16, marks=pytest.mark.full)])
def test_of_many_that_start_at_once_one_engine_is_left(room: EngineRoom, screen: Screen, count: int) -> None:
    for _ in range(count):
        room.spawn()
    until(lambda: sum(each.poll() is None for each in room.spawned) == 1, "one is left")
    until(screen.sees, "it serves")
    (pid,) = room.alive
    assert engine_of(room) == pid
    assert {each.returncode for each in room.spawned if each.pid != pid} == {1}
    assert len(list(room.run.glob("table-*"))) == 1
    screen.goes_on()


@pytest.mark.full
def test_two_panels_that_start_and_lose_the_engine_together_keep_one(
    room: EngineRoom, screen: Screen
) -> None:
    other = Supervisor(room.run, room.spawn)
    pid = 0
    for _ in range(2):

        def there(before: int = pid) -> bool:
            room.tick()
            other.tick(room.now())
            return screen.sees() and is_held(room.run) and engine_of(room) != before

        until(there, "an engine")
        until(lambda: len(room.alive) == 1, "the one that came second has ended")
        pid = engine_of(room)
        assert room.alive == [pid]
        room.settle()
        os.kill(pid, signal.SIGKILL)
        until(lambda p=pid: p not in room.alive, "it is dead")  # type: ignore[misc]
    other.stop(10)


@pytest.mark.parametrize("rounds", [2, pytest.param(200, marks=pytest.mark.full)])
async def test_screens_that_are_killed_and_stopped_cost_the_engine_nothing(
    room: EngineRoom, screen: Screen, rounds: int
) -> None:
    pid = await asyncio.to_thread(next_engine, room, screen, 0)
    with ForkServer(ONLOOKER) as forks:

        async def one(number: int) -> None:
            onlooker = await forks.start([str(room.run)])
            assert await onlooker.stdout.readline()
            if number % 2:
                onlooker.send_signal(signal.SIGSTOP)
                await asyncio.to_thread(screen.goes_on)
            onlooker.kill()
            onlooker.stdin.close()
            await onlooker.wait()

        await one(0)
        await one(1)
        await asyncio.to_thread(screen.goes_on)
        held, memory = descriptors(pid), resident(pid)
        files = room.files()
        for number in range(rounds):
            await one(number)
        await asyncio.to_thread(screen.goes_on)
        await asyncio.to_thread(until, lambda: descriptors(pid) <= held, "every client's sockets are closed")
        grown = resident(pid) - memory
        print(f"{rounds} rounds: {held} descriptors, {memory:.1f} MB, {grown:+.2f} MB")  # noqa: T201
        # Its history of what the simulated site changes fills up meanwhile.
        assert grown < 3.0 + 0.02 * rounds
        assert room.files() == files
        assert room.alive == [pid]


@pytest.mark.full
def test_an_engine_that_was_suspended_goes_on_with_the_same_screens(room: EngineRoom, screen: Screen) -> None:
    pid = next_engine(room, screen, 0)
    for _ in range(3):
        os.kill(pid, signal.SIGSTOP)
        screen.look()
        beat, revision = screen.heartbeat, screen.revision
        for _ in range(10):  # shorter than the supervisor's patience
            room.supervisor.engine_unresponsive(room.now())
            screen.look()
        assert (screen.heartbeat, screen.revision) == (beat, revision)
        os.kill(pid, signal.SIGCONT)
        until(lambda b=beat: screen.look() and screen.heartbeat > b + 100 * MILLISECOND, "it beats")  # type: ignore[misc]
        screen.goes_on()
    assert room.supervisor.fenced == 0
    assert room.alive == [pid]
    assert not screen.notices
