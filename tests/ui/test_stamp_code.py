"""Stamps that a probe reads off the screen: the time between two of them, and pictures of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hmi.ui.stamp_code import CELL, CELLS, MODULUS, StampStrip, cells_in, read, seconds_between, stamp_of


@given(st.floats(1.7e9, 1.9e9), st.floats(-170_000, 170_000))
def test_the_time_between_two_stamps_is_right_in_both_directions(earlier: float, later: float) -> None:
    between = seconds_between(stamp_of(earlier), stamp_of(earlier + later))
    assert between == pytest.approx(later, abs=1.1e-4)


@pytest.mark.parametrize("number", [0, 1, 0xDEADBEEF, MODULUS - 1])
def test_what_is_painted_is_read(qtbot: QtBot, number: int) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    strip = StampStrip(parent)
    strip.show_number(number)
    picture = QImage(CELLS * CELL, CELL, QImage.Format.Format_RGB32)
    strip.render(picture)
    assert read(cells_in(picture)) == number
    painter = QPainter(picture)
    painter.fillRect(0, 0, 9 * CELL, CELL, Qt.GlobalColor.black)
    painter.end()
    torn = read(cells_in(picture))
    assert torn is None or number >> 23 == 0, "what was spoiled is no number, unless it was black there"
