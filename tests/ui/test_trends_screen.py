"""The Trends screen under fingers, mouse and wheel."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QEventPoint, QInputDevice, QPointingDevice, QTouchEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hmi.config.base import Span
from hmi.config.screens import MachineScreen
from hmi.config.tags import Limits, TagDescription
from hmi.link.messages import HistoryReply
from hmi.model.clock import SECOND
from hmi.model.values import ValueType
from hmi.present.format import clock
from hmi.present.quality import Look
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.present.trend_choice import MOST
from hmi.present.trend_legend import LegendEntry
from hmi.present.trend_memory import TrendMemory
from hmi.testing.hand_fed import HandFed
from hmi.ui import painting
from hmi.ui.metrics import Metrics
from hmi.ui.screens.trends import TrendsScreen
from hmi.ui.trend_plot import TrendPlot
from tests.ui.pixels import grab, share_of

NAMES = tuple(f"t{number}" for number in range(9))
TAGS = {
    name: TagDescription(
        unit="°C",
        max_age=1.0,
        range=Span(low=0.0, high=100.0),
        normal=Span(low=20.0, high=40.0),
        limits=Limits(high=50.0),
    )
    for name in NAMES
} | {"text": TagDescription(type=ValueType.STRING)}
SCREEN = MachineScreen.model_validate({"views": ("a",), "tiles": (), "trends": ("t0", "t1", "t2")})
SINCE = 3000


class Past:
    """An engine that remembers a ramp over the last 3000 seconds."""

    def __init__(self, now: int) -> None:
        self.since = now - SINCE * SECOND
        self.waiting: list[tuple[int, int, int, Callable[[HistoryReply], None]]] = []
        self.requests = 0

    def request(
        self, index: int, begin_utc: int, end_utc: int, points: int, reply: Callable[[HistoryReply], None]
    ) -> None:
        self.requests += 1
        self.waiting.append((index, begin_utc, end_utc, reply))

    def value(self, time: int) -> float:
        return 30 + 10 * math.sin((time - self.since) / SECOND / 50)

    def answer(self) -> None:
        for index, begin, end, reply in self.waiting:
            time = np.arange(max(begin, self.since), end, SECOND, dtype="<i8")
            value = np.array([self.value(int(t)) for t in time], "<f8")
            severity = np.zeros(len(time), np.uint8)
            reply(HistoryReply(1, index, time.tobytes(), value.tobytes(), severity.tobytes(), self.since))
        self.waiting.clear()


class Shown:
    """The screen in the panel's 1280 × 624, with history answered."""

    def __init__(self, qtbot: QtBot) -> None:
        self.memory = TrendMemory()
        self.fed = HandFed(TAGS, screen=SCREEN, texts={"tag.t0": "Bath"})
        self.past = Past(self.fed.clock.now().utc)
        self.screen = self.made(qtbot)

    def made(self, qtbot: QtBot) -> TrendsScreen:
        screen = TrendsScreen(self.fed.session, DARK, Texts.of(self.fed.epoch), self.past, memory=self.memory)
        qtbot.addWidget(screen)
        screen.resize(1280, 624)
        screen.show()
        qtbot.waitExposed(screen)
        screen.plot._gestures.hold.setInterval(3_600_000)  # however slowly a test drags
        return screen

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.2)):
            now = self.fed.clock.now().utc
            self.fed.put(**{name: self.past.value(now) for name in NAMES})
            self.screen.refresh(self.fed.frame(0.2))
            self.past.answer()

    @property
    def now(self) -> int:
        return self.fed.clock.now().utc

    def wheel(self, x: int, angle: QPoint, pixels: QPoint | None = None) -> None:
        plot = self.screen.plot
        at = QPointF(x, 200)
        event = QWheelEvent(
            at,
            plot.mapToGlobal(at),
            pixels or QPoint(),
            angle,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(plot, event)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    made = Shown(qtbot)
    made.run(3)
    return made


SCREEN_DEVICE = QPointingDevice(
    "touch screen",
    77,
    QInputDevice.DeviceType.TouchScreen,
    QPointingDevice.PointerType.Finger,
    QInputDevice.Capability.Position,
    10,
    0,
)


def touch(plot: TrendPlot, kind: QEvent.Type, *at: tuple[int, int]) -> None:
    """Fingers at these places of the plot."""
    states = {
        QEvent.Type.TouchBegin: QEventPoint.State.Pressed,
        QEvent.Type.TouchUpdate: QEventPoint.State.Updated,
        QEvent.Type.TouchEnd: QEventPoint.State.Released,
    }
    points = [
        QEventPoint(number, states[kind], QPointF(x, y), plot.mapToGlobal(QPointF(x, y)))
        for number, (x, y) in enumerate(at)
    ]
    event = QTouchEvent(kind, SCREEN_DEVICE, Qt.KeyboardModifier.NoModifier, points)
    QApplication.sendEvent(plot, event)


def test_it_begins_live_with_the_machines_own_trends_and_history(shown: Shown):
    assert shown.screen.chosen == (0, 1, 2)
    assert shown.screen.plot.window_shown.live
    assert shown.screen.live.isChecked()
    picture = grab(shown.screen.plot)
    for number in range(3):
        assert share_of(picture, DARK.trend[number]) > 0.001
    assert share_of(picture, DARK.raised) > 0.1  # the normal bands


def test_tags_are_chosen_by_touching_their_rows_up_to_six(shown: Shown):
    rows = shown.screen.tags
    viewport = rows.viewport()
    assert viewport is not None
    assert rows.sizeHintForRow(0) >= round(12 * 96 / 25.4)
    for index in (3, 4, 5, 6):
        rows.scrollTo(rows.model().index(index, 0))  # type: ignore[union-attr]
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=rows.row_centre(index).toPoint())
    assert shown.screen.chosen == (1, 2, 3, 4, 5, 6)
    assert len(shown.screen.chosen) == MOST
    rows.scrollTo(rows.model().index(4, 0))  # type: ignore[union-attr]
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=rows.row_centre(4).toPoint())
    assert 4 not in shown.screen.chosen
    shown.run(1)
    assert [index for index, _ in shown.screen.plot.readings()] == []


def test_rows_follow_the_windows_size(shown: Shown):
    rows = shown.screen.tags
    small = rows.visualRect(rows.model().index(0, 0)).height()  # type: ignore[union-attr]
    shown.screen.resize(1920, 892)
    QApplication.processEvents()
    large = rows.visualRect(rows.model().index(0, 0)).height()  # type: ignore[union-attr]
    assert large == rows.sizeHintForRow(0) > small


def test_texts_are_not_offered(shown: Shown):
    with pytest.raises(ValueError, match="not in list"):
        shown.screen.tags.row_centre(shown.fed.session.index("m", "text"))


def test_dragging_with_the_mouse_goes_back_and_live_returns(shown: Shown):
    plot = shown.screen.plot
    begin = plot.window_shown.at(shown.now)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(400, 200))
    for x in range(410, 610, 20):
        QTest.mouseMove(plot, QPoint(x, 200))
    QTest.mouseMove(plot, QPoint(600, 200))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(600, 200))
    moved = begin[1] - plot.window_shown.at(shown.now)[1]
    assert moved == pytest.approx(200 * 300 * SECOND / plot._area.width(), rel=0.02)
    assert not shown.screen.live.isChecked()
    assert shown.screen.pause.isChecked()
    QTest.mouseClick(shown.screen.live, Qt.MouseButton.LeftButton)
    assert plot.window_shown.live


def test_the_panned_picture_equals_one_painted_at_once(shown: Shown):
    plot = shown.screen.plot
    for step in (37.0, 11.0, -20.0, 90.0, 3.0):
        plot._pan(step)
        shown.past.answer()
    plot._show()
    panned = plot._canvas.picture.toImage()
    plot._canvas._redraw()
    again = plot._canvas.picture.toImage()
    different = sum(
        panned.pixel(x, y) != again.pixel(x, y)
        for x in range(panned.width())
        for y in range(0, panned.height(), 3)
    )
    assert different < 0.002 * panned.width() * panned.height() / 3


def test_panning_asks_for_what_is_missing_and_not_at_every_step(shown: Shown):
    before = shown.past.requests
    for _ in range(100):
        shown.screen.plot._pan(10.0)
        shown.past.answer()
    asked = shown.past.requests - before
    assert 3 <= asked <= 3 * 8
    begin, end = shown.screen.plot.window_shown.at(shown.now)
    series = shown.screen._feed.series(0)
    for moment in (begin + SECOND, (begin + end) // 2, end - SECOND):
        assert series.at(moment) == pytest.approx(shown.past.value(moment), abs=0.3)


def test_one_finger_pans(shown: Shown):
    plot = shown.screen.plot
    touch(plot, QEvent.Type.TouchBegin, (300, 200))
    for x in range(320, 520, 20):
        touch(plot, QEvent.Type.TouchUpdate, (x, 200))
    touch(plot, QEvent.Type.TouchEnd, (500, 200))
    moved = shown.now - plot.window_shown.at(shown.now)[1]
    assert moved == pytest.approx(200 * 300 * SECOND / plot._area.width(), rel=0.02)


def test_two_fingers_stretch_time_around_themselves(shown: Shown):
    plot = shown.screen.plot
    plot.set_window(plot.window_shown.moved(-600 * SECOND, shown.now))
    between = plot.time_at(600)
    span = plot.window_shown.span
    touch(plot, QEvent.Type.TouchBegin, (550, 200))
    touch(plot, QEvent.Type.TouchUpdate, (550, 200), (650, 220))
    for out in range(10, 101, 10):
        touch(plot, QEvent.Type.TouchUpdate, (550 - out, 200), (650 + out, 220))
    touch(plot, QEvent.Type.TouchEnd, (450, 200), (750, 220))
    assert plot.window_shown.span == pytest.approx(span / 3, rel=0.02)
    assert abs(plot.time_at(600) - between) < 3 * SECOND
    assert all(not button.isChecked() for button in shown.screen.presets.values())


def test_a_finger_that_stays_after_a_stretch_does_not_jump(shown: Shown):
    plot = shown.screen.plot
    plot.set_window(plot.window_shown.moved(-600 * SECOND, shown.now))
    touch(plot, QEvent.Type.TouchBegin, (500, 200), (700, 200))
    touch(plot, QEvent.Type.TouchUpdate, (450, 200), (750, 200))
    before = plot.window_shown
    touch(plot, QEvent.Type.TouchUpdate, (450, 200))
    assert plot.window_shown == before
    touch(plot, QEvent.Type.TouchUpdate, (450, 200))
    assert plot.window_shown == before
    touch(plot, QEvent.Type.TouchEnd, (450, 200))
    assert plot.cursor_time is None


def test_the_wheel_stretches_and_a_sideways_wheel_pans(shown: Shown):
    plot = shown.screen.plot
    span = plot.window_shown.span
    shown.wheel(600, QPoint(0, 120))
    assert plot.window_shown.span == pytest.approx(span / 1.25)
    shown.wheel(600, QPoint(0, -120))
    assert plot.window_shown.span == pytest.approx(span)
    shown.wheel(600, QPoint(0, 0), QPoint(80, 0))
    assert not plot.window_shown.live


def test_holding_reads_out_time_and_values_and_a_tap_ends_it(shown: Shown):
    plot = shown.screen.plot
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(700, 200))
    assert plot._gestures.hold.isActive()
    plot._gestures.hold.timeout.emit()  # its time is the test's
    assert plot.cursor_time == plot.time_at(700)
    assert [index for index, _ in plot.readings()] == [0, 1, 2]
    for _, value in plot.readings():
        assert value == pytest.approx(shown.past.value(plot.cursor_time), abs=0.3)
    assert share_of(grab(plot), DARK.badge) > 0.003
    QTest.mouseMove(plot, QPoint(500, 200))
    assert plot.cursor_time == plot.time_at(500)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(500, 200))
    assert plot.window_shown.live  # reading is not panning
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert plot.cursor_time is None


def test_in_a_paused_plot_a_touch_reads_and_live_ends_it(shown: Shown):
    plot = shown.screen.plot
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    for x in (700, 300):
        QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(x, 200))
        assert plot.cursor_time == plot.time_at(x)
    assert not plot.window_shown.live
    QTest.mouseClick(shown.screen.live, Qt.MouseButton.LeftButton)
    assert plot.cursor_time is None
    assert plot.legend[0].note == "live"


@pytest.mark.parametrize("seconds", [60, 300, 900, 3600])
def test_presets_set_the_span(shown: Shown, seconds: int):
    QTest.mouseClick(shown.screen.presets[seconds], Qt.MouseButton.LeftButton)
    assert shown.screen.plot.window_shown.span == seconds * SECOND
    assert [s for s, button in shown.screen.presets.items() if button.isChecked()] == [seconds]


def test_pause_stands_still_and_pause_again_goes_on(shown: Shown):
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    stood = shown.screen.plot.window_shown.at(shown.now)
    shown.run(3)
    assert shown.screen.plot.window_shown.at(shown.now) == stood
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    assert shown.screen.plot.window_shown.live


def test_a_paused_window_goes_on_only_when_the_person_says_so(shown: Shown):
    plot = shown.screen.plot
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    for _ in range(8):
        shown.wheel(300, QPoint(0, -120))  # far out
        plot._pan(-400.0)  # and towards the present
        shown.run(0.4)
    assert not plot.window_shown.live
    assert plot.window_shown.at(shown.now)[1] <= shown.now
    QTest.mouseClick(shown.screen.presets[60], Qt.MouseButton.LeftButton)
    assert shown.screen.pause.isChecked()
    QTest.mouseClick(shown.screen.live, Qt.MouseButton.LeftButton)
    assert plot.window_shown.live


def test_one_pans_to_the_beginning_and_not_beyond(shown: Shown):
    plot = shown.screen.plot
    for _ in range(60):
        plot._pan(300.0)
        shown.past.answer()
    begin, end = plot.window_shown.at(shown.now)
    assert begin < shown.past.since < begin + (end - begin) // 10
    said = share_of(grab(plot), DARK.badge, plot._area, 2)
    plot._pan(-300.0)
    assert share_of(grab(plot), DARK.badge, plot._area, 2) < said  # "no history before …"


def test_an_engine_that_starts_anew_changes_neither_pause_nor_choice_nor_what_was_seen(
    shown: Shown, qtbot: QtBot
):
    shown.screen.toggle(5)
    colours = shown.screen._colours()
    shown.run(2)
    seen = shown.now - SECOND
    value = shown.screen._feed.series(0).at(seen)
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    stood = shown.screen.plot.window_shown
    for _ in range(10):
        shown.screen.refresh(shown.fed.frame(0.2, engine_alive=False))
    shown.past.since = shown.now  # its memory begins anew
    shown.fed.begin()
    shown.screen = shown.made(qtbot)
    shown.run(2)
    assert shown.screen.plot.window_shown == stood
    assert shown.screen.pause.isChecked()
    assert shown.screen._colours() == colours
    series = shown.screen._feed.series(0)
    assert series.at(seen) == value
    assert len(series.gaps(seen, shown.now)) == 1
    assert shown.past.since > min(series.read().time)


def test_each_band_says_name_value_unit_and_freshness(shown: Shown):
    plot = shown.screen.plot
    shown.fed.put(t0=31.26)
    shown.screen.refresh(shown.fed.frame(0.2))
    assert plot.legend[0] == LegendEntry("Bath", "31.3 °C", "live", Look.LIVE)
    shown.fed.silent = {"t0"}
    for _ in range(20):
        shown.screen.refresh(shown.fed.frame(0.2))
    assert plot.legend[0] == LegendEntry("Bath", "31.3 °C", "stale 4 s", Look.FROZEN)
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    shown.fed.put(t1=33.0)
    shown.screen.refresh(shown.fed.frame(0.2))
    assert plot.legend[1] == LegendEntry("t1", "33.0 °C", "now", Look.LIVE)
    plot._read(plot._area.center().x())
    when = plot.cursor_time
    assert when is not None
    expected = f"{shown.past.value(when):.1f} °C"
    assert plot.legend[1] == LegendEntry("t1", expected, clock(when), Look.LIVE)
    plot._read(plot._area.right())
    assert plot.cursor_time is not None
    unknown = LegendEntry("Bath", "", f"not known · {clock(plot.cursor_time)}", Look.EMPTY)
    assert plot.legend[0] == unknown


def test_no_two_lines_in_the_plot_have_one_colour(shown: Shown):
    for index in (3, 4, 5, 0, 7, 2, 8):
        shown.screen.toggle(index)
        lanes = [lane.colour for lane in shown.screen.plot._canvas.lanes]
        assert len(set(lanes)) == len(lanes)


def test_the_axis_has_room_for_its_numbers(shown: Shown):
    plot = shown.screen.plot
    narrow = plot._area.left()
    for _ in range(10):
        shown.fed.put(t0=-123456.7, t1=5e6)
        shown.screen.refresh(shown.fed.frame(0.2))
    m = Metrics.of(plot)
    for lane in plot._canvas.lanes:
        for _, said in plot._ticks(lane, m):
            assert painting.width(m.font(11), said) + m.px(8) <= plot._area.left()
    assert plot._area.left() > narrow


def test_a_plot_in_the_past_is_not_painted_again_while_nothing_changes(shown: Shown):
    plot = shown.screen.plot
    plot._pan(300.0)
    shown.run(2)
    plot._read(plot._area.center().x())
    asked: list[object] = []
    plot.update = lambda *area: asked.append(area)  # type: ignore[method-assign, assignment]
    shown.run(2)
    assert asked == []


def test_a_gap_is_hatched(shown: Shown):
    before = share_of(grab(shown.screen.plot), DARK.hatch_line, tolerance=4)
    shown.fed.silent = set(NAMES)
    for _ in range(200):
        shown.screen.refresh(shown.fed.frame(0.2))
    after = share_of(grab(shown.screen.plot), DARK.hatch_line, tolerance=4)
    assert after > before + 0.01


def test_history_fills_a_new_screen_after_the_session_was_replaced(shown: Shown, qtbot: QtBot):
    shown.fed.begin()
    shown.screen = shown.made(qtbot)
    shown.run(1)
    begin, end = shown.screen.plot.window_shown.at(shown.now)
    middle = (begin + end) // 2
    assert shown.screen._feed.series(0).at(middle) == pytest.approx(shown.past.value(middle), abs=0.3)


def test_where_history_begins_is_said(shown: Shown):
    shown.screen.plot.set_window(shown.screen.plot.window_shown.of_span(3600 * SECOND))
    shown.run(1)
    edge = shown.screen.plot._canvas.x(shown.past.since)
    assert 100 < edge < 300
    picture = grab(shown.screen.plot)
    area = shown.screen.plot._area
    left = area.adjusted(0, 0, round(edge) - area.width() - 4, 0)
    assert share_of(picture, DARK.trend[0], left, 6) < share_of(picture, DARK.trend[0], area, 6) / 3
