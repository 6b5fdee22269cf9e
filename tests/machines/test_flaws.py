"""Mistakes that only cost what is shown keep no machine from running."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hmi.machines.lint.report import lint_site
from hmi.machines.resolve import Resolution, resolve_site

Change = Callable[[str, str, str], None]


def runs(site: Path) -> Resolution:
    resolution = resolve_site(site)
    assert [machine.id for machine in resolution.epoch.machines] == ["press1"]
    assert len(resolution.epoch.tags) == 8
    assert resolution.epoch.quarantined == ()
    assert lint_site(site).problems, "lint still says it"
    return resolution


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("screens/machine.yaml", "readouts: [force]", "readouts: [forces]", 3),
        ("screens/machine.yaml", "tiles: [{tag: force}]", "tile: [{tag: force}]", 4),
        ("screens/machine.yaml", "views: [front]", "views: [", 4),
    ],
)
def test_a_wrong_screen_leaves_the_twin_and_the_values(
    site: Path, change: Change, file: str, old: str, new: str, line: int
) -> None:
    change(file, old, new)
    epoch = runs(site).epoch
    (machine,) = epoch.machines
    assert machine.screen is None
    assert machine.geometry is not None
    assert any(f"{file}:{line}" in flaw for flaw in epoch.flaws), epoch.flaws


@pytest.mark.parametrize(("old", "new"), [("right: x", "right: xx"), ("name: front", "name: side")])
def test_with_a_wrong_geometry_goes_the_screen_that_names_its_views(
    site: Path, change: Change, old: str, new: str
) -> None:
    change("geometry.yaml", old, new)
    (machine,) = runs(site).epoch.machines
    assert machine.screen is None
    assert (machine.geometry is None) == (old == "right: x")


def test_a_machines_own_calibrations_do_not_miss_a_geometry_that_was_left_out(
    site: Path, change: Change
) -> None:
    file = site / "site.yaml"
    calibrations = (
        "    calibrations:\n      - {axes: [[place]], fit: shift, date: 2026-10-01, due: 2027-10-01, "
        "tolerance: 0.1, reference: ruler, "
        "points: [{machine: [0], drawing: [3]}, {machine: [5], drawing: [8]}]}\n"
    )
    file.write_text(file.read_text() + calibrations)
    change("geometry.yaml", "right: x", "right: xx")
    runs(site)


def test_of_wrong_texts_the_right_ones_stay(site: Path, change: Change) -> None:
    change("texts/en.yaml", "tag.force: Force", "tag.force: 7")
    (site / "texts" / "english.yaml").write_text("")
    epoch = runs(site).epoch
    texts = epoch.machines[0].texts["en"]
    assert texts["type.name"] == "Press"
    assert "tag.force" not in texts
    assert epoch.machines[0].screen is not None
    assert len(epoch.flaws) == 2


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("tags.yaml", "unit: kN", "unit: kn"), ("machine.yaml", "headline: [force]", "headline: [forces]")],
)
def test_mistakes_in_what_values_rest_on_still_quarantine(
    site: Path, change: Change, file: str, old: str, new: str
) -> None:
    change(file, old, new)
    epoch = resolve_site(site).epoch
    assert (epoch.machines, epoch.flaws) == ((), ())
    assert f"{file}:" in epoch.quarantined[0].cause


def test_the_acquisition_is_another_only_with_what_values_rest_on(site: Path, change: Change) -> None:
    before = resolve_site(site).epoch
    change("texts/en.yaml", "tag.force: Force", "tag.force: Press force")
    change("screens/machine.yaml", "readouts: [force]", "readouts: []")
    change("geometry.yaml", "high: 10}\n    span_up", "high: 11}\n    span_up")
    shown = resolve_site(site).epoch
    assert shown.digest != before.digest
    assert shown.acquisition == before.acquisition
    change("tags.yaml", "unit: kN", "unit: N")
    assert resolve_site(site).epoch.acquisition != before.acquisition
    moved = resolve_site(site, endpoint_overrides={"press1.main": "127.0.0.1:9999"}).epoch
    assert moved.acquisition != resolve_site(site).epoch.acquisition


def test_the_folders_of_quarantined_plugins_are_known_too_for_a_repair_may_come_there(
    site: Path, change: Change
) -> None:
    folders = (site, site / "machines" / "press")
    assert resolve_site(site).folders == folders
    change("machine.yaml", "api_version: 1", "api_version: 99")
    assert resolve_site(site).folders == folders
