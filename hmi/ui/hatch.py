"""The hatch that lies over everything that is not live."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QBrush, QImage, QPainter, QPen

from hmi.present.theme import Theme
from hmi.ui.painting import color

_PERIOD: Final = 11.3
_LINE: Final = 2.6


def hatch(theme: Theme, scale: float) -> QBrush:
    """The hatch of a theme at a scale of the design."""
    return QBrush(_tile(theme.hatch_back, theme.hatch_line, max(6, round(_PERIOD * scale)), scale))


def fill_hatched(painter: QPainter, area: QRectF, radius: float, theme: Theme, scale: float) -> None:
    """A rounded rectangle full of hatch with a line around it."""
    painter.setPen(QPen(color(theme.hatch_line), max(1.0, scale)))
    painter.setBrush(hatch(theme, scale))
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


@lru_cache(maxsize=16)
def _tile(back: str, line: str, period: int, scale: float) -> QImage:
    """One period of the pattern; it meets itself at all four sides."""
    image = QImage(period, period, QImage.Format.Format_RGB32)
    image.fill(color(back))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color(line), _LINE * scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
    for x in (-period, 0, period):
        painter.drawLine(QPointF(x, period), QPointF(x + period, 0))
    painter.end()
    return image
