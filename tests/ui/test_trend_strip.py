"""The strip: lines that are there, gaps that are seen, buttons that work."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor, QImage, QRegion
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hmi.config.screens import MachineScreen
from hmi.config.tags import TagDescription
from hmi.link.messages import HistoryReply
from hmi.model import status
from hmi.model.clock import SECOND
from hmi.present import quality
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.present.trend_memory import TrendMemory
from hmi.testing.hand_fed import HandFed
from hmi.ui.metrics import Metrics
from hmi.ui.trend_strip import TrendStrip
from tests.ui.spelled import spelled

SCREEN = MachineScreen.model_validate({"views": ("a",), "tiles": (), "trends": ("load", "temp")})
TAGS = {name: TagDescription(unit="%", max_age=1.0) for name in ("load", "temp")}


class Past:
    """An engine that remembers a saw-tooth since ``since`` and answers at once when told to."""

    def __init__(self, since: int) -> None:
        self.since = since
        self.waiting: list[tuple[int, int, int, Callable[[HistoryReply], None]]] = []

    def request(
        self, index: int, begin_utc: int, end_utc: int, points: int, reply: Callable[[HistoryReply], None]
    ) -> None:
        self.waiting.append((index, begin_utc, end_utc, reply))

    def answer(self) -> None:
        for index, begin, end, reply in self.waiting:
            time = np.arange(max(begin, self.since), end, SECOND, dtype="<i8")
            value = (time // SECOND % 60).astype("<f8")
            severity = np.zeros(len(time), np.uint8)
            reply(HistoryReply(1, index, time.tobytes(), value.tobytes(), severity.tobytes(), self.since))
        self.waiting.clear()


class Shown:
    """A strip of 1256 × 142 in a panel of 1280 × 800."""

    def __init__(
        self,
        qtbot: QtBot,
        size: tuple[int, int] = (1280, 800),
        language: str = "en",
        texts: dict[str, str] | None = None,
    ) -> None:
        self.fed = HandFed(TAGS, screen=SCREEN, texts=texts or {})
        self.past = Past(self.fed.clock.now().utc - 1800 * SECOND)
        self.memory = TrendMemory()
        window = self.window = QWidget()
        qtbot.addWidget(window)
        window.resize(*size)
        m = Metrics.of(window)
        self.strip = TrendStrip(
            self.fed.machine,
            self.fed.session,
            DARK,
            texts_of(self, language),
            self.past,
            window,
            memory=self.memory,
        )
        self.strip.setGeometry(m.px(12), m.px(574), size[0] - m.px(24), m.px(142))
        window.show()
        qtbot.waitExposed(window)

    def run(self, seconds: float, answer: bool = True, step: float = 0.2, **values: float) -> None:
        for _ in range(round(seconds / step)):
            if values:
                self.fed.put(**values)
            frame = self.fed.frame(step)
            self.strip.refresh(frame)
            self.memory.feed(self.fed.session, frame)
            QApplication.processEvents()  # lines are drawn after the frame
            if answer:
                self.past.answer()

    def pixels(self) -> npt.NDArray[np.uint8]:
        QApplication.processEvents()
        image = self.strip.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        memory = image.constBits()
        assert memory is not None
        memory.setsize(image.sizeInBytes())
        return np.frombuffer(memory, np.uint8).reshape(image.height(), image.width(), 4)[:, :, 2::-1].copy()

    def columns(self, colour: str, least: int = 1) -> npt.NDArray[np.intp]:
        """The columns of the plot in which a colour stands in so many pixels."""
        plot = self.strip._plot
        part = self.pixels()[plot.top() : plot.bottom(), plot.left() : plot.right()]
        near = np.abs(part.astype(int) - QColor(colour).getRgb()[:3]).max(axis=2) <= 6
        return np.flatnonzero(near.sum(axis=0) >= least)


def texts_of(shown: Shown, language: str) -> Texts:
    return Texts.of(shown.fed.epoch, language)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_history_fills_the_window_and_live_goes_on(shown: Shown):
    shown.run(2, answer=False, load=5.0, temp=6.0)
    assert len(shown.columns(DARK.trend[0])) < 20
    shown.run(1, load=5.0, temp=6.0)
    wide = shown.strip._plot.width()
    assert len(shown.columns(DARK.trend[0])) > 0.9 * wide
    assert len(shown.columns(DARK.trend[1])) > 0.9 * wide


def test_the_scrolled_picture_equals_one_painted_at_once(shown: Shown):
    for number in range(150):
        shown.run(0.2, load=50 + 30 * np.sin(number / 9).item(), temp=float(number % 7))
    scrolled = shown.strip._canvas.picture.toImage()
    shown.strip._canvas._redraw()
    again = shown.strip._canvas.picture.toImage()
    different = sum(
        scrolled.pixel(x, y) != again.pixel(x, y)
        for x in range(scrolled.width())
        for y in range(scrolled.height())
    )
    assert different < 0.002 * scrolled.width() * scrolled.height()


def test_an_answer_is_drawn_where_time_stands_still(shown: Shown):
    shown.fed.put(load=50.0, temp=50.0)
    for _ in range(4):  # as a replay that was paused: each look is of the same moment
        shown.strip.refresh(shown.fed.frame())
        QApplication.processEvents()
        QTest.qWait(30)
    assert len(shown.columns(DARK.trend[0])) < 20
    shown.past.answer()
    for _ in range(4):
        shown.strip.refresh(shown.fed.frame())
        QApplication.processEvents()
        QTest.qWait(30)
    assert len(shown.columns(DARK.trend[0])) > 200


def test_a_bad_spell_is_hatched(shown: Shown):
    shown.run(5, load=5.0, temp=6.0)
    assert len(shown.columns(DARK.hatch_line, 4)) == 0
    shown.fed.put(load=1.0, status=status.BAD)
    shown.run(30)
    hatched = shown.columns(DARK.hatch_line, 4)
    assert 0.06 * shown.strip._plot.width() < len(hatched) < 0.14 * shown.strip._plot.width()
    assert hatched.max() > 0.98 * shown.strip._plot.width()
    assert len(shown.strip._gaps) == 1


def test_back_shows_ten_minutes_earlier_and_live_returns(shown: Shown):
    shown.run(2, load=5.0, temp=6.0)
    now = shown.fed.clock.now().utc
    live = shown.pixels()
    QTest.mouseClick(shown.strip.back, Qt.MouseButton.LeftButton)
    window = shown.strip.window_shown
    assert window.at(now) == (now - 900 * SECOND, now - 600 * SECOND)
    assert not shown.strip.live.isChecked()
    assert len(shown.columns(DARK.trend[0])) > 0.7 * shown.strip._plot.width()  # the badge hides some
    assert len(shown.columns(DARK.badge)) > 50  # "not live · from – to"
    shown.run(3, load=5.0, temp=6.0)
    assert shown.strip.window_shown == window  # it stands still
    QTest.mouseClick(shown.strip.live, Qt.MouseButton.LeftButton)
    assert shown.strip.window_shown.live
    assert shown.strip.live.isChecked()
    assert len(shown.columns(DARK.badge)) == 0
    assert live.shape == shown.pixels().shape


def test_one_cannot_go_back_past_the_beginning(shown: Shown):
    shown.run(2, load=5.0, temp=6.0)
    for _ in range(4):
        QTest.mouseClick(shown.strip.back, Qt.MouseButton.LeftButton)
    assert not shown.strip.back.isEnabled()
    before = shown.strip.window_shown
    QTest.mouseClick(shown.strip.back, Qt.MouseButton.LeftButton)
    assert shown.strip.window_shown == before


def touch_bar(shown: Shown, share: float) -> int:
    """Touch the bar at a share of its width; where the window then ends (UTC ns)."""
    bar = shown.strip._bar
    at = QPoint(round(bar.left() + share * bar.width()), round(bar.center().y()))
    QTest.mouseClick(shown.strip, Qt.MouseButton.LeftButton, pos=at)
    return shown.strip.window_shown.at(shown.fed.clock.now().utc)[1]


def test_touching_the_bar_goes_there_and_its_end_is_live(shown: Shown):
    shown.run(2, load=5.0, temp=6.0)
    now = shown.fed.clock.now().utc
    assert abs(touch_bar(shown, 2 / 3) - (now - 1200 * SECOND)) < 10 * SECOND
    assert not shown.strip.window_shown.live
    touch_bar(shown, 1.0)
    assert shown.strip.window_shown.live


def test_touching_the_bar_before_the_beginning_stops_there(shown: Shown):
    shown.run(2, load=5.0, temp=6.0)
    touch_bar(shown, 0.1)
    begin, _ = shown.strip.window_shown.at(shown.fed.clock.now().utc)
    assert shown.past.since - 20 * SECOND < begin < shown.past.since
    assert not shown.strip.back.isEnabled()


def test_nothing_is_painted_while_nothing_changes(shown: Shown):
    shown.run(2, load=5.0, temp=6.0)
    QTest.mouseClick(shown.strip, Qt.MouseButton.LeftButton, pos=shown.strip._plot.center())
    QTest.mouseClick(shown.strip.back, Qt.MouseButton.LeftButton)
    shown.run(1, load=5.0, temp=6.0)
    asked: list[object] = []
    shown.strip.update = lambda *area: asked.append(area)  # type: ignore[method-assign, assignment]
    shown.run(3, load=7.0, temp=8.0)
    assert asked == []  # the window stands in the past


def test_it_is_repainted_at_most_ten_times_a_second(shown: Shown):
    shown.run(2, load=5.0, temp=6.0)
    drawn: list[int] = []
    original = shown.strip._canvas.update
    shown.strip._canvas.update = lambda a, b: (drawn.append(1), original(a, b))[1]  # type: ignore[method-assign]
    for _ in range(60):
        shown.fed.put(load=7.0)
        shown.strip.refresh(shown.fed.frame(1 / 60))
        QApplication.processEvents()
    assert 5 <= len(drawn) <= 11


LONG = "Coolant concentration in the large tank behind the machine"


@pytest.mark.parametrize("size", [(1280, 800), (1024, 600), (1920, 1080)])
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    "code", [status.BAD_SENSOR_FAILURE, status.BAD_NO_COMMUNICATION, status.BAD_WAITING_FOR_INITIAL_DATA]
)
def test_a_name_is_whole_beside_any_badge_and_the_plot_stands_still(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], language: str, code: int
):
    name = "Spindle temperature" if language == "en" else "Spindeltemperatur"
    shown = Shown(qtbot, size, language, {"tag.load": name})
    shown.run(1, load=5.0, temp=6.0)
    plot = shown.strip._plot
    shown.fed.put(load=5.0, status=code)
    shown.run(3700, answer=False, step=60.0)
    said = texts_of(shown, language).text(quality.bad_text(code), age="").strip()
    seen = spelled(monkeypatch, shown.strip)
    assert [each for each in (f"{name} %", said) if not seen.get(each)] == []
    assert shown.strip._plot == plot


def test_where_a_name_has_no_room_its_unit_still_is_whole(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    shown = Shown(qtbot, (1024, 600), "de", {"tag.load": LONG})
    for value, doubt in ((5.0, status.GOOD), (5.0, status.BAD_SENSOR_FAILURE)):
        shown.fed.put(load=value, status=doubt)
        shown.run(1)
        seen = spelled(monkeypatch, shown.strip)
        assert seen[" %"]
        assert not seen[LONG]


def test_a_figure_repaints_its_legend_as_the_whole_strip_would(shown: Shown):
    shown.run(2, load=5.0, temp=6.0)
    partly = shown.strip.grab().toImage()
    before = partly.copy()
    shown.fed.put(load=1234.5)
    shown.strip.refresh(shown.fed.frame(0.01))
    legend = shown.strip._legend_area()
    shown.strip.render(partly, legend.topLeft(), QRegion(legend))
    whole = shown.strip.grab().toImage()
    assert partly.copy(legend) == whole.copy(legend) != before.copy(legend)


def test_the_buttons_are_large_enough_for_a_glove(shown: Shown):
    least = 12 * shown.strip.physicalDpiX() / 25.4 - 1
    for button in (shown.strip.back, shown.strip.live):
        assert min(button.width(), button.height()) >= min(least, 46)
