"""Widgets are painted off screen; fonts are the bundled ones."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def bundled_fonts(qapp: QApplication) -> Iterator[None]:
    from hmi.ui.fonts import load_fonts  # noqa: PLC0415 - Qt must have its platform first

    load_fonts()
    yield
    QFontDatabase.removeAllApplicationFonts()
