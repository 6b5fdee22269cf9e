"""Trends over an engine's death, by real sockets and shared memory: the panel's own copy is all there is."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hmi.link.client import LinkClient
from hmi.model.clock import SystemClock
from hmi.present.theme import DARK
from hmi.present.trend_series import TrendSeries
from hmi.ui.history import PendingHistory
from hmi.ui.panel import PanelConnection
from hmi.ui.parts import OwnParts
from hmi.ui.screens.trends import TrendsScreen
from hmi.ui.window import PanelWindow
from tests.ui.builders import epoch, machine, tag
from tests.ui.stand_in_engine import StandInEngine
from tests.ui.test_panel import Told

WAIT = 20_000
EPOCH = epoch([machine("mill")], [tag("mill", "load", pace="live", max_age=60.0)])


class Stand:
    def __init__(self, qtbot: QtBot, directory: Path) -> None:
        self.qtbot, self.directory = qtbot, directory
        self.engines: list[StandInEngine] = []
        history = PendingHistory()
        self.window = PanelWindow(DARK, history, OwnParts(), language="en")
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.panel = PanelConnection(
            lambda: LinkClient.connect(directory), self.window, SystemClock(), Told(), history
        )

    def engine(self) -> StandInEngine:
        self.engines.append(StandInEngine(self.directory, EPOCH).start())
        return self.engines[-1]

    def until_shown(self, value: float) -> None:
        session = lambda: self.panel.session  # noqa: E731 - another one after each start
        self.qtbot.waitUntil(
            lambda: session() is not None and session().value(0) == value,  # type: ignore[union-attr]
            timeout=WAIT,
        )
        self.panel._draw()

    def series(self) -> TrendSeries:
        return self.window._parts._memory.record(EPOCH.tags[0]).series  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def stand(qtbot: QtBot, tmp_path: Path) -> Iterator[Stand]:
    made = Stand(qtbot, tmp_path)
    yield made
    made.panel.stop()
    for engine in made.engines:
        if engine._thread.is_alive():
            engine.stop()


def test_what_was_seen_and_what_was_paused_outlives_the_engine(stand: Stand) -> None:
    first = stand.engine()
    stand.panel.start()
    first.put("mill/load", 40.0)
    stand.until_shown(40.0)
    seen = time.time_ns()
    first.put("mill/load", 41.0)
    stand.until_shown(41.0)
    stand.window.show_screen("trends")
    before = stand.window._screen()
    assert isinstance(before, TrendsScreen)
    stand.qtbot.mouseClick(before.pause, Qt.MouseButton.LeftButton)
    window = before.plot.window_shown
    first.stop()
    stand.qtbot.waitUntil(lambda: not stand.panel.alive, timeout=WAIT)
    lost = time.time_ns()
    second = stand.engine()
    stand.qtbot.waitUntil(lambda: stand.panel.alive, timeout=WAIT)
    second.put("mill/load", 50.0)
    stand.until_shown(50.0)
    after = stand.window._screen()
    assert isinstance(after, TrendsScreen)
    assert after is not before
    assert after.plot.window_shown == window
    assert after.pause.isChecked()
    series = stand.series()
    assert series.at(seen) == 40.0
    assert math.isnan(series.at(lost))
    last = series.last
    assert last is not None
    assert last[1] == 50.0
    assert [begin <= lost <= end for begin, end in series.gaps(seen, time.time_ns())] == [True]
