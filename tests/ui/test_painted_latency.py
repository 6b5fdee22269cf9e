"""Which changes the latency on screen counts: those that the screen in view has painted, when it has."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hmi.model.clock import MILLISECOND
from hmi.present.theme import DARK
from hmi.ui.parts import OwnParts
from hmi.ui.screens.diagnostics import DiagnosticsScreen
from hmi.ui.screens.machine import MachineScreen
from hmi.ui.screens.site import SiteScreen
from hmi.ui.screens.trends import TrendsScreen
from hmi.ui.trend_strip import TrendStrip
from hmi.ui.window import PanelWindow
from tests.ui.builders import NoHistory, Shop, epoch, machine, tag

NAMES = ("load", "tile", "readout", "twin", "ghost", "trend", "unseen")
VIEW: dict[str, Any] = {
    "name": "front",
    "title": "view.front",
    "right": "x",
    "up": "z",
    "span_right": {"low": 0, "high": 100},
    "span_up": {"low": 0, "high": 100},
}
GEOMETRY: dict[str, Any] = {
    "views": [VIEW],
    "labels": [
        {"at": [10, 0, 10], "tag": "twin"},
        {"at": [50, 0, 50], "tag": "ghost", "visible": "shown"},
    ],
}
SCREEN: dict[str, Any] = {
    "views": ["front"],
    "readouts": ["readout"],
    "tiles": [{"tag": "tile"}],
    "trends": ["trend"],
}


class Panel:
    """A real window with all its parts: a mill whose every tag is of pace live, and 30 other machines."""

    def __init__(self, qtbot: QtBot) -> None:
        others = [f"saw_{number}" for number in range(30)]
        tags = [tag("mill", name, pace="live", max_age=3600) for name in NAMES]
        tags += [tag("mill", "shown", type="bool", wire="bool", max_age=3600)]
        tags += [tag(each, "load", pace="live", max_age=3600) for each in others]
        described = machine("mill", screen=SCREEN, geometry=GEOMETRY)
        self.shop = Shop(epoch([described, *(machine(each) for each in others)], tags))
        self.window = PanelWindow(DARK, NoHistory(), OwnParts(), language="en")
        qtbot.addWidget(self.window)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.begin(self.shop.session)
        for each in self.shop.epoch.tags:
            self.shop.put(each.id, False if each.name == "shown" else 1.0)
        self.frame(1_000)

    def frame(self, after_ms: int = 20) -> None:
        """As the panel draws."""
        self.shop.clock.advance(after_ms * MILLISECOND)
        frame = self.shop.frame()
        self.window.refresh(frame)
        self.window.flush()
        book = self.window.book
        assert book is not None
        book.painted(frame, self.shop.session.columns, frame.now.monotonic, self.window.drawn())
        QApplication.processEvents()

    def show(self, screen: str) -> None:
        self.window.show_screen(screen, "mill")
        self.frame(1_000)

    def counted(self, name: str = "mill") -> int:
        assert self.window.book is not None
        return self.window.book.view(name, self.shop.clock.now().monotonic).n

    def counts(self, tag_id: str) -> bool:
        """Whether a change of this tag alone counts within a second."""
        name = tag_id.partition("/")[0]
        before = self.counted(name)
        self.shop.put(tag_id, float(self.shop.table.revision))
        for _ in range(10):
            self.frame(100)
        return self.counted(name) > before


@pytest.fixture
def panel(qtbot: QtBot) -> Panel:
    return Panel(qtbot)


@pytest.mark.parametrize(
    ("screen", "seen"),
    [
        ("site", {"load"}),
        ("machine", {"tile", "readout", "twin", "trend"}),
        ("trends", {"trend"}),
        ("diagnostics", set(NAMES)),
    ],
)
def test_a_change_counts_where_the_screen_in_view_shows_it_and_nowhere_else(
    panel: Panel, screen: str, seen: set[str]
) -> None:
    panel.show(screen)
    assert {name for name in NAMES if panel.counts(f"mill/{name}")} == seen


def test_what_the_twin_hides_does_not_count_until_it_is_shown(panel: Panel) -> None:
    panel.show("machine")
    assert not panel.counts("mill/ghost")
    panel.shop.put("mill/shown", True)
    panel.frame()
    assert panel.counts("mill/ghost")


def test_a_change_counts_on_trends_no_earlier_than_the_repaint_that_shows_it(panel: Panel) -> None:
    panel.show("trends")
    screen = panel.window.findChild(TrendsScreen)
    assert screen is not None
    panel.frame(100)
    assert screen._painted == panel.shop.clock.now().utc
    before = panel.counted()
    panel.shop.put("mill/trend", 5.0)
    for _ in range(4):
        panel.frame(20)
        assert panel.counted() == before
    panel.frame(20)
    assert screen.plot.legend[0].figure.startswith("5")
    assert panel.counted() == before + 1
    assert panel.window.book is not None
    assert panel.window.book.view("mill", panel.shop.clock.now().monotonic).now == 100


def test_a_paused_strip_shows_nothing_of_the_present(panel: Panel) -> None:
    panel.show("machine")
    strip = panel.window.findChild(TrendStrip)
    assert strip is not None
    for _ in range(20):
        panel.frame(60_000)
    strip.back.click()
    assert not strip.window_shown.live
    assert not panel.counts("mill/trend")
    assert panel.counts("mill/tile")
    strip.live.click()
    assert panel.counts("mill/trend")


def test_a_card_that_is_scrolled_away_does_not_count(panel: Panel) -> None:
    panel.show("site")
    site = panel.window.findChild(SiteScreen)
    assert site is not None
    assert not panel.counts("saw_29/load")
    bar = site._scroll.verticalScrollBar()
    assert bar is not None
    bar.setValue(bar.maximum())
    panel.frame()
    assert panel.counts("saw_29/load")
    assert not panel.counts("mill/load")


def test_rows_out_of_view_do_not_count_unless_their_detail_is_open_nor_any_behind_the_events(
    panel: Panel,
) -> None:
    panel.show("diagnostics")
    screen = panel.window.findChild(DiagnosticsScreen)
    assert screen is not None
    assert not panel.counts("saw_29/load")
    screen.show_detail(panel.shop.session.index("saw_29", "load"))
    assert panel.counts("saw_29/load")
    screen.events_button.click()
    assert not panel.counts("saw_29/load")
    assert not panel.counts("mill/load")


def test_what_changed_while_nobody_could_see_never_counts(qtbot: QtBot, panel: Panel) -> None:
    panel.show("machine")
    assert panel.window.findChild(MachineScreen) is not None
    before = panel.counted()
    panel.window.showMinimized()
    qtbot.waitUntil(lambda: not panel.window.in_view, timeout=10_000)
    panel.shop.put("mill/tile", 7.0)
    panel.frame()
    panel.window.showNormal()
    qtbot.waitUntil(lambda: panel.window.in_view, timeout=10_000)
    panel.frame()
    assert panel.counted() == before
    assert panel.counts("mill/tile")
