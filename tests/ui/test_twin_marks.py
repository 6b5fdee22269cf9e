"""What the twin says about itself: colours taken from values, and its calibration."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hmi.config.geometry import Geometry
from hmi.config.tags import TagDescription
from hmi.model import status
from hmi.present.scene_outlines import Polygon
from hmi.present.scene_parts import Item
from hmi.present.texts import Texts
from hmi.present.theme import DARK, LIGHT, Theme
from hmi.testing.hand_fed import HandFed
from hmi.ui.twin_labels import LabelSprite
from hmi.ui.twin_styles import Styles
from hmi.ui.twin_view import TwinView
from tests.ui.pixels import grab, share_of

SPAN = {"low": 0.0, "high": 100.0}
GEOMETRY = Geometry.model_validate_json(
    json.dumps(
        {
            "frames": {"cart": {"joint": {"kind": "prismatic", "axis": "x", "value": {"tag": "x"}}}},
            "shapes": [
                {
                    "kind": "box",
                    "low": [0, 0, 0],
                    "high": [100, 100, 1],
                    "zone": {"tag": "t", "low": 0, "high": 100},
                },
                {"kind": "box", "frame": "cart", "style": "marker", "low": [0, 0, 0], "high": [1, 1, 1]},
            ],
            "calibrations": [
                {
                    "axes": [["x"]],
                    "fit": "shift",
                    "date": "2026-01-15",
                    "due": "2027-01-16",
                    "tolerance": 0.05,
                    "reference": "a test",
                    "points": [{"machine": [0], "drawing": [0]}, {"machine": [9], "drawing": [9]}],
                }
            ],
            "views": [
                {"name": "plan", "title": "t", "right": "x", "up": "y", "span_right": SPAN, "span_up": SPAN}
            ],
        }
    )
)
TAGS = {name: TagDescription(unit="mm", max_age=86_400) for name in ("x", "t")}


def shown(
    qtbot: QtBot, theme: Theme, geometry: Geometry = GEOMETRY, size: tuple[int, int] = (600, 400)
) -> tuple[HandFed, TwinView]:
    fed = HandFed(TAGS, geometry)
    window = fed.window = QWidget()  # type: ignore[attr-defined] # kept as long as the test
    qtbot.addWidget(window)
    view = TwinView(fed.machine, fed.session, theme, Texts.of(fed.epoch), window)
    view.setGeometry(0, 0, *size)
    window.resize(*size)
    window.show()
    qtbot.waitExposed(window)
    fed.put(x=20.0, t=0.0)
    view.refresh(fed.frame())
    return fed, view


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_zone_goes_from_cold_to_hot_and_loses_its_colour_with_its_value(qtbot: QtBot, theme: Theme) -> None:
    fed, view = shown(qtbot, theme)
    middle = QRect(290, 180, 20, 20)
    for value, colour in ((0.0, theme.zone_cold), (100.0, theme.zone_hot)):
        fed.put(t=value)
        view.refresh(fed.frame(0.1))
        QApplication.processEvents()
        assert share_of(grab(view), colour, middle) == 1.0
    fed.put(t=100.0, status=status.BAD_SENSOR_FAILURE)
    view.refresh(fed.frame(0.1))
    QApplication.processEvents()
    around = QRect(200, 230, 60, 60)  # beside the badge that says so
    assert share_of(grab(view), theme.zone_hot, around) == 0.0


def test_the_foot_says_the_calibration_and_shouts_when_it_is_overdue(qtbot: QtBot) -> None:
    fed, view = shown(qtbot, DARK)
    QApplication.processEvents()
    foot = QRect(0, 374, 600, 26)
    calm = grab(view)
    assert share_of(calm, DARK.text_soft, foot) > 0.005
    assert share_of(calm, DARK.fault, foot) == 0.0
    view.refresh(fed.frame(86_000.0))
    QApplication.processEvents()
    assert share_of(grab(view), DARK.fault, foot) > 0.005


def test_in_the_middle_of_its_zone_a_part_has_its_own_colour(qtbot: QtBot) -> None:
    item = Item("base", "structure", "none", (), Polygon(np.zeros((0, 2))))
    styles = Styles(DARK, 1.0)
    own = styles.of(item).brush.color()
    for zone, same in ((0.5, True), (0.4, True), (0.62, True), (0.0, False), (1.0, False), (0.8, False)):
        item.zone = zone
        assert (styles.of(item).brush.color() == own) is same


HOIST = Geometry.model_validate_json(
    json.dumps(
        {
            "frames": {
                "cart": {"joint": {"kind": "prismatic", "axis": "x", "value": {"tag": "x"}}},
                "hook": {
                    "parent": "cart",
                    "joint": {"kind": "prismatic", "axis": "y", "value": {"tag": "t"}},
                },
            },
            "shapes": [
                {"kind": "box", "frame": "cart", "low": [0, 80, 0], "high": [10, 84, 1]},
                {"kind": "box", "frame": "hook", "low": [1, 40, 0], "high": [9, 42, 1]},
            ],
            "labels": [
                {"frame": "cart", "at": [5, 88, 0], "text": "to Etch"},
                {"at": [25, 50, 0], "text": "Etch"},
                {"at": [25, 60, 0], "tag": "t"},
            ],
            "views": [
                {"name": "plan", "title": "t", "right": "x", "up": "y", "span_right": SPAN, "span_up": SPAN}
            ],
        }
    )
)


@pytest.mark.parametrize("size", [(600, 400), (500, 220), (1200, 700)])
def test_badges_cover_neither_names_nor_each_other_and_each_tag_has_one(
    qtbot: QtBot, size: tuple[int, int]
) -> None:
    fed, view = shown(qtbot, DARK, HOIST, size)
    for seconds, names in ((0.1, {"x"}), (9.0, {"x"}), (60.0, {"x"}), (0.1, {"x", "t"})):
        fed.put(**dict.fromkeys({"x", "t"} - names, 20.0))
        for name in names:
            fed.put(**{name: 20.0}, status=status.BAD_SENSOR_FAILURE)
        view.refresh(fed.frame(seconds))
        QApplication.processEvents()
        badges = [view._badge_rect(*each) for each in view._badges]
        assert len({text for _, text in view._badges}) == len(badges) == len(names)
        labels = [each.rect for each in view._sprites[0] if isinstance(each, LabelSprite)]
        assert len(labels) == 3
        assert not [each for each in badges if any(each.intersects(label) for label in labels)]
        assert all(view.rect().contains(each) for each in badges)
        assert not any(a.intersects(b) for a, b in combinations(badges, 2))


def test_a_badge_makes_no_room_for_a_name_that_passes_by(qtbot: QtBot) -> None:
    fed, view = shown(qtbot, DARK, HOIST)

    def stand() -> list[bool]:
        view.refresh(fed.frame(0.1))
        return [each.stands for each in view._sprites[0] if isinstance(each, LabelSprite)]

    assert stand() == [False, True, True]
    fed.put(x=20.0, status=status.BAD_SENSOR_FAILURE)
    assert stand() == [True, True, True], "what reports no more passes by no more"
