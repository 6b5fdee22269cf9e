"""How large things are follows the screen that the window stands on."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hmi.present.theme import DARK
from hmi.ui import window as module
from hmi.ui.metrics import Metrics
from hmi.ui.window import PanelWindow
from tests.ui.builders import NoHistory
from tests.ui.stand_in_parts import StandInParts


@pytest.mark.parametrize("how", ["moved", "resized", "shown again"])
def test_on_another_screen_a_finger_is_as_large_as_before(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    window = PanelWindow(DARK, NoHistory(), StandInParts())
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    child = QWidget(window)

    def dense(_: QWidget) -> float:
        return 254.0

    monkeypatch.setattr(module, "dots_per_inch", dense)
    assert Metrics.of(child).per_mm != 10.0, "nothing said that the screen is another"
    if how == "moved":
        window.move(window.x() + 30, window.y() + 20)
    elif how == "resized":
        window.resize(window.width() + 40, window.height())
    else:
        window.hide()
        window.show()
    QApplication.processEvents()
    assert Metrics.of(child).per_mm == 10.0
