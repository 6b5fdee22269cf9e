"""Every bench runs as anybody runs it, for a moment, and says what its page says. No figure is judged."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.app.bench.figures import share, spread
from hmi.app.bench.frame import _ratio
from hmi.app.bench.link_state import due_times
from hmi.app.bench.on_panel import Pixels, Run, framebuffer, held, held_at_pixel
from hmi.app.bench.panel_watch import Seen
from hmi.app.bench.thefts import Thefts

PAGE = Path(__file__).parents[2] / "hmi/docs/reference/benches.md"
SPREAD = {"p50", "p99", "max", "n"}


def bench(run: Path, *words: str, screen: str = "offscreen") -> dict[str, Any]:
    """One run; its run directory lies in memory and is empty after it."""
    done = subprocess.run(
        [sys.executable, "-m", "hmi.app", "bench", *words, "--json"],
        env=os.environ | {"QT_QPA_PLATFORM": screen, "TWINPANE_RUN": str(run / "x")},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert "leaked" not in done.stderr
    assert list(run.iterdir()) == [], "what the run would leave behind"
    (line,) = done.stdout.splitlines()
    figures = json.loads(line)
    assert isinstance(figures, dict)
    return figures


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    return folder


def described(name: str) -> set[str]:
    """All words that stand as code in the tables of a bench's section, and the spread's."""
    (section,) = re.findall(rf"^## bench {name}$(.*?)^## ", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    rows = "\n".join(line for line in section.splitlines() if line.startswith("|"))
    return set(re.findall(r"`(\w+)`", rows)) | SPREAD


def keys(figures: object) -> Iterator[str]:
    """All keys, however deep."""
    if isinstance(figures, dict):
        for key, value in figures.items():
            yield key
            yield from keys(value)
    elif isinstance(figures, list):
        for each in figures:
            yield from keys(each)


@pytest.mark.gui
def test_glass(run: Path) -> None:
    words = ("--tags", "16", "--seconds", "1.5", "--warm-up", "0.5", "--pixel", "--no-baseline")
    figures = bench(run, "glass", *words, screen="xcb")
    assert set(keys(figures)) <= described("glass")
    assert figures["sent"] == figures["received"] + figures["lost"]
    assert figures["library"] is None
    assert figures["pixel_ms"]["n"] > 0
    assert figures["probe"] == ("memory" if "TWINPANE_FRAMEBUFFER" in os.environ else "display")
    assert figures["slack_ms"]["n"] > 0, "bounds of tags on the screen were counted"
    assert figures["slack_at_pixel_ms"]["n"] > 0, "and of stamps that the probe saw"
    assert figures["paint_ms"]["p50"] <= figures["paint_ms"]["max"]
    assert figures["engine"]["memory_mb"] > 0 < figures["panel"]["memory_mb"]


def test_modbus(run: Path) -> None:
    figures = bench(run, "modbus", "--registers", "140", "--seconds", "1.5", "--warm-up", "0.2")
    assert set(keys(figures)) <= described("modbus")
    assert figures["pixel_ms"] is None
    assert 0 < figures["paint_ms"]["n"] <= figures["device_changes"]
    assert figures["requests_per_s"] > 0
    assert figures["received"] >= 137, "the encoder and 136 single registers, at least once each"
    assert figures["decode"]["registers"] == 125


def test_frame(run: Path) -> None:
    figures = bench(run, "frame", "--tags", "32", "--seconds", "1", "--warm-up", "0.2")
    assert set(keys(figures)) <= described("frame")
    for each in (figures["loaded"], figures["idle"]):
        assert 0 < each["change_frame_ms"]["n"] <= each["frame_ms"]["n"]
    # In one second the host may have disturbed every frame; then nothing is compared.
    if all(figures[each]["change_frame_undisturbed_ms"] for each in ("loaded", "idle")):
        assert figures["ratio"] > 0
    else:
        assert figures["ratio"] is None


def test_link(run: Path) -> None:
    figures = bench(run, "link", "--tags", "50", "--hz", "200", "--seconds", "0.5")
    assert set(keys(figures)) <= described("link")
    for way in ("table", "socket", "queue"):
        (each,) = figures[way]
        assert each["written"] == 100
        assert 0 < each["wake_ms"]["n"] <= each["seen"] <= each["written"]
    assert figures["socket"][0]["seen"] == figures["queue"][0]["seen"] == 100, "these conflate nothing"


@given(start=st.floats(0, 1e7), hz=st.sampled_from([10.0, 60.0, 200.0, 1000.0]), beats=st.integers(1, 500))
def test_a_rate_gives_as_many_beats_at_any_time_of_the_clock(start: float, hz: float, beats: int) -> None:
    due_at = due_times(start, hz, beats / hz)
    assert len(due_at) == beats
    assert np.allclose(np.diff(due_at), 1 / hz, atol=1e-8)


@pytest.mark.full
def test_ingest(run: Path) -> None:
    figures = bench(run, "ingest", "--tags", "16", "--seconds", "1", "--warm-up", "1")
    assert set(keys(figures)) <= described("ingest")
    engine = figures["engine"]
    assert engine["sent"] == engine["received"] + engine["lost"]
    assert figures["library"]["changes_per_s"] > 0


def test_record(run: Path, tmp_path: Path) -> None:
    figures = bench(run, "record", "--tags", "20", "--seconds", "0.5", "--folder", str(tmp_path))
    assert set(keys(figures)) <= described("record")
    assert figures["recorded"] == figures["samples"] > 0
    assert figures["verify_codes"] == [0]
    assert list(tmp_path.glob("bench-record-*")) == [], "its files go with it"


@pytest.mark.parametrize(
    "name", ["seek", *(pytest.param(each, marks=pytest.mark.full) for each in ("trend", "replay"))]
)
def test_recordings(name: str, run: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    figures = bench(run, name, "--tags", "20", "--minutes", "0.1", "--folder", str(disk))
    assert set(keys(figures)) <= described(name)
    assert figures["samples"] == 20 * 10 * 6
    if name == "seek":
        assert figures["seek_ms"]["n"] == figures["rows_ms"]["n"] == 100
    elif name == "trend":
        assert figures["points"] == 60
    else:
        assert figures["samples_per_s"] == pytest.approx(figures["rate"] * 200, rel=0.01)
    assert list(disk.iterdir()) == [], "its files go with it"


def test_decode(run: Path) -> None:
    figures = bench(run, "decode", "--changes", "10", "--rounds", "2")
    assert set(keys(figures)) <= described("decode")
    assert [each["changes"] for each in figures["doubles"]] == [10]


def test_a_bound_is_held_when_it_is_not_less_than_the_truth() -> None:
    seen = Seen(bounds_ms=[10.0, 20.0, 5.0, 7.0], truths_ms=[9.0, 20.0, 6.0, 3.0])
    found = held(seen)
    assert found["share"] == 0.75
    assert found["slack_ms"] == {"p50": 0.0, "p99": 4.0, "max": 4.0, "n": 4}


def test_a_bound_is_refuted_only_by_a_look_that_began_after_it() -> None:
    seen = Seen(bound_of={1: 10.0, 2: 10.0, 3: 10.0})
    pixels = Pixels(
        probe="memory",
        stamps=[1, 2, 3, 4],
        made=[0.0, 0.1, 0.2, 0.3],
        latencies_ms=[9.0, 12.0, 14.0, 99.0],
        absent_ms=[7.0, 9.5, 11.0, 98.0],
        looks=9,
        unreadable=0,
    )
    found = held_at_pixel(seen, pixels)
    assert found["share"] == 0.33333, "the second may have been the probe's own time"
    assert found["refuted"] == 0.33333, "the third was not there after its bound; of the fourth none is known"
    assert found["slack_ms"]["n"] == 3


def test_pixels_are_read_in_the_memory_of_the_display_in_use_alone() -> None:
    there = {"TWINPANE_FRAMEBUFFER": ":7 /proc/1/fd/9"}
    assert framebuffer({**there, "DISPLAY": ":7"}) == "/proc/1/fd/9"
    assert framebuffer({**there, "DISPLAY": ":8"}) == ""
    assert framebuffer(there) == ""
    assert framebuffer({"DISPLAY": ":7"}) == ""


def test_a_ratio_of_frames_is_told_only_where_both_are_known() -> None:
    frames = Seen(change_frames_ms=[6.0], change_frames_at=[10.0])
    slower = Seen(change_frames_ms=[9.0], change_frames_at=[10.0])
    quiet, robbed = Thefts([]), Thefts([10.0])
    assert _ratio(Run(slower, None, quiet), Run(frames, None, quiet)) == 1.5
    assert _ratio(Run(slower, None, None), Run(frames, None, None)) == 1.5, "a computer that does not tell"
    assert _ratio(Run(slower, None, robbed), Run(frames, None, quiet)) is None
    assert _ratio(Run(slower, None, quiet), Run(frames, None, robbed)) is None


def test_what_the_host_disturbed_is_left_out_by_when_and_not_by_how_long_it_took() -> None:
    pixels = Pixels(
        probe="memory",
        stamps=[1, 2, 3],
        made=[10.0, 20.0, 30.0],
        latencies_ms=[900.0, 15.0, 14.0],
        absent_ms=[899.0, 14.0, 13.0],
        looks=9,
        unreadable=0,
    )
    seen = Seen(frames_ms=[5.0, 6.0], frames_at=[10.0, 30.0], paint_ms=[7.0, 8.0], paint_made=[10.45, 11.0])
    run = Run(seen, pixels, Thefts([10.5, 30.01]))
    assert spread(pixels.latencies_ms) == run.pixel_ms()
    assert run.pixel_undisturbed_ms(0.01) == {"p50": 15.0, "p99": 900.0, "max": 900.0, "n": 2}
    assert run.paint_undisturbed_ms(0.01) == {"p50": 8.0, "p99": 8.0, "max": 8.0, "n": 1}
    assert run.frame_undisturbed_ms() == {"p50": 5.0, "p99": 5.0, "max": 5.0, "n": 1}
    assert Run(seen, pixels, None).pixel_undisturbed_ms(0.01) is None
    assert Run(seen, pixels, Thefts([10.0, 20.0, 30.0])).pixel_undisturbed_ms(0.01) is None, "nothing is left"
    assert Run(seen, None, Thefts([])).pixel_undisturbed_ms(0.01) is None
    assert Run(seen, pixels, None).frame_undisturbed_ms() is None


def test_a_share_is_never_rounded_up() -> None:
    assert share([True] * 99_999 + [False]) == 0.99999
    assert share([True] * 999_999 + [False]) < 1.0
    assert share([]) is None
