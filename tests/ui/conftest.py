"""Widgets are painted off screen; fonts are the bundled ones."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

if TYPE_CHECKING:
    from tests.ui.trends_stand import Shown

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def bundled_fonts(qapp: QApplication) -> None:
    from hmi.ui.fonts import load_fonts  # noqa: PLC0415 - Qt must have its platform first

    load_fonts()


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    """The Trends screen after three seconds."""
    from tests.ui.trends_stand import Shown  # noqa: PLC0415 - Qt must have its platform first

    made = Shown(qtbot)
    made.run(3)
    return made
