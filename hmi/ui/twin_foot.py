"""The line under a twin: what its calibration holds, or why its positions are uncertain."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter

from hmi.present.calibration_text import CalibrationText
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics

HEIGHT: Final = 26
"""In px of the design; the views stand above it."""


def paint_foot(painter: QPainter, area: QRectF, said: CalibrationText, theme: Theme, m: Metrics) -> None:
    """Write the line into ``area``; a doubt in the colour and weight of something abnormal."""
    font = m.font(13, fonts.SEMIBOLD) if said.doubtful else m.font(12)
    colour = theme.fault if said.doubtful else theme.text_soft
    at = QPointF(area.left() + m.px(16), painting.baseline(font, area.center().y() - m.px(2)))
    painting.text(painter, at, said.text, font, colour, room=area.width() - m.px(32))
