"""Recordings on their bad days: engines that are killed at any moment, a disk that is full."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hmi.app import spawn
from hmi.link.lock import is_held
from hmi.recorder import kinds
from hmi.recorder.errors import RecordingError
from hmi.recorder.reading import RecordingReader
from hmi.recorder.series import series
from hmi.recorder.verify import INTACT, NOT_CLOSED, Verified, verify_file, verify_series
from hmi.testing.sites import write_small_site
from tests.faults.engine_room import until

LINGER = 120.0


class Recorded:
    """Engines of a small site, one after the other, that record into ``folder``."""

    def __init__(self, tmp_path: Path, folder: Path) -> None:
        self.site = write_small_site(tmp_path / "site")
        self.run = tmp_path / "run"
        self.folder = folder
        self.engine: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.engine = spawn.engine(self.run, self.site, {}, LINGER, recordings=self.folder)
        until(lambda: is_held(self.run), "the engine runs")

    def kill(self) -> None:
        assert self.engine is not None
        self.engine.kill()
        self.engine.wait()

    def stop(self) -> None:
        assert self.engine is not None
        self.engine.terminate()
        assert self.engine.wait(30) == 0

    def files(self) -> list[Path]:
        return [path for each in sorted(self.folder.glob("*")) for path in series(each)]

    def last(self) -> int:
        """The sequence of the last batch on the disk; −1: none."""
        try:
            with RecordingReader(self.files()[-1]) as reader:
                return reader.last
        except (IndexError, RecordingError):
            return -1

    def checked(self) -> list[Verified]:
        found = [verify_file(path) for path in self.files()]
        assert [each.findings for each in found] == [[]] * len(found)
        assert verify_series(found) == []
        return found


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Recorded]:
    made = Recorded(tmp_path, tmp_path / "recordings")
    yield made
    if made.engine is not None and made.engine.poll() is None:
        made.kill()


def killed_again_and_again(recorded: Recorded, times: int, seed: int) -> None:
    """Nothing that was committed is lost, and every new stretch tells since when there was none."""
    moment = random.Random(seed)
    for _ in range(times):
        before = recorded.last()
        recorded.start()
        until(lambda: recorded.last() > before, "it records")  # noqa: B023 called at once
        time.sleep(moment.uniform(0.0, 0.5))
        committed = recorded.last()
        recorded.kill()
        assert recorded.last() >= committed
        (found,) = recorded.checked()
        assert (found.code, found.last) == (NOT_CLOSED, recorded.last())
    recorded.start()
    until(lambda: recorded.last() > found.last, "it goes on")
    recorded.stop()
    (found,) = recorded.checked()
    assert found.code == INTACT
    causes = [begin.cause for _, begin in found.stretches]
    assert causes == [kinds.STARTED, *[kinds.RESUMED] * times]
    gaps = [(begin.since, utc) for utc, begin in found.stretches[1:]]
    assert all(since is not None and since < utc for since, utc in gaps)


def test_an_engine_that_is_killed_loses_nothing_that_was_committed(recorded: Recorded) -> None:
    killed_again_and_again(recorded, 3, seed=1)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2, 6))
def test_an_engine_that_is_killed_many_times_loses_nothing(recorded: Recorded, seed: int) -> None:
    killed_again_and_again(recorded, 12, seed)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB in memory; needs root."""
    where = tmp_path / "disk"
    where.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(where)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, f"a small file system cannot be mounted, run as root: {done.stderr.strip()}"
    yield where
    subprocess.run(["umount", str(where)], check=True)


@pytest.mark.full
def test_a_full_disk_stops_no_engine_and_what_is_missing_is_told(tmp_path: Path, small_disk: Path) -> None:
    recorded = Recorded(tmp_path, small_disk / "recordings")
    recorded.start()
    try:
        until(lambda: recorded.last() >= 5, "it records")
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file:
            size = 65_536
            while size:
                try:
                    file.write(bytes(size))
                except OSError:
                    size //= 2
        log = recorded.run / "engine.log"
        until(lambda: "is not recorded" in log.read_text(), "the trouble is in the log")
        assert os.statvfs(small_disk).f_bavail < 16
        assert recorded.engine is not None
        assert recorded.engine.poll() is None
        time.sleep(1.0)
        filler.unlink()
        until(lambda: "samples before are missing" in log.read_text(), "it is recorded again")
        recorded.stop()
    finally:
        if recorded.engine is not None and recorded.engine.poll() is None:
            recorded.kill()
    (found,) = recorded.checked()
    assert found.code == INTACT
    assert [begin.cause for _, begin in found.stretches] == [kinds.STARTED, kinds.AGAIN]
    assert found.stretches[1][1].samples > 0
