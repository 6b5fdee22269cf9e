"""What is to be seen on a panel and what is touched there is told, for the recording."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from hmi.config.tags import TagDescription
from hmi.link.messages import LatencyShown, ScreenShown, Seen, Touched
from hmi.present.theme import DARK
from hmi.testing.hand_fed import MACHINE, HandFed
from hmi.ui.history import PendingHistory
from hmi.ui.parts import OwnParts
from hmi.ui.seen import SeenOnPanel
from hmi.ui.window import PanelWindow


class Stand:
    def __init__(self, qtbot: QtBot) -> None:
        self.fed = HandFed({"load": TagDescription(pace="live")})
        self.fed.put(load=1.0)
        self.window = PanelWindow(DARK, PendingHistory(), OwnParts(), language="en")
        qtbot.addWidget(self.window)
        self.said: list[Seen] = []
        self.seen = SeenOnPanel(self.window, self.fed.clock, self.said.append)
        self.window.resize(1280, 800)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.begin(self.fed.session)

    def told(self, kind: type) -> list[Seen]:
        return [each for each in self.said if isinstance(each, kind)]


@pytest.fixture
def stand(qtbot: QtBot) -> Stand:
    return Stand(qtbot)


def test_the_screen_in_view_is_told_when_it_changes(stand: Stand) -> None:
    stand.fed.clock.advance(5)
    stand.window.show_screen("machine", MACHINE)
    stand.window.show_screen("diagnostics")
    utc = stand.fed.clock.now().utc
    shown = [(each.screen, each.machine) for each in stand.told(ScreenShown)]
    assert shown == [("site", ""), ("machine", MACHINE), ("diagnostics", "")]
    assert stand.said[-1] == ScreenShown(utc, "diagnostics", "", 1280, 800, "dark", "en")


def test_a_touch_is_told_where_it_was_and_reaches_what_it_was_meant_for(stand: Stand, qtbot: QtBot) -> None:
    stand.seen.start()
    handle = stand.window.windowHandle()
    assert handle is not None
    button = stand.window.nav.mapTo(stand.window, QPoint(4, stand.window.nav.height() // 2))
    qtbot.mouseClick(handle, Qt.MouseButton.LeftButton, pos=QPoint(320, 200))
    qtbot.mouseClick(handle, Qt.MouseButton.LeftButton, pos=button)
    stand.seen.stop()
    qtbot.mouseClick(handle, Qt.MouseButton.LeftButton, pos=QPoint(320, 200))
    touches = stand.told(Touched)
    assert [(each.x, each.y) for each in touches] == [(0.25, 0.25), (4 / 1280, button.y() / 800)]
    assert touches[0].screen == "site"


def test_the_latency_that_is_shown_is_told_of_the_machine_in_view(stand: Stand, qtbot: QtBot) -> None:
    stand.seen.start()
    stand.seen._latency()
    assert stand.told(LatencyShown) == [], "the site is no machine"
    stand.window.show_screen("machine", MACHINE)
    stand.seen._latency()
    stand.seen.stop()
    utc = stand.fed.clock.now().utc
    assert stand.told(LatencyShown) == [LatencyShown(utc, MACHINE, None, None, None, 0)]
    assert not stand.seen._timer.isActive()
