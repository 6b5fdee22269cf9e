"""Run directories of one run: gone with it, and swept by the next one where it was killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hmi.link.errors import LinkUnavailable
from hmi.link.lock import EngineLock
from hmi.link.throwaway import throwaway

KILLED = """
import os, signal, sys
from pathlib import Path
from hmi.link.throwaway import throwaway
with throwaway(Path(sys.argv[1]), "demo") as made:
    (made / "engine.log").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_run(parent: Path) -> Path:
    before = set(parent.glob("demo-*"))
    assert subprocess.run([sys.executable, "-c", KILLED, str(parent)], check=False).returncode == -9
    (left,) = set(parent.glob("demo-*")) - before
    return left


def test_a_folder_goes_with_its_run_and_a_dead_runs_folder_with_the_next(tmp_path: Path) -> None:
    left = killed_run(tmp_path)
    foreign = tmp_path / "demo-of-somebody"
    foreign.mkdir()
    with throwaway(tmp_path, "demo") as one:
        assert not left.exists()
        with throwaway(tmp_path, "demo") as other:
            assert one.is_dir(), "the folder of a run that goes on is not swept"
            assert other != one
            (other / "file").write_text("x")
        assert not other.exists()
    assert not one.exists()
    assert [each.name for each in tmp_path.iterdir()] == [foreign.name]


def test_a_folder_whose_engine_lives_on_stays(tmp_path: Path) -> None:
    left = killed_run(tmp_path)
    lock = EngineLock.acquire(left, managed="panel", site="demo")
    assert lock is not None
    with throwaway(tmp_path, "demo"):
        assert left.exists()
    lock.release()
    with throwaway(tmp_path, "demo"):
        assert not left.exists()


def test_where_no_folder_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LinkUnavailable, match="no folder for this run"), throwaway(tmp_path / "file", "demo"):
        pass
