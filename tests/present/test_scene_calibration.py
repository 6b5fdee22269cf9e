"""What a calibration does to a scene: parts stand where it puts them, and say when it does not hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hmi.config.geometry import Geometry
from hmi.config.tags import TagDescription
from hmi.model import status
from hmi.model.clock import SECOND
from hmi.present.calibration_text import CalibrationText, calibration_text
from hmi.present.freshness import Freshness
from hmi.present.scene import Scene
from hmi.present.scene_calibration import Doubt
from hmi.present.scene_outlines import bounds
from hmi.present.texts import Texts, own_catalogue
from hmi.testing.hand_fed import HandFed

SPAN = {"low": -100.0, "high": 100.0}
TAGS = {name: TagDescription(max_age=86_400, unit="mm") for name in ("x", "y", "other")}
SKEWED = [([0, 0], [5, 7]), ([10, 0], [15, 7]), ([0, 10], [6, 17]), ([10, 10], [16, 17])]
"""x' = x + 0.1 y + 5, y' = y + 7: an axis that is out of square."""


def calibrated(points: list[tuple[list[float], list[float]]], **more: Any) -> Geometry:
    calibration = {
        "axes": [["x", "y"]],
        "fit": "affine",
        "date": "2026-01-16",
        "due": "2027-01-16",
        "tolerance": 0.05,
        "reference": "a test",
        "points": [{"machine": machine, "drawing": drawing} for machine, drawing in points],
    } | more
    described = {
        "frames": {
            "cross": {"joint": {"kind": "prismatic", "axis": "x", "value": {"tag": "x"}}},
            "slide": {
                "parent": "cross",
                "joint": {"kind": "prismatic", "axis": "y", "value": {"tag": "y"}},
            },
        },
        "shapes": [
            {"kind": "box", "frame": "slide", "low": [0, 0, 0], "high": [1, 1, 1]},
            {"kind": "box", "frame": "cross", "low": [0, 0, 0], "high": [1, 1, 1]},
            {"kind": "box", "low": [0, 0, 0], "high": [{"tag": "other"}, 1, 1]},
        ],
        "calibrations": [calibration],
        "views": [
            {"name": "plan", "title": "t", "right": "x", "up": "y", "span_right": SPAN, "span_up": SPAN}
        ],
    }
    return Geometry.model_validate_json(json.dumps(described))


def fed(geometry: Geometry) -> tuple[HandFed, Scene]:
    values = HandFed(TAGS, geometry)
    values.put(x=20.0, y=30.0, other=3.0)
    scene = Scene(geometry, "m", values.session)
    scene.refresh(values.frame())
    return values, scene


def left_low(scene: Scene, item: int) -> tuple[float, float]:
    found = bounds(scene.views[0].items[item].outline)
    assert found is not None
    return round(found[0], 9), round(found[1], 9)


def test_parts_stand_where_the_fit_puts_the_reported_position() -> None:
    values, scene = fed(calibrated(SKEWED))
    assert left_low(scene, 0) == (28.0, 37.0)
    assert left_low(scene, 1) == (28.0, 0.0)
    # y alone moves, and with it everything that stands on x: the axes are not square.
    values.put(y=0.0)
    assert scene.refresh(values.frame(0.1)) == ((0, 1),)
    assert left_low(scene, 1) == (25.0, 0.0)


def test_the_travel_can_be_said_in_the_tags_own_numbers() -> None:
    _, scene = fed(calibrated(SKEWED))
    assert scene.axes.number("x") == pytest.approx(28.0)
    assert scene.axes.reported("x", 108.0) == pytest.approx(100.0)
    assert scene.axes.reported("other", 108.0) == 108.0


def test_a_dead_axis_makes_all_that_is_read_with_it_dead() -> None:
    values, scene = fed(calibrated(SKEWED))
    values.put(y=5.0, status=status.BAD_SENSOR_FAILURE)
    scene.refresh(values.frame(0.1))
    assert [item.live for item in scene.views[0].items] == [False, False, True]


def test_from_the_due_day_on_positions_are_uncertain() -> None:
    values, scene = fed(calibrated(SKEWED))
    (calibration,) = scene.axes.calibrations
    to_due = (calibration.due - values.clock.now().utc) / SECOND
    scene.refresh(values.frame(to_due - 1.0))
    assert calibration.doubt(values.clock.now().utc) is None
    assert {item.freshness for item in scene.views[0].items} == {Freshness.LIVE}
    # Nothing has changed but the day: everything is drawn again all the same.
    assert scene.refresh(values.frame(1.0)) == ((0, 1, 2),)
    assert calibration.doubt(values.clock.now().utc) is Doubt.OVERDUE
    uncertain = [item.freshness for item in scene.views[0].items]
    assert uncertain == [Freshness.UNCERTAIN, Freshness.UNCERTAIN, Freshness.LIVE]


def test_a_residual_past_the_tolerance_makes_positions_uncertain() -> None:
    bent = [*SKEWED, ([5, 5], [10.5, 12.4])]
    _, scene = fed(calibrated(bent))
    (calibration,) = scene.axes.calibrations
    assert calibration.fitted.largest == pytest.approx(0.32)
    assert calibration.doubt(0) is Doubt.RESIDUAL
    assert scene.views[0].items[0].freshness is Freshness.UNCERTAIN
    assert scene.views[0].items[2].freshness is Freshness.LIVE
    _, scene = fed(calibrated(bent, tolerance=0.4))
    assert scene.views[0].items[0].freshness is Freshness.LIVE


def said(geometry: Geometry, utc: int, language: str = "en") -> CalibrationText | None:
    values = HandFed(TAGS, geometry)
    axes = Scene(geometry, "m", values.session).axes
    return calibration_text(geometry, axes, utc, Texts(language, (own_catalogue(),)))


def test_the_line_says_what_holds_and_why_it_does_not() -> None:
    geometry = calibrated(SKEWED)
    due = 1_800_057_600 * SECOND
    assert said(geometry, due - 1) == CalibrationText(
        "Calibrated 2026-01-16, residual up to 0.000 mm, due 2027-01-16"
    )
    assert said(geometry, due) == CalibrationText(
        "Calibration overdue since 2027-01-16: positions are uncertain", doubtful=True
    )
    bent = said(calibrated([*SKEWED, ([5, 5], [10.5, 12.4])]), due, "de")
    assert bent == CalibrationText(
        "Kalibrierung vom 2026-01-16 weicht bis 0,320 mm ab, zulässig 0,050 mm: Positionen sind unsicher",
        doubtful=True,
    )


def test_a_machine_without_a_calibration_says_so_if_it_moves() -> None:
    geometry = calibrated(SKEWED).model_copy(update={"calibrations": ()})
    assert said(geometry, 0) == CalibrationText("Drawn by nominal geometry, not calibrated")
    still = geometry.model_copy(update={"frames": {}, "shapes": ()})
    assert said(still, 0) is None
