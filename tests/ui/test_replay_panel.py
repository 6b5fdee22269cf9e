"""A panel on a recording: the real window, the real process that plays a real file."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hmi.app import spawn
from hmi.link.client import LinkClient
from hmi.model.clock import SECOND, Instant, SystemClock
from hmi.model.samples import LinkState
from hmi.present import format as formats
from hmi.present.latency import LatencyBook
from hmi.present.theme import DARK
from hmi.recorder import kinds
from hmi.ui.history import PendingHistory
from hmi.ui.metrics import Metrics
from hmi.ui.panel import PanelConnection
from hmi.ui.parts import OwnParts
from hmi.ui.replay_furniture import ReplayFurniture
from hmi.ui.window import PanelWindow
from tests.recorder.shop import NOON
from tests.replay.test_player import Machine

pytestmark = pytest.mark.gui
WAIT = 20_000
LENGTH = 200 * 90 * SECOND // 1000


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    machine = Machine(tmp_path_factory.mktemp("recorded") / "m")
    machine.begin()
    machine.lose_link()
    machine.work(200)
    path = machine.path
    machine.journal.end(kinds.STOPPED, machine.clock.now())
    return path


class Nobody:
    last_exit = None

    def engine_unresponsive(self, now: Instant) -> None:
        raise AssertionError(now)

    def tick(self, now: Instant) -> None:
        del now


class Stand:
    def __init__(self, qtbot: QtBot, directory: Path) -> None:
        self.qtbot = qtbot
        history = PendingHistory()
        self.window = PanelWindow(DARK, history, OwnParts(), language="en")
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)
        connect = partial(LinkClient.connect, directory)
        self.panel = PanelConnection(connect, self.window, SystemClock(), Nobody(), history)

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT)

    @property
    def furniture(self) -> ReplayFurniture:
        assert self.window.replay is not None
        return self.window.replay

    @property
    def utc(self) -> int:
        session = self.panel.session
        return 0 if session is None or session.moment is None else session.moment.utc

    def value(self, tag: str) -> object:
        session = self.panel.session
        assert session is not None
        return session.value(session.index("m", tag))

    def link(self) -> LinkState | None:
        session = self.panel.session
        news = None if session is None else session.endpoints.get(("m", "main"))
        return None if news is None else news.state

    def touch_bar(self, share: float) -> None:
        timeline = self.furniture.bar.timeline
        area = timeline._bar(Metrics.of(self.window))
        at = QPoint(round(area.left() + share * area.width()), timeline.height() // 2)
        QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=at)

    def touch(self, name: str) -> None:
        QTest.mouseClick(self.furniture.bar.buttons[name], Qt.MouseButton.LeftButton)


@pytest.fixture
def stand(qtbot: QtBot, recording: Path, tmp_path: Path) -> Iterator[Stand]:
    process: subprocess.Popen[bytes] = spawn.replay(tmp_path / "run", recording, None)
    stand = Stand(qtbot, tmp_path / "run")
    stand.panel.start()
    try:
        stand.until(lambda: stand.utc and stand.furniture.bar.timeline.view is not None)
        yield stand
    finally:
        stand.panel.stop()
        process.terminate()
        assert process.wait(20) == 0


def test_what_is_recorded_is_told_apart_from_what_is_live(stand: Stand) -> None:
    window = stand.window
    stand.until(lambda: window.header.latency.view is not None and window.header.latency.view.recorded)
    stand.until(lambda: formats.clock(NOON) in stand.furniture.watermark.text)
    assert stand.furniture.watermark.text.startswith("REPLAY")
    assert stand.furniture.watermark.isVisible()
    assert window.texts.text("notice.all_live") == "All links were up, every value live"
    for screen in ("machine", "trends", "diagnostics", "site"):
        window.show_screen(screen)
        stand.until(lambda: window.header.view is not None)
        top = window.childAt(window.width() // 2, window.height() // 2)
        assert top is not None
        current = window._current()
        assert current is not None
        siblings = [each for each in window.children() if each in (current, stand.furniture.watermark)]
        assert siblings[-1] is stand.furniture.watermark, "nothing lies over it"
        assert current.geometry().bottom() < stand.furniture.bar.y()


def test_a_touch_on_the_bar_shows_the_machine_as_it_was(stand: Stand) -> None:
    for share in (0.8, 0.3):
        stand.touch_bar(share)
        wanted = NOON + share * LENGTH
        stand.until(lambda wanted=wanted: abs(stand.utc - wanted) < SECOND // 2)
        count = stand.value("count")
        assert isinstance(count, int)
        assert 0 <= (stand.utc - NOON) // 1_000_000 + 1000 - count < 30
        clock = formats.clock(stand.utc)
        stand.until(lambda clock=clock: stand.window.header.view and stand.window.header.view.clock == clock)


def test_it_plays_and_stands_still(stand: Stand) -> None:
    stand.touch("faster")
    stand.touch("play")
    stand.until(lambda: stand.utc > NOON + 2 * SECOND)
    stand.until(lambda: stand.furniture.bar.buttons["play"].glyph == "pause")
    stand.touch("play")
    stand.until(lambda: stand.furniture.bar.buttons["play"].glyph == "play")
    at = stand.utc
    stand.qtbot.wait(300)
    assert stand.utc == at


def test_a_jump_to_an_event_shows_what_came_with_it_and_the_next_goes_on(stand: Stand) -> None:
    stand.touch_bar(0.5)
    stand.until(lambda: stand.utc > NOON + LENGTH // 3)
    stand.touch("previous")
    stand.until(lambda: stand.utc < NOON + SECOND)
    stand.until(lambda: stand.link() is LinkState.DOWN)
    at = stand.utc
    stand.touch("previous")
    stand.qtbot.wait(300)
    assert stand.utc == at, "there is none before it"


def test_after_a_jump_the_events_before_it_are_told_and_those_after_it_are_not(stand: Stand) -> None:
    def events() -> list[str]:
        session = stand.panel.session
        return [] if session is None else [each.text_id for each in session.notices]

    stand.touch_bar(0.9)
    stand.until(lambda: stand.utc > NOON + LENGTH // 2 and "event.link_lost" in events())
    assert events() == ["event.link_first", "event.link_lost"]
    stand.touch_bar(0.0)
    stand.until(lambda: stand.utc == NOON)
    assert events() == []


def test_no_latency_is_measured_of_what_is_recorded(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[object] = []
    monkeypatch.setattr(LatencyBook, "painted", lambda *given: measured.append(given))
    stand.touch("play")
    stand.until(lambda: stand.utc > NOON + SECOND)
    assert stand.panel.frames.frames > 5
    assert measured == []


def test_nothing_is_told_of_touches_in_a_replay(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(LinkClient, "tell", lambda _self, seen: told.append(seen))
    stand.window.show_screen("trends")
    stand.touch("step")
    stand.qtbot.wait(1200)
    assert told == []
