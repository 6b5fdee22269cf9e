"""One engine per site, and a fence that never hits a bystander."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hmi.link.directory import prepare, run_directory
from hmi.link.errors import LinkUnavailable
from hmi.link.lock import EngineLock, Holder, fence, holder, is_held

HOLD = """
import sys, time
from pathlib import Path
from hmi.link.lock import EngineLock
lock = EngineLock.acquire(Path(sys.argv[1]), managed="panel", site="demo")
print("held" if lock else "refused", flush=True)
time.sleep(60)
"""


@contextmanager
def holding(directory: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(directory)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_only_one_holds_and_death_releases(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with holding(tmp_path) as process:
        assert is_held(tmp_path)
        assert EngineLock.acquire(tmp_path, managed="panel", site="demo") is None
        assert holder(tmp_path) == Holder(process.pid, "panel", "demo")
        process.kill()
        process.wait()
        assert not is_held(tmp_path)
        assert holder(tmp_path) is None
        lock = EngineLock.acquire(tmp_path, managed="service", site="demo")
        assert lock is not None
        lock.release()


def test_the_fence_kills_the_expected_holder_and_frees_the_lock(tmp_path: Path) -> None:
    with holding(tmp_path) as process:
        found = holder(tmp_path)
        assert found is not None
        assert fence(tmp_path, found)
        assert process.wait(timeout=20) == -9
        assert not is_held(tmp_path)
        assert not fence(tmp_path, found)


def test_the_fence_spares_a_process_that_does_not_hold_the_lock(tmp_path: Path) -> None:
    with holding(tmp_path):
        bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        try:
            assert not fence(tmp_path, Holder(bystander.pid, "panel", "demo"))
            time.sleep(0.2)
            assert bystander.poll() is None
        finally:
            bystander.kill()
            bystander.wait()


def test_a_lock_whose_file_was_taken_away_no_longer_stands(tmp_path: Path) -> None:
    first = EngineLock.acquire(tmp_path, managed="panel", site="demo")
    assert first is not None
    assert first.stands()
    first.path.unlink()
    assert not first.stands()
    second = EngineLock.acquire(tmp_path, managed="panel", site="demo")
    assert second is not None
    assert second.stands()
    assert not first.stands(), "another file at the same path is not ours"
    first.release()
    second.release()
    tmp_path.chmod(0o700)
    (tmp_path / "file").write_text("")
    with pytest.raises(LinkUnavailable):
        EngineLock.acquire(tmp_path / "file", managed="panel", site="demo")


def test_service_and_session_of_a_user_meet_in_one_place() -> None:
    session = {"XDG_RUNTIME_DIR": "/run/user/1000", "HOME": "/home/u", "DISPLAY": ":0"}
    assert run_directory("demo", session) == run_directory("demo", {})
    assert run_directory("demo", {}) != run_directory("other", {})
    assert run_directory("demo", {"TWINPANE_RUN": "/x"}) == Path("/x")


def test_the_run_directory_is_private_and_short_enough(tmp_path: Path) -> None:
    made = prepare(tmp_path / "twinpane" / "demo")
    assert made.stat().st_mode & 0o777 == 0o700
    with pytest.raises(LinkUnavailable, match="longer than"):
        prepare(tmp_path / ("x" * 120))
    for mode in (0o707, 0o1707, 0o770):
        made.chmod(mode)
        with pytest.raises(LinkUnavailable, match="others may write"):
            prepare(made)
    made.chmod(0o700)
    made.parent.chmod(0o777)
    with pytest.raises(LinkUnavailable, match="others may write"):
        prepare(made)
    made.parent.chmod(0o1777)
    assert prepare(made) == made


def test_what_cannot_be_a_run_directory_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LinkUnavailable, match="cannot be made"):
        prepare(tmp_path / "file" / "demo")
    with pytest.raises(LinkUnavailable, match="cannot be made"):
        prepare(tmp_path / "file")
    with pytest.raises(LinkUnavailable, match="belongs to this user"):
        prepare(tmp_path / "link")


def test_somebody_elses_folder_above_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = prepare(tmp_path / "above" / "demo")
    real = Path.lstat

    def of_a_stranger(path: Path) -> os.stat_result:
        found = list(real(path))
        if path == made.parent:
            found[4] = os.getuid() + 4711
        return os.stat_result(found)

    monkeypatch.setattr(Path, "lstat", of_a_stranger)
    with pytest.raises(LinkUnavailable, match="above: expected a directory that belongs"):
        prepare(made)
