"""The Machine screen of a machine type without a screen description."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.ui.parts import OwnParts
from hmi.ui.screens.machine import MachineScreen
from hmi.ui.trend_strip import TrendStrip
from hmi.ui.twin_view import TwinView
from tests.ui.builders import NoHistory, Shop, epoch, machine, tag
from tests.ui.pixels import grab, share_of

VIEW: dict[str, Any] = {
    "title": "view.front",
    "right": "x",
    "up": "z",
    "span_right": {"low": 0, "high": 100},
    "span_up": {"low": 0, "high": 100},
}
GEOMETRY: dict[str, Any] = {
    "views": [{"name": "front"} | VIEW, {"name": "rear"} | VIEW],
    "labels": [
        {"at": [10, 0, 10], "tag": "height", "views": ["front"]},
        {"at": [10, 0, 10], "tag": "depth", "views": ["rear"]},
    ],
}
HEADLINE = ["mode", "force", "speed"]


def made(qtbot: QtBot, headline: list[str], **described: Any) -> tuple[Shop, MachineScreen]:
    kind = {"id": "press", "api_version": 1, "protocols": ["opcua"], "headline": headline}
    tags = [
        tag("press", name, range={"low": 0, "high": 10}) for name in ("force", "speed", "height", "depth")
    ]
    tags += [tag("press", "mode", type="string", wire="string")]
    shop = Shop(epoch([machine("press", type=kind, **described)], tags))
    for each in shop.epoch.tags:
        shop.put(each.id, "auto" if each.name == "mode" else 5.0)
    only = shop.epoch.machines[0]
    screen = MachineScreen(only, shop.session, DARK, Texts.of(shop.epoch), NoHistory(), OwnParts())
    qtbot.addWidget(screen)
    screen.resize(1280, 624)
    screen.show()
    screen.refresh(shop.frame())
    return shop, screen


def parts(screen: MachineScreen) -> list[QWidget]:
    found = [each for each in screen.children() if isinstance(each, QWidget) and each.isVisible()]
    assert not [pair for pair in combinations(found, 2) if pair[0].geometry().intersects(pair[1].geometry())]
    return found


def test_a_drawing_is_shown_with_all_its_views_beside_headline_tiles_and_their_trends(qtbot: QtBot) -> None:
    shop, screen = made(qtbot, HEADLINE, geometry=GEOMETRY)
    assert isinstance(screen.twin, TwinView)
    assert isinstance(screen.trend, TrendStrip)
    assert len(parts(screen)) == 2 + len(HEADLINE)
    assert screen.twin.width() > 600
    assert screen.twin.height() > 300
    shown = {shop.session.tag(int(index)).name for index in screen.drawn().current.nonzero()[0]}
    assert shown == {*HEADLINE, "height", "depth"}
    assert list(screen.tiles) == [shop.session.index("press", name) for name in HEADLINE]
    strip = grab(screen.trend)
    assert share_of(strip, DARK.trend[0]) > 0.0005
    assert share_of(strip, DARK.trend[1]) > 0.0005


def test_without_a_drawing_the_figures_take_the_room(qtbot: QtBot) -> None:
    _, screen = made(qtbot, HEADLINE)
    assert screen.twin is None
    covered = sum(each.width() * each.height() for each in parts(screen))
    assert covered > 0.6 * screen.width() * screen.height()


@pytest.mark.parametrize("geometry", [None, GEOMETRY])
def test_figures_that_are_no_numbers_have_no_trend(qtbot: QtBot, geometry: dict[str, Any] | None) -> None:
    _, screen = made(qtbot, ["mode"], geometry=geometry)
    assert screen.trend is None
    assert len(screen.tiles) == 1
    assert (screen.twin is None) == (geometry is None)
