"""Looking at what was really painted."""

from __future__ import annotations

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QWidget


def grab(widget: QWidget) -> QImage:
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def share_of(image: QImage, colour: str, area: QRect | None = None, tolerance: int = 12) -> float:
    """The share of pixels of about a colour."""
    wanted = QColor(colour)
    inside = image.rect() if area is None else area
    hits = 0
    for y in range(inside.top(), inside.bottom() + 1):
        for x in range(inside.left(), inside.right() + 1):
            found = image.pixelColor(x, y)
            hits += (
                abs(found.red() - wanted.red()) <= tolerance
                and abs(found.green() - wanted.green()) <= tolerance
                and abs(found.blue() - wanted.blue()) <= tolerance
            )
    return hits / max(1, inside.width() * inside.height())


def columns_of(image: QImage, colour: str, row: int, tolerance: int = 12) -> list[int]:
    """The x of the pixels of about a colour in one row."""
    return [x for x in range(image.width()) if share_of(image, colour, QRect(x, row, 1, 1), tolerance)]
