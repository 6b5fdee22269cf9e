"""What is painted, of the real window: the rectangle of what changed, and nothing while nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, QTimer
from PyQt6.QtGui import QPaintEvent, QRegion
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hmi.model.clock import MILLISECOND, SECOND, SystemClock
from hmi.present import site_overview
from hmi.present.header import HeaderView
from hmi.present.site_overview import MachineCard
from hmi.present.texts import Texts
from hmi.present.theme import DARK, LIGHT
from hmi.ui.frame_clock import FrameClock
from hmi.ui.header import HeaderBar
from hmi.ui.machine_card import MachineCardWidget
from hmi.ui.parts import OwnParts
from hmi.ui.screens.machine import MachineScreen
from hmi.ui.screens.site import SiteScreen
from hmi.ui.trend_strip import TrendStrip
from hmi.ui.window import PanelWindow
from tests.ui.builders import NoHistory, Shop, epoch, machine, tag
from tests.ui.demo_shop import demo_shop
from tests.ui.pixels import grab

SCREEN: dict[str, Any] = {
    "views": ["none"],
    "readouts": ["x"],
    "tiles": [{"tag": "load"}, {"tag": "speed"}],
    "trends": ["y"],
}


class Painted(QObject):
    """All that is painted of a window, as areas of the window, since it was last asked."""

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self._window = window
        self._areas: list[QRect] = []
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        if isinstance(event, QPaintEvent) and isinstance(watched, QWidget) and self._is_inside(watched):
            at = watched.mapTo(self._window, QPoint(0, 0))
            self._areas.append(event.region().boundingRect().translated(at))
        return False

    def _is_inside(self, widget: QWidget) -> bool:
        return widget is not self._window and widget.window() is self._window

    def taken(self) -> list[QRect]:
        areas, self._areas = self._areas, []
        return areas

    def end(self) -> None:
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]


class Stand:
    """A mill of four tags in a real window that is drawn frame by frame."""

    def __init__(self, qtbot: QtBot, screen: str = "machine", max_age: float = 3600.0) -> None:
        tags = [tag("mill", each, max_age=max_age) for each in ("load", "speed", "x", "y")]
        self.shop = Shop(epoch([machine("mill", screen=SCREEN)], tags))
        self.window = PanelWindow(DARK, NoHistory(), OwnParts(), language="en")
        qtbot.addWidget(self.window)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.begin(self.shop.session)
        self.window.show_screen(screen, "mill")
        for each in self.shop.epoch.tags:
            self.shop.put(each.id, 1.0)
        # To the beginning of a second of the wall clock, where no text of it changes for a while.
        self.shop.clock.advance(SECOND - self.shop.clock.now().utc % SECOND)
        self.painted = Painted(self.window)
        for _ in range(20):
            self.frame(100)
            QApplication.processEvents()
        self.painted.taken()

    def frame(self, after_ms: int) -> bool:
        self.shop.clock.advance(after_ms * MILLISECOND)
        self.window.refresh(self.shop.frame())
        return self.window.flush()

    def area(self, widget: QWidget) -> QRect:
        return QRect(widget.mapTo(self.window, QPoint(0, 0)), widget.size())

    def taken(self) -> list[QRect]:
        """What was painted, the trend apart: it moves by a pixel now and then, as time does."""
        strips = [self.area(each) for each in self.window.findChildren(TrendStrip) if each.isVisible()]
        return [each for each in self.painted.taken() if not any(strip.contains(each) for strip in strips)]

    def screen(self, kind: type[QWidget]) -> Any:
        (found,) = (each for each in self.window.findChildren(kind) if each.isVisible())
        return found


@pytest.fixture
def stand(qtbot: QtBot) -> Iterator[Stand]:
    made = Stand(qtbot)
    yield made
    made.painted.end()


def test_a_change_of_one_tile_repaints_its_rectangle_and_nothing_else(stand: Stand) -> None:
    tiles = stand.screen(MachineScreen).tiles
    tile = tiles[stand.shop.epoch.index["mill/load"]]
    for number in range(40):
        stand.shop.put("mill/load", 2.0 + number)
        assert stand.frame(20)
        assert stand.taken() == [stand.area(tile)]
    assert stand.area(tile).width() * stand.area(tile).height() < 0.05 * 1280 * 800


def test_a_value_that_is_shown_the_same_paints_nothing(stand: Stand) -> None:
    for _ in range(20):
        stand.shop.put("mill/load", 1.0)
        stand.frame(20)
    assert stand.taken() == []


@pytest.mark.parametrize("screen", ["machine", "site", "diagnostics"])
def test_an_idle_machine_paints_no_more_than_the_clock_and_ages(qtbot: QtBot, screen: str) -> None:
    stand = Stand(qtbot, screen)
    frames = sum(stand.frame(100) for _ in range(100))
    clock = QRect(1280 - 124, 0, 124, 60)
    painted = stand.taken()
    areas = [each for each in painted if not clock.contains(each)]
    stand.painted.end()
    if screen == "diagnostics":  # its columns of ages are in tenths of a second
        header = QRect(0, 0, 1280, 60)
        assert not [each for each in areas if header.intersects(each)]
    else:
        assert len(painted) == 10
        assert areas == []
        # A trend of five minutes over 900 pixels moves three times a second.
        assert frames <= (10 if screen == "site" else 45)


def test_an_age_that_is_shown_in_seconds_is_painted_once_a_second(qtbot: QtBot) -> None:
    stand = Stand(qtbot, max_age=1.5)
    tile = stand.screen(MachineScreen).tiles[stand.shop.epoch.index["mill/load"]]
    for _ in range(50):  # until all is stale, and that is shown
        stand.shop.table.confirm(stand.shop.clock, besides=("mill/load",))
        stand.frame(100)
    stand.painted.taken()
    for _ in range(500):
        stand.shop.table.confirm(stand.shop.clock, besides=("mill/load",))
        stand.frame(20)
    areas = stand.painted.taken()
    stand.painted.end()
    assert areas.count(stand.area(tile)) == 10
    others = [each for name, each in _figures(stand).items() if name != "mill/load"]
    assert not [each for each in areas if each in others]


def _figures(stand: Stand) -> dict[str, QRect]:
    screen = stand.screen(MachineScreen)
    shown = {**screen.tiles, **screen.readouts}
    return {stand.shop.epoch.tags[index].id: stand.area(widget) for index, widget in shown.items()}


def test_a_thousand_changes_a_second_are_at_most_sixty_frames(qtbot: QtBot, stand: Stand) -> None:
    clock = SystemClock()
    showed: list[int] = []
    changes = [0]

    def draw() -> bool:
        frame = stand.shop.frame()
        stand.window.refresh(frame)
        anything = stand.window.flush()
        if anything:
            showed.append(frames.began)
        return anything

    frames = FrameClock(clock, draw)

    def change() -> None:
        for _ in range(2):
            changes[0] += 1
            stand.shop.put("mill/load", float(changes[0]))
        frames.request()

    source = QTimer()
    source.timeout.connect(change)
    frames.start()
    source.start(2)
    try:
        qtbot.waitUntil(lambda: len(showed) > 120, timeout=60_000)
    finally:
        source.stop()
        frames.stop()
    assert changes[0] > 2 * len(showed)
    for number, first in enumerate(showed):
        assert sum(first <= each < first + SECOND for each in showed[number:]) <= 60


def _differing(before: QWidget, one: Any, other: Any) -> QRegion:
    """The rows and columns of a widget's picture in which two views differ."""
    widget: Any = before
    widget.show_view(one)
    first = grab(widget)
    widget.show_view(other)
    second = grab(widget)
    found = QRegion()
    for y in range(first.height()):
        if first.scanLine(y).asstring(4 * first.width()) != second.scanLine(y).asstring(4 * first.width()):  # type: ignore[union-attr]
            xs = [x for x in range(first.width()) if first.pixel(x, y) != second.pixel(x, y)]
            found += QRegion(QRect(QPoint(xs[0], y), QPoint(xs[-1], y)))
    return found


def _cards() -> tuple[MachineCard, MachineCard]:
    """The mill's card, and the same with all figures at their ends, not live and long."""
    shop = demo_shop()
    before = next(iter(site_overview.cards(shop.session, shop.frame(), Texts.of(shop.epoch))))
    for name, value in (("load", 12_345.0), ("spindle_temperature", -99.9), ("cycle_left", 40_000.0)):
        shop.put(f"mill_07/{name}", value)
    after = next(iter(site_overview.cards(shop.session, shop.frame(), Texts.of(shop.epoch))))
    figures = (after.figures[0], after.figures[1], before.figures[2])
    return before, replace(before, figures=figures)


@pytest.mark.parametrize("size", [(620, 420), (400, 178), (860, 420), (405, 260)])
@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_cards_figures_repaint_all_that_differs_and_not_the_card(
    qtbot: QtBot, size: tuple[int, int], theme: Any
) -> None:
    before, after = _cards()
    assert before != after
    widget = MachineCardWidget(theme)
    qtbot.addWidget(widget)
    widget.resize(*size)
    part = widget.dirty(before, after)
    assert part is not None
    differing = _differing(widget, before, after)
    assert not differing.isEmpty()
    assert differing.subtracted(part).isEmpty()
    assert not part.contains(QPoint(widget.width() - 20, widget.height() - 10))
    assert widget.dirty(before, replace(after, news="1 of 9 not live")) is None
    assert widget.dirty(before, replace(after, cover="no link since 14:07:32")) is None


def test_the_clock_repaints_its_end_of_the_header_alone(qtbot: QtBot) -> None:
    bar = HeaderBar(DARK, Texts.own("en"))
    qtbot.addWidget(bar)
    bar.resize(1280, 60)
    before = HeaderView("Mill 07", "Haas", None, None, None, "14:07:32", "Tue 17.02.")
    after = replace(before, clock="23:59:59", date="Wed 18.02.")
    part = bar.dirty(before, after)
    assert part is not None
    assert part.boundingRect().width() < 130
    assert _differing(bar, before, after).subtracted(part).isEmpty()
    assert bar.dirty(before, replace(after, title="Mill 08")) is None


def test_one_figure_on_the_site_repaints_less_than_its_card(qtbot: QtBot) -> None:
    stand = Stand(qtbot, "site")
    card = stand.screen(SiteScreen).cards[0]
    stand.shop.put("mill/load", 99.0)
    assert stand.frame(20)
    areas = stand.painted.taken()
    stand.painted.end()
    assert areas
    assert all(stand.area(card).contains(each) for each in areas)
    assert all(each.height() < card.height() for each in areas)
