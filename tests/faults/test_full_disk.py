"""A run directory that is full: told at the start, and no harm to an engine that runs.

Needs root, to mount a small file system; without it the failure says so.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hmi.app.supervisor import NOT_STARTED
from tests.faults.engine_room import EngineRoom, Screen, until


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB in memory."""
    where = tmp_path / "disk"
    where.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(where)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, f"a small file system cannot be mounted, run as root: {done.stderr.strip()}"
    yield where
    subprocess.run(["umount", str(where)], check=True)


@pytest.fixture
def room(tmp_path: Path, small_disk: Path) -> Iterator[EngineRoom]:
    made = EngineRoom(tmp_path, small_disk / "run")
    yield made
    made.close()


@pytest.fixture
def screen(room: EngineRoom) -> Iterator[Screen]:
    made = Screen(room)
    yield made
    made.close()


def fill(disk: Path) -> Path:
    """Take all that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 65_536
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
    assert os.statvfs(disk).f_bavail == 0
    return filler


@pytest.mark.full
def test_a_disk_that_fills_up_does_not_harm_a_running_engine(
    room: EngineRoom, screen: Screen, small_disk: Path
) -> None:
    room.tick()
    until(screen.sees, "an engine")
    (pid,) = room.alive
    filler = fill(small_disk)
    screen.goes_on()
    # A client that comes now is served as well.
    other = Screen(room)
    until(lambda: other.sees(pid), "another client")
    other.close()
    # Another tag needs a new table, for which there is no room: told, and the old epoch goes on.
    tags = room.site / "machines" / "rig" / "tags.yaml"
    told = len(screen.notices)
    tags.write_text(tags.read_text().replace("low: 42.0", "low: 43.0"))
    until(lambda: screen.look() and len(screen.notices) > told, "told")
    assert "no room" in screen.notices[-1].text
    screen.goes_on()
    assert screen.welcome is not None
    digest = screen.welcome.digest
    filler.unlink()
    tags.write_text(tags.read_text().replace("low: 43.0", "low: 44.0"))
    until(lambda: screen.look() and screen.welcome and screen.welcome.digest != digest, "taken")
    until(screen.sees, "counters")
    screen.goes_on()
    assert room.alive == [pid]
    assert len(list(room.run.glob("table-*"))) == 1


def test_an_engine_for_which_there_is_no_room_is_told_and_starts_when_there_is(
    room: EngineRoom, screen: Screen, small_disk: Path
) -> None:
    room.run.mkdir(mode=0o700)
    filler = fill(small_disk)
    room.tick()
    ended = room.supervisor.last_exit
    assert ended is not None
    assert ended.code == NOT_STARTED
    assert "has no room" in ended.said[0]
    assert str(room.run) in ended.said[0]
    assert not room.spawned
    filler.unlink()
    room.settle()
    until(lambda: room.tick() or screen.sees(), "an engine")
    screen.goes_on()
    assert len(room.alive) == 1
