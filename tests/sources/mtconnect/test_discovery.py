"""Tags proposed for real device models: all items, no name twice, and nothing that lint would refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmi.machines.files import load_plugin
from hmi.machines.lint import all_problems
from hmi.model.values import ValueType
from hmi.sources.mtconnect.devices import DeviceModel, read_devices
from hmi.sources.mtconnect.discovery import propose
from hmi.sources.mtconnect.resolving import resolve
from tests.sources.mtconnect.recorded import DATA, body, tags, write_plugin

FILES = {
    "okuma": body("probe.http"),
    "okuma_file": (DATA / "okuma_devices.xml").read_bytes(),
    "mazak01": (DATA / "Mazak01.xml").read_bytes(),
    "mazak03": (DATA / "Mazak03.xml").read_bytes(),
    "haas": (DATA / "sample_haas.xml").read_bytes(),
}


@pytest.fixture(params=FILES)
def model(request: pytest.FixtureRequest) -> DeviceModel:
    return read_devices(FILES[request.param])


@pytest.mark.parametrize("by_component", [False, True])
def test_each_item_has_a_tag_that_finds_it_and_no_two_tags_the_same_part(
    model: DeviceModel, by_component: bool
) -> None:
    proposal = propose(model, by_component=by_component)
    assert len(proposal.tags) == len(model.items) + sum(i.category == "CONDITION" for i in model.items)
    found = resolve(model, None, tags(model))
    assert not found.missing
    assert set(found.targets) == {item.id for item in model.items}
    parts = [(item, target.part) for item, targets in found.targets.items() for target in targets]
    assert len(set(parts)) == len(parts) == len(proposal.tags)


@pytest.mark.parametrize("by_component", [False, True])
def test_what_comes_out_passes_lint(model: DeviceModel, by_component: bool, tmp_path: Path) -> None:
    proposal = propose(model, by_component=by_component)
    folder = write_plugin(tmp_path / "made", proposal)
    loaded = load_plugin(folder)
    assert [str(problem) for problem in all_problems(loaded)] == []


def test_lint_tells_that_an_agent_takes_no_writes(tmp_path: Path) -> None:
    folder = write_plugin(tmp_path / "made", propose(read_devices(FILES["haas"])))
    file = folder / "tags.yaml"
    file.write_text(file.read_text().replace("    unit: rpm\n", "    unit: rpm\n    access: write\n"))
    problems = [str(problem) for problem in all_problems(load_plugin(folder))]
    assert len(problems) == 1
    assert "tags.c_spindle_speed_actual: write access over MTConnect, expected `access: read`" in problems[0]


def test_names_types_and_units_are_those_an_engineer_would_choose() -> None:
    haas = propose(read_devices(FILES["haas"])).tags
    assert haas["x_position_actual"].unit == "mm"
    assert haas["x_position_actual"].aliases == ("Xact",)
    assert haas["c_spindle_speed_actual"].unit == "rpm"
    assert haas["path_execution"].type is ValueType.ENUM
    assert haas["path_execution"].labels[1] == "ACTIVE"
    assert haas["emergency_stop"].labels == {0: "ARMED", 1: "TRIGGERED"}
    assert haas["path_part_count"].type is ValueType.INT
    assert haas["system_condition"].labels == {0: "NORMAL", 1: "WARNING", 2: "FAULT"}
    assert haas["system_condition_message"].type is ValueType.STRING
    okuma = propose(read_devices(FILES["okuma"]), "OKUMA").tags
    assert okuma["path_position_actual"].type is ValueType.FLOATS
    assert okuma["path_position_actual"].unit == "mm"
    assert okuma["b_rotary_mode"].labels == {0: "SPINDLE", 1: "INDEX", 2: "CONTOUR"}
    assert okuma["enclosure_temperature"].unit == "°C"
    mazak = propose(read_devices(FILES["mazak01"])).tags
    assert mazak["path_feedrate_actual"].unit == "mm/s"  # the agent converts from the control's feet
    assert {"c_load_cload", "c_load_sload", "c_load_s2load"} <= set(mazak)


def test_a_proposal_is_the_same_every_time(model: DeviceModel) -> None:
    assert propose(model) == propose(model)
