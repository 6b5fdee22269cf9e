"""What counts as flat in a soak, and the site that it saves again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmi.app.bench.soak.health import Health, complaints, look, shared, trends
from hmi.app.bench.soak.panel_lines import PanelLines
from hmi.app.bench.soak.site import write_soaked
from hmi.machines.resolve import Resolution, resolve_site


def minutes(count: int, grows: float, *, handles: float = 0.0, age: float = 1e6) -> list[Health]:
    """One look a minute; ``grows`` MB and ``handles`` an hour."""
    return [
        Health(60.0 * n, min(60.0 * n, age), 100 + grows * n / 60, round(20 + handles * n / 60), 4)
        for n in range(count)
    ]


def test_what_grows_past_its_bound_is_said_and_what_is_flat_is_not() -> None:
    flat = trends({"engine": minutes(120, 9.0), "panel": minutes(120, -40.0)})
    assert complaints(flat) == []
    assert flat["engine"]["memory_mb_per_hour"] == pytest.approx(9.0)
    growing = complaints(trends({"engine": minutes(120, 0.0, handles=60), "panel": minutes(120, 11.0)}))
    assert [line.split(" grows")[0] for line in growing] == ["engine: handles", "panel: memory_mb"]
    (large,) = complaints(trends({"engine": minutes(120, 9.0), "panel": [Health(1.0, 1.0, 250.1, 9, 5)]}))
    assert large.startswith("panel: 250.1 MB")


def test_no_slope_is_taken_of_a_short_run_or_of_engines_that_are_young() -> None:
    assert trends({"panel": minutes(25, 99.0)})["panel"]["memory_mb_per_hour"] is None
    assert trends({"engine": minutes(120, 99.0, age=200.0)})["engine"]["memory_mb_per_hour"] is None


def test_a_process_that_is_gone_has_no_health(tmp_path: Path) -> None:
    assert look(0, 1.0, 1.0) is None
    assert look(2**22 + 1, 1.0, 1.0) is None  # above the highest process id of Linux
    (tmp_path / "table-3").touch()
    (tmp_path / "engine.lock").touch()
    found = shared(tmp_path)
    assert (found["run_entries"], found["tables"]) == (2, 1)


def test_the_panel_has_drawn_only_when_it_says_so_with_an_engine_that_answers() -> None:
    lines = PanelLines()

    def say(at: int, frames: int, *, alive: bool) -> None:
        said = {"starts": 1, "fenced": 0, "frame_ms": {}, "book": {}, "paints": [[1.5, 20.0]]}
        lines.take([{"at": at, "frames": frames, "alive": alive, **said}])

    say(100, 7, alive=True)
    assert lines.drew_after(99)
    assert not lines.drew_after(100)
    say(200, 7, alive=True)
    assert not lines.drew_after(150)
    say(300, 8, alive=False)
    assert not lines.drew_after(150)
    say(400, 9, alive=True)
    assert lines.drew_after(350)
    assert lines.paints() == [(1.5, 20.0)] * 4
    assert lines.paints() == []


def sound(folder: Path) -> Resolution:
    resolution = resolve_site(folder)
    assert resolution.problems == ()
    assert resolution.epoch.quarantined == ()
    return resolution


def test_the_site_of_a_soak_is_sound_and_each_save_changes_what_it_should(tmp_path: Path) -> None:
    soaked = write_soaked(tmp_path / "site", 20, 20.0)
    first = sound(soaked.folder).epoch
    assert [machine.id for machine in first.machines] == [*soaked.simulated, "load"]
    soaked.save_screen(1)
    screen = sound(soaked.folder).epoch
    assert screen.digest != first.digest
    assert screen.acquisition == first.acquisition
    soaked.save_tag(2)
    tag = sound(soaked.folder).epoch
    assert tag.acquisition != screen.acquisition
    assert [each for each in tag.tags if each not in screen.tags] == [tag.tags[-1]]
