"""The bar that moves a replay's time, touched as a person does."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hmi.link.messages import (
    ReplayAbout,
    ReplayLoop,
    ReplayRate,
    ReplaySeek,
    ReplayStanding,
    ReplayStep,
    ScreenShown,
)
from hmi.model.clock import SECOND
from hmi.present.replay import RATES
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.ui.metrics import Metrics
from hmi.ui.replay_bar import ReplayBar

BEGIN = 1_800_000_000 * SECOND
HOUR = 3600 * SECOND
ABOUT = ReplayAbout(
    file="x.twinpane",
    machine="mill",
    shift="late",
    day="2027-01-15",
    begin=BEGIN,
    end=BEGIN + 8 * HOUR,
    spans=np.array([BEGIN, BEGIN + 3 * HOUR, BEGIN + 4 * HOUR, BEGIN + 8 * HOUR], "<i8").tobytes(),
    marks=np.array([BEGIN + HOUR, BEGIN + 4 * HOUR], "<i8").tobytes(),
    kinds=("context", "begin"),
    key="",
)


class Stand:
    def __init__(self, qtbot: QtBot) -> None:
        self.bar = ReplayBar(DARK, Texts.own("en"))
        self.bar.resize(1280, 84)
        qtbot.addWidget(self.bar)
        self.bar.show()
        qtbot.waitExposed(self.bar)
        self.asked: list[object] = []
        self.bar.asked.connect(self.asked.append)
        self.bar.begin(ABOUT)
        self.stands(BEGIN)

    def stands(self, utc: int, rate: float = 0.0, reached: float = 0.0, *, ended: bool = False) -> None:
        self.bar.take(ReplayStanding(utc, rate, reached, ended))

    def touch(self, name: str) -> object:
        self.asked.clear()
        QTest.mouseClick(self.bar.buttons[name], Qt.MouseButton.LeftButton)
        return self.asked[-1] if self.asked else None

    def at(self, share: float) -> QPoint:
        area = self.bar.timeline._bar(Metrics.of(self.bar))
        return QPoint(round(area.left() + share * area.width()), 40)


@pytest.fixture
def stand(qtbot: QtBot) -> Stand:
    return Stand(qtbot)


def test_play_and_pause(stand: Stand) -> None:
    assert stand.bar.buttons["play"].glyph == "play"
    assert stand.touch("play") == ReplayRate(1.0)
    stand.stands(BEGIN, 1.0, 1.0)
    assert stand.bar.buttons["play"].glyph == "pause"
    assert stand.touch("play") == ReplayRate(0.0)


def test_steps_and_jumps(stand: Stand) -> None:
    assert stand.touch("step") == ReplayStep("change", back=False)
    assert stand.touch("step_back") == ReplayStep("change", back=True)
    assert stand.touch("next") == ReplayStep("mark", back=False)
    assert stand.touch("previous") == ReplayStep("mark", back=True)


def test_the_rate_is_asked_for_while_it_plays_and_kept_while_it_stands(stand: Stand) -> None:
    assert stand.touch("faster") is None
    assert stand.bar.rate == 2.0
    assert stand.touch("play") == ReplayRate(2.0)
    stand.stands(BEGIN, 2.0, 2.0)
    assert stand.touch("faster") == ReplayRate(5.0)
    for _ in RATES:
        stand.touch("faster")
    assert stand.bar.rate == 1000.0
    assert not stand.bar.buttons["faster"].isEnabled()
    for _ in RATES:
        stand.touch("slower")
    assert stand.bar.rate == 0.1
    assert not stand.bar.buttons["slower"].isEnabled()


def test_what_is_reached_stands_there_where_it_is_less(stand: Stand) -> None:
    for _ in RATES:
        stand.touch("faster")
    stand.stands(BEGIN, 1000.0, 412.3)
    assert stand.bar.label.view is not None
    assert (stand.bar.label.view.rate, stand.bar.label.view.reached) == ("1000×", "reaches 412×")
    stand.stands(BEGIN, 1000.0, 998.0)
    assert stand.bar.label.view.reached == ""


def test_a_touch_on_the_bar_goes_there(stand: Stand) -> None:
    QTest.mouseClick(stand.bar.timeline, Qt.MouseButton.LeftButton, pos=stand.at(0.25))
    (asked,) = stand.asked
    assert isinstance(asked, ReplaySeek)
    assert abs(asked.utc - BEGIN - 2 * HOUR) < 60 * SECOND


def test_a_finger_drawn_along_it_asks_now_and_then_and_at_the_end(stand: Stand, qtbot: QtBot) -> None:
    timeline = stand.bar.timeline
    QTest.mousePress(timeline, Qt.MouseButton.LeftButton, pos=stand.at(0.2))
    for step in range(20):
        QTest.mouseMove(timeline, stand.at(0.2 + step * 0.02))
    assert stand.asked == [], "not for each pixel"
    qtbot.waitUntil(lambda: len(stand.asked) == 1, timeout=5000)
    assert timeline.view is not None
    assert abs(timeline.view.at - 0.58) < 0.01, "the knob is under the finger"
    stand.stands(BEGIN)
    assert abs(timeline.view.at - 0.58) < 0.01, "whatever the replay says meanwhile"
    QTest.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=stand.at(0.6))
    last = stand.asked[-1]
    assert isinstance(last, ReplaySeek)
    assert abs(last.utc - BEGIN - round(4.8 * HOUR)) < 60 * SECOND
    stand.stands(last.utc)
    assert abs(timeline.view.at - 0.6) < 0.01


def test_the_bar_shows_what_was_recorded_and_what_happened(stand: Stand) -> None:
    view = stand.bar.timeline.view
    assert view is not None
    assert view.spans == ((0.0, 0.375), (0.5, 1.0))
    assert view.marks == ((0.125, "context"), (0.5, "begin"))
    stand.stands(BEGIN + 8 * HOUR, 1.0, 1.0, ended=True)
    view = stand.bar.timeline.view
    assert view is not None
    assert view.ended == "end of the recording"
    assert stand.bar.buttons["play"].glyph == "play"


def test_a_loop_is_chosen_by_two_touches_and_ended_by_a_third(stand: Stand) -> None:
    bar = stand.bar
    stand.stands(BEGIN + 2 * HOUR)
    stand.asked.clear()
    QTest.mouseClick(bar.loop, Qt.MouseButton.LeftButton)
    assert stand.asked == [ReplayLoop(0, 0)], "no loop yet"
    assert bar.loop.text() == "A …"
    stand.stands(BEGIN + HOUR)
    QTest.mouseClick(bar.loop, Qt.MouseButton.LeftButton)
    assert stand.asked[-1] == ReplayLoop(BEGIN + HOUR, BEGIN + 2 * HOUR), "whichever came first"
    assert bar.timeline.view is not None
    assert bar.timeline.view.loop == (0.125, 0.25)
    assert bar.loop.isChecked()
    QTest.mouseClick(bar.loop, Qt.MouseButton.LeftButton)
    assert stand.asked[-1] == ReplayLoop(0, 0)
    assert not bar.loop.isChecked()
    assert bar.timeline.view.loop is None


def test_two_touches_at_the_same_moment_are_no_loop(stand: Stand) -> None:
    for _ in range(2):
        QTest.mouseClick(stand.bar.loop, Qt.MouseButton.LeftButton)
    assert stand.asked[-1] == ReplayLoop(0, 0)
    assert not stand.bar.loop.isChecked()


def test_the_operators_screen_is_followed_while_it_is_wished(stand: Stand) -> None:
    bar, told = stand.bar, []
    bar.followed.connect(lambda *given: told.append(given))
    bar.show_screen(ScreenShown(BEGIN, "trends", "mill", 1280, 800, "dark", "en"))
    assert told == []
    QTest.mouseClick(bar.operator, Qt.MouseButton.LeftButton)
    assert told == [("trends", "mill")]
    bar.show_screen(ScreenShown(BEGIN, "site", "", 1280, 800, "dark", "en"))
    assert told[-1] == ("site", "")
    QTest.mouseClick(bar.operator, Qt.MouseButton.LeftButton)
    bar.show_screen(ScreenShown(BEGIN, "machine", "mill", 1280, 800, "dark", "en"))
    assert told[-1] == ("site", "")
