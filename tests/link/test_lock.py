"""One engine per site, and a fence that never hits a bystander."""

from __future__ import annotations

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


def test_the_run_directory_is_private_and_short_enough(tmp_path: Path) -> None:
    environment = {"XDG_RUNTIME_DIR": str(tmp_path)}
    made = prepare(run_directory("demo", environment))
    assert made == tmp_path / "twinpane" / "demo"
    assert made.stat().st_mode & 0o777 == 0o700
    assert run_directory("demo", {"TWINPANE_RUN": "/x"}) == Path("/x")
    with pytest.raises(LinkUnavailable, match="longer than"):
        prepare(tmp_path / ("x" * 120))
    made.chmod(0o777)
    with pytest.raises(LinkUnavailable, match="anybody may write"):
        prepare(made)
