"""A row over the list of what happened: something that is wrong now."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter

from hmi.present.notices import NoticeView
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics

_NOW: Final = 34
_WORDS: Final = 184
"""Design px from the row's left to "now" and to the words, as the columns of the list below."""


def paint_standing(
    painter: QPainter, area: QRectF, notice: NoticeView, now: str, theme: Theme, m: Metrics
) -> None:
    """Title and what it means, on the ground of the notice line; ``now`` stands where events have times."""
    body = area.adjusted(0, 0, 0, -m.px(2))
    painting.box(painter, body, m.px(4), theme.warning_surface)
    middle = body.center().y()
    at = QPointF(area.left() + m.px(18), middle)
    painting.dot(painter, at, m.px(5), theme.fault, hollow=True)
    bold, small = m.font(13, fonts.MEDIUM), m.font(12)
    x = area.left() + m.px(_WORDS)
    at = QPointF(area.left() + m.px(_NOW), painting.baseline(bold, middle))
    painting.text(painter, at, now, bold, theme.text_soft, room=m.px(_WORDS - _NOW - 12))
    room, apart = area.right() - x - m.px(12), m.px(9) if notice.detail else 0
    at = QPointF(x, painting.baseline(bold, middle - apart))
    painting.text(painter, at, notice.title, bold, theme.text, room=room)
    at = QPointF(x, painting.baseline(small, middle + apart))
    painting.text(painter, at, notice.detail, small, theme.text_soft, room=room)
