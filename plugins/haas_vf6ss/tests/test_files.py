"""The YAML beside the code: sound, complete in both languages, and what the simulator serves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import twinpane_haas_vf6ss
import yaml
from twinpane_haas_vf6ss.machine import figures
from twinpane_haas_vf6ss.model import WORK_ZERO
from twinpane_haas_vf6ss.signals import SIGNALS
from twinpane_haas_vf6ss.simulator import ENDPOINT, NAMESPACE, MillSimulator

from hmi.config.geometry import Geometry
from hmi.twin.kinematics import Kinematics

FOLDER = Path(twinpane_haas_vf6ss.__file__).parent


def read(name: str) -> dict[str, object]:
    data = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def test_twinpane_lint_finds_nothing() -> None:
    lint = [sys.executable, "-m", "hmi.app", "lint", str(FOLDER)]
    result = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_texts_are_complete_in_both_languages() -> None:
    english, german = read("texts/en.yaml")["texts"], read("texts/de.yaml")["texts"]
    assert english.keys() == german.keys()
    assert all(english.values())
    assert all(german.values())


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_two_tags_have_one_name(language: str) -> None:
    texts = read(f"texts/{language}.yaml")["texts"]
    names = [text for text_id, text in texts.items() if text_id.startswith("tag.")]
    assert len(set(names)) == len(names), "an axis in machine coordinates is another than in the workpiece's"


def test_every_address_is_served_in_the_tags_type_and_nothing_else_is() -> None:
    tags = read("tags.yaml")["tags"]
    addressed = {
        tag["address"]["opcua"]["node"]: (tag["type"], tag.get("labels", {}))
        for tag in tags.values()
        if "address" in tag
    }
    served = {
        f"nsu={NAMESPACE};s={signal.node}": (str(signal.type), dict(signal.labels)) for signal in SIGNALS
    }
    assert addressed == served


def test_the_twin_stands_where_the_machine_does() -> None:
    frames = read("geometry.yaml")["frames"]
    home = [frames[name]["at"][axis] for axis, name in enumerate(("axis_x", "axis_y", "head"))]
    assert home == [
        figures.TABLE[0] / 2,
        (figures.TRAVEL[1][1] - figures.TRAVEL[1][0]) / 2,
        figures.NOSE_AT_HOME,
    ]
    assert frames["workpiece"]["at"] == [a + b for a, b in zip(WORK_ZERO, home, strict=True)]


@pytest.mark.parametrize("machine", [(0.0, 0.0, 0.0), (-1143.0, -526.5, -520.0), (-700.5, -300.25, -610.0)])
def test_both_views_show_the_same_place_of_the_tool_over_the_part(machine: tuple[float, ...]) -> None:
    frames = Geometry.model_validate_json(
        json.dumps({k: v for k, v in read("geometry.yaml").items() if k != "schema"})
    ).frames
    kinematics = Kinematics(frames)
    numbers = {
        **dict(zip(("x_machine", "y_machine", "z_machine"), machine, strict=True)),
        "tool_length": 130.0,
    }
    joints = {
        name: numbers[joint.value.tag] * joint.value.scale + joint.value.offset
        for name, joint in kinematics.joints.items()
    }
    pose = {name: stack[0][:3, 3] for name, stack in kinematics.transforms(joints).items()}
    plan, door = pose["tip"] - pose["workpiece"], pose["door_tip"] - pose["door_workpiece"]
    assert (door[0], door[2]) == pytest.approx((plan[0], plan[2]))
    assert pose["door_tip"][0] == 0.0, "the spindle stands in the middle of the door"


def test_the_package_says_its_simulator() -> None:
    simulator = twinpane_haas_vf6ss.twinpane_simulator()
    assert isinstance(simulator, MillSimulator)
    assert dict(simulator.endpoints) == {ENDPOINT: "opcua"}
