"""A number as black and white cells, so that another program can read from the screen what was painted.

40 cells in a row: 32 bits, most significant first, then an 8-bit check. Used by ``twinpane bench glass``
alone, to measure up to the real pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

CELL: Final = 4
_BITS: Final = 32
CELLS: Final = _BITS + 8
UNITS_PER_SECOND: Final = 10_000
MODULUS: Final = 2**_BITS


def stamp_of(seconds: float) -> int:
    """A time in seconds as the number that is shown: tenths of a millisecond, modulo 2**32."""
    return int(seconds * UNITS_PER_SECOND) % MODULUS


def seconds_between(earlier: int, later: int) -> float:
    """The time between two stamps less than two days apart; below zero where ``later`` comes first."""
    units = (later - earlier) % MODULUS
    return (units - MODULUS if units > MODULUS // 2 else units) / UNITS_PER_SECOND


def _check(number: int) -> int:
    # Turned round, so that a plain dark or light ground is no number.
    return ((number * 0x9E3779B1) >> 24) & 0xFF ^ 0xA5


def cells_of(number: int) -> list[bool]:
    """The cells of a number, white where true."""
    word = number << 8 | _check(number)
    return [bool(word >> (CELLS - 1 - i) & 1) for i in range(CELLS)]


def cells_in(image: QImage) -> list[bool]:
    """The cells in a picture of the strip, true where white."""
    places = range(CELL // 2, CELLS * CELL, CELL)
    return [image.pixelColor(x, CELL // 2).lightness() > 127 for x in places]


def read(cells: Sequence[bool]) -> int | None:
    """The number that the 40 cells are; None where they do not check (torn or covered)."""
    word = 0
    for white in cells:
        word = word << 1 | white
    number, check = word >> 8, word & 0xFF
    return number if check == _check(number) else None


class StampStrip(QWidget):
    """Shows one number, at the lower left corner that its parent has when it is made.

    A window's surface goes to the screen from above: what is there before the number is all that was
    painted with it.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setGeometry(0, parent.height() - CELL, CELLS * CELL, CELL)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._number = 0

    def show_number(self, number: int) -> None:
        """Paint another number at the next frame."""
        self._number = number
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paint the cells."""
        painter = QPainter(self)
        for i, white in enumerate(cells_of(self._number)):
            painter.fillRect(
                QRect(i * CELL, 0, CELL, CELL), Qt.GlobalColor.white if white else Qt.GlobalColor.black
            )
        painter.end()
