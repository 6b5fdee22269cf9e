"""What a panel consists of is kept from the collector, and let go of when another session begins."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from hmi.present.session import Session
from hmi.present.theme import DARK
from hmi.ui.parts import OwnParts
from hmi.ui.screens.machine import MachineScreen
from hmi.ui.settled import Settling
from hmi.ui.window import PanelWindow
from tests.ui.builders import SIDE, NoHistory, welcome
from tests.ui.demo_shop import demo_shop


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_screens_are_kept_once_all_are_made_and_those_of_the_session_before_are_let_go(qtbot: QtBot) -> None:
    gc.unfreeze()
    shop = demo_shop()
    window = PanelWindow(DARK, NoHistory(), OwnParts(), language="en")
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    settling = Settling(window)
    settling.look()
    assert gc.get_freeze_count() == 0, "there is nothing to keep before a session"

    window.begin(shop.session)
    looks = 0
    while not gc.get_freeze_count():
        settling.look()
        looks += 1
        assert looks < 10
    assert looks > 1
    screens = [weakref.ref(each) for each in window.findChildren(MachineScreen)]
    assert len(screens) == 3
    frozen = gc.get_freeze_count()
    settling.look()
    assert gc.get_freeze_count() == frozen, "once for each session"

    window.begin(Session.begin(welcome(shop.epoch), SIDE, shop.session))
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    for _ in range(looks):
        settling.look()
    assert [each() for each in screens] == [None] * 3
    assert gc.get_freeze_count() < 1.2 * frozen
