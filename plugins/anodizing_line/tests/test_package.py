"""The plugin's files agree with each other and with its simulator."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from twinpane_anodizing_line import measurements
from twinpane_anodizing_line.model.hoist import HoistState
from twinpane_anodizing_line.model.line import Line
from twinpane_anodizing_line.model.rectifier import RampState
from twinpane_anodizing_line.model.stations import Station
from twinpane_anodizing_line.simulator import tags

FOLDER = Path(__file__).parent.parent
PACKAGE = FOLDER / "src" / "twinpane_anodizing_line"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def test_lint_finds_nothing() -> None:
    result = run("-m", "hmi.app", "lint", str(PACKAGE))
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_register_map_in_the_readme_is_that_of_the_tags() -> None:
    result = run(str(FOLDER / "tests" / "register_map.py"), "--check")
    assert result.returncode == 0, result.stdout


def test_the_simulator_gives_every_addressed_tag_a_value() -> None:
    line = Line.in_production(1)
    given = measurements.instant(line) | measurements.process(line)
    assert given.keys() == {name for name, tag in tags().items() if tag.derived is None}


def test_every_reading_lies_on_its_scale() -> None:
    line = Line.in_production(1)
    for _ in range(1800):
        line.step(1.0)
        for name, value in (measurements.instant(line) | measurements.process(line)).items():
            span = tags_once[name].range
            if span is not None:
                assert span.low <= float(value) <= span.high, name


tags_once = tags()


@pytest.mark.parametrize(
    ("tag", "numbers"),
    [
        ("hoist_state", HoistState),
        ("ano_a_ramp", RampState),
        ("r1_station", Station),
        ("line_state", measurements.LineState),
    ],
)
def test_enum_labels_are_the_models_names(
    tag: str, numbers: type[HoistState | RampState | Station | measurements.LineState]
) -> None:
    assert tags_once[tag].labels == {each.value: each.name for each in numbers}


def test_english_and_german_have_the_same_texts() -> None:
    english, german = (
        yaml.safe_load((PACKAGE / "texts" / f"{language}.yaml").read_text())["texts"]
        for language in ("en", "de")
    )
    assert english.keys() == german.keys()


def test_all_tables_and_word_orders_and_formats_are_there() -> None:
    addresses = [tag.address.modbus for tag in tags_once.values() if tag.address.modbus is not None]
    assert {str(each.table) for each in addresses} == {
        "coil",
        "discrete_input",
        "input_register",
        "holding_register",
    }
    assert {each.order for each in addresses} >= {"ABCD", "CDAB", "BADC"}
    assert {str(each.format) for each in addresses} >= {
        "bool",
        "int16",
        "uint16",
        "int32",
        "uint32",
        "uint64",
        "float32",
        "bits",
        "string",
    }


def test_derived_film_growth_uses_the_720_rule() -> None:
    found = re.match(r"([0-9.]+) \* ano_a_current / ano_a_area", tags_once["ano_a_film_rate"].derived or "")
    assert found is not None
    assert float(found[1]) == pytest.approx(25.4 * 9.290304 / 720, abs=1e-6)
