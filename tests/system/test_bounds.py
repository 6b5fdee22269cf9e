"""The bounds of response, measured by the benches as anybody runs them: long, so `--full` alone.

The figures are this machine's at this moment. A bench that something else disturbs says little of
Twinpane, so each waits for a quiet computer, the median of three runs is held to the bound, and none of
this is in the quick suite.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import pytest

pytestmark = [pytest.mark.full, pytest.mark.bench, pytest.mark.gui]

RUNS = 3
MACHINE_TO_PIXEL_MS = 100.0
FIRST_LIVE_S = 3.0
SCREEN_CHANGE_MS = 200.0
FRAME_MS = 16.7


def wait_for_quiet(seconds: float = 120.0) -> None:
    """Let others on this computer come to an end; after that time, measure all the same."""
    end = time.monotonic() + seconds
    while psutil.cpu_percent(3.0) > 10.0 and time.monotonic() < end:
        pass


def bench(folder: Path, *words: str) -> dict[str, Any]:
    """One run on the real display; a bench's files lie in its run directory and not in the temporary one."""
    wait_for_quiet()
    (folder / "tmp").mkdir(exist_ok=True)
    run = Path(os.environ["XDG_RUNTIME_DIR"]) / "bench"
    environment = {"QT_QPA_PLATFORM": "xcb", "TMPDIR": str(folder / "tmp"), "TWINPANE_RUN": str(run / "x")}
    process = subprocess.Popen(
        [sys.executable, "-m", "hmi.app", "bench", *words, "--json"],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + 180  # the simulators come first
        while not list(run.glob("bench-*/engine.lock")):
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.05)
        left = [each.name for each in (folder / "tmp").iterdir() if each.name.startswith("twinpane")]
        assert left == [], "what a kill would leave behind"
        said, _ = process.communicate(timeout=400)
    finally:
        process.terminate()  # nothing, where it has ended
        process.communicate()
    assert process.returncode == 0
    figures = json.loads(said)
    assert isinstance(figures, dict)
    return figures


def test_from_the_machine_to_the_pixel(tmp_path: Path) -> None:
    words = ("glass", "--tags", "1000", "--hz", "10", "--publish-ms", "10", "--seconds", "10", "--pixel")
    runs = [bench(tmp_path, *words) for _ in range(RUNS)]
    for run in runs:
        assert run["sent"] == run["received"] + run["lost"]
        assert run["sent"] >= 1000 * 10 * 10
        assert run["granted_publish_ms"] == run["requested_publish_ms"]
        assert run["pixel_ms"]["n"] >= 80, "most of the hundred stamps were seen on the screen"
    assert median(run["pixel_ms"]["p99"] for run in runs) <= MACHINE_TO_PIXEL_MS
    assert median(run["paint_ms"]["p99"] for run in runs) <= MACHINE_TO_PIXEL_MS


def test_a_panels_start_its_changes_of_screen_and_its_frames(tmp_path: Path) -> None:
    changes: dict[str, list[float]] = defaultdict(list)
    frames: dict[str, list[float]] = defaultdict(list)
    live: list[float] = []
    every: list[float] = []
    for _ in range(RUNS):
        run = bench(tmp_path, "panel", "--seconds", "3")
        live.append(run["first_live_s"])
        every.append(run["frame_all_ms"]["p99"])
        changes["again"].append(run["screen_again_ms"]["p99"])
        for where, ms in run["screen_change_ms"].items():
            changes[where].append(ms)
        for where, spread in run["frame_ms"].items():
            assert spread["n"] > 100, where
            frames[where].append(spread["p99"])
    assert len(frames) == 7, "three screens of each machine, and the site's"
    assert median(live) <= FIRST_LIVE_S
    assert {where: ms for where, ms in changes.items() if median(ms) > SCREEN_CHANGE_MS} == {}
    assert median(every) <= FRAME_MS, (every, dict(frames))
    assert {where: ms for where, ms in frames.items() if median(ms) > FRAME_MS} == {}
