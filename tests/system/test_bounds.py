"""The bounds of response, measured by the benches as anybody runs them: long, so `--full` alone.

The figures are this machine's at this moment. A bench that something else disturbs says little of
Twinpane, so each waits for a quiet computer, the median of three runs is held to the bound, and none of
this is in the quick suite. What the host of a virtual computer takes is not ours to wait for: latencies and
frames are held to their bounds where it took nothing (hmi/docs/reference/benches.md), and a run that has too
few of these shows nothing and is run again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import pytest

pytestmark = [pytest.mark.full, pytest.mark.bench, pytest.mark.gui]

RUNS = 3
MOST_RUNS = 8
LEAST_KEPT = 0.6
"""Of what a run measured: where the host disturbed more, what is left may be the lighter part."""
RESTING_PERCENT = 0.3
BOUND_HELD = 0.999
SLACK_MS = 15.0
ENGINE_PERCENT = 20.0
"""Of one core, at 20 000 changes a second."""
ENGINE_MB = 150.0
PANEL_MB = 250.0
MODBUS_TO_PIXEL_MS = 40.0
FIRST_LIVE_S = 3.0
SCREEN_CHANGE_MS = 200.0
FRAME_MS = 16.7
LOADED_TO_IDLE = 1.3


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


@pytest.mark.parametrize(
    ("tags", "publish_ms", "machine_to_pixel_ms"),
    [(2_000, 10, 25.0), (5_000, 10, 25.0), (2_000, 50, 70.0), (5_000, 50, 70.0), (10_000, 10, 50.0)],
)
def test_from_the_machine_to_the_pixel(
    tmp_path: Path, tags: int, publish_ms: int, machine_to_pixel_ms: float
) -> None:
    words = ("glass", "--tags", f"{tags}", "--hz", "10", "--publish-ms", f"{publish_ms}", "--seconds", "20")

    def sound(run: dict[str, Any]) -> None:
        assert run["sent"] == run["received"] + run["lost"]
        assert run["sent"] >= tags * 10 * 20
        assert run["granted_publish_ms"] == run["requested_publish_ms"]
        assert run["pixel_ms"]["n"] >= 160, "most of the two hundred stamps were seen on the screen"
        assert run["slack_ms"]["n"] >= 800, "the bounds of eight tags"
        assert run["probe"] == "memory"

    runs = telling_runs(tmp_path, ("pixel", "paint"), sound, *words, "--pixel", "--no-baseline")
    figures = told(runs)
    for what in ("pixel", "paint"):
        assert median(held(run, what)["p99"] for run in runs) <= machine_to_pixel_ms, figures
    hold_the_shown_latency(runs)
    hold_the_sizes(runs)


def held(run: dict[str, Any], what: str) -> dict[str, float]:
    """The figures that a bound is held against: of all, where the host took next to nothing."""
    whole = run["stolen_percent"] is None or run["stolen_percent"] < RESTING_PERCENT
    figures: dict[str, float] = run[f"{what}_ms" if whole else f"{what}_undisturbed_ms"]
    return figures


def telling_runs(
    folder: Path, whats: tuple[str, ...], sound: Callable[[dict[str, Any]], None], *words: str
) -> list[dict[str, Any]]:
    """As many runs as a median takes; all have to be ``sound``, and a run of which the host disturbed more
    than four in ten is made again.
    """
    runs: list[dict[str, Any]] = []
    for _ in range(MOST_RUNS):
        run = bench(folder, *words)
        sound(run)
        if all((held(run, each) or {"n": 0})["n"] >= LEAST_KEPT * run[f"{each}_ms"]["n"] for each in whats):
            runs.append(run)
        if len(runs) == RUNS:
            return runs
    pytest.fail(f"the host disturbed {MOST_RUNS - len(runs)} of {MOST_RUNS} runs: nothing can be told")


def told(runs: list[dict[str, Any]]) -> str:
    """What was measured, on the page of a test that fails and, with pytest's -rP, of one that passes."""
    left_out = {"library", "decode", "machine"}
    lines = "\n".join(json.dumps({k: v for k, v in run.items() if k not in left_out}) for run in runs)
    sys.stdout.write(f"{lines}\n")
    return lines


def hold_the_shown_latency(runs: list[dict[str, Any]]) -> None:
    """The latency on the screen is not less than the true one, and not much more."""
    assert median(run["bound_held"] for run in runs) >= BOUND_HELD
    assert median(run["slack_ms"]["p50"] for run in runs) <= SLACK_MS
    assert median(run["bound_refuted_at_pixel"] for run in runs) <= 1 - BOUND_HELD
    assert median(run["slack_at_pixel_ms"]["p50"] for run in runs) <= SLACK_MS


def hold_the_sizes(runs: list[dict[str, Any]]) -> None:
    assert median(run["engine"]["memory_mb"] for run in runs) <= ENGINE_MB
    assert median(run["panel"]["memory_mb"] for run in runs) <= PANEL_MB


def test_from_an_encoder_on_modbus_to_the_pixel(tmp_path: Path) -> None:
    words = ("modbus", "--registers", "500", "--hz", "10", "--poll-ms", "20", "--seconds", "20", "--pixel")

    def sound(run: dict[str, Any]) -> None:
        assert run["pixel_ms"]["n"] >= 160, "most of the two hundred changes were seen on the screen"
        assert run["probe"] == "memory"

    runs = telling_runs(tmp_path, ("pixel", "paint"), sound, *words)
    figures = told(runs)
    for what in ("pixel", "paint"):
        assert median(held(run, what)["p99"] for run in runs) <= MODBUS_TO_PIXEL_MS, figures
    hold_the_shown_latency(runs)
    hold_the_sizes(runs)


def test_what_an_engine_takes_for_twenty_thousand_changes_a_second(tmp_path: Path) -> None:
    runs = [bench(tmp_path, "ingest", "--tags", "2000", "--hz", "10", "--seconds", "10") for _ in range(RUNS)]
    for run in runs:
        engine = run["engine"]
        assert engine["changes_per_s"] >= 19_000
        assert engine["sent"] == engine["received"] + engine["lost"]
    told(runs)
    assert median(run["engine"]["cpu_percent"] for run in runs) <= ENGINE_PERCENT
    assert median(run["engine"]["memory_mb"] for run in runs) <= ENGINE_MB


def test_a_loaded_engine_does_not_reach_the_frames(tmp_path: Path) -> None:
    loads = ("loaded", "idle")

    def sound(run: dict[str, Any]) -> None:
        assert min(run[each]["change_frame_ms"]["n"] for each in loads) >= 240

    def kept(run: dict[str, Any]) -> bool:
        both = ((run[each]["change_frame_undisturbed_ms"], run[each]["change_frame_ms"]) for each in loads)
        return all(left is not None and left["n"] >= LEAST_KEPT * every["n"] for left, every in both)

    runs: list[dict[str, Any]] = []
    for _ in range(MOST_RUNS):
        run = bench(tmp_path, "frame", "--tags", "2000", "--hz", "10", "--seconds", "30")
        sound(run)
        runs += [run] if kept(run) else []
        if len(runs) == RUNS:
            break
    assert len(runs) == RUNS, "the host disturbed too many runs: nothing can be told"
    told(runs)
    assert median(run["loaded"]["frame_undisturbed_ms"]["p99"] for run in runs) <= FRAME_MS
    assert median(run["ratio"] for run in runs) <= LOADED_TO_IDLE
    assert median(run["loaded"]["engine"]["cpu_percent"] for run in runs) <= ENGINE_PERCENT


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
