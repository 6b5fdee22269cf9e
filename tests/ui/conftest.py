"""Widgets are painted off screen; fonts are the bundled ones."""

from __future__ import annotations

import os

import pytest
from PyQt6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def bundled_fonts(qapp: QApplication) -> None:
    from hmi.ui.fonts import load_fonts  # noqa: PLC0415 - Qt must have its platform first

    load_fonts()
