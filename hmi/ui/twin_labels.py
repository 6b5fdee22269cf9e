"""Texts and values in the twin: names of stations, temperatures in baths."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, QRect, QRectF
from PyQt6.QtGui import QFont, QPainter

from hmi.present import format as formats
from hmi.present.freshness import Freshness
from hmi.present.scene_layout import Placed
from hmi.present.scene_outlines import Mark
from hmi.present.scene_parts import Item
from hmi.present.scene_values import HeldValues
from hmi.present.session import Session
from hmi.present.texts import Texts
from hmi.twin.kinematics import BASE
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics
from hmi.ui.twin_styles import Styles

_SIZES: Final = {
    "small": (12, fonts.REGULAR, 11),
    "normal": (14, fonts.MEDIUM, 12),
    "large": (20, fonts.SEMIBOLD, 11),
}
"""Size of a label → px of the figure or text, weight, px of the unit."""


def wording(mark: Mark, held: HeldValues, session: Session, texts: Texts) -> tuple[str, str]:
    """(what is written, the unit behind it); a value that never came is an en dash without a unit."""
    said = [] if mark.text is None else [texts.text(mark.text)]
    if mark.tag is None:
        return " ".join(said), ""
    tag, value = session.tag(mark.tag), held.value(mark.tag)
    if value is None:
        return " ".join([*said, texts.text("value.none")]), ""
    return " ".join([*said, formats.value(value, tag, texts)]), tag.unit


class LabelSprite:
    """A text centred on its point; its colour says whether the value in it is live."""

    def __init__(self, item: Item, words: tuple[str, str], placed: Placed, m: Metrics) -> None:
        mark = item.outline
        if not isinstance(mark, Mark):
            raise TypeError(f"{mark!r} is no label")
        size, weight, unit_size = _SIZES[mark.size]
        self._font, self._unit_font = m.font(size, weight), m.font(unit_size)
        self._text, self._unit = words
        self._soft = mark.size == "small" or mark.tag is not None
        self._small = mark.size == "small"
        self._item = item
        x, y = placed.point(*mark.at)
        wide = painting.width(self._font, self._text)
        gap = m.px(5) if self._unit else 0
        unit_wide = painting.width(self._unit_font, self._unit) if self._unit else 0.0
        left = x - (wide + gap + unit_wide) / 2
        self._at = QPointF(left, painting.baseline(self._font, y))
        self._unit_at = QPointF(left + wide + gap, self._at.y())
        self._box = QRectF(left, y - size * m.scale * 0.75, wide + gap + unit_wide, size * m.scale * 1.5)
        pad = m.px(5)
        self.rect: QRect = self._box.toAlignedRect().adjusted(-pad, -2, pad, 2)
        self._key = (item.visible, item.live, item.freshness, words, round(x * 4), round(y * 4))

    @property
    def stands(self) -> bool:
        """Whether it is to be seen and moves with no part of the machine that still reports."""
        return self._item.visible and (self._item.frame == BASE or not self._item.live)

    def key(self) -> tuple[object, ...]:
        """Equal keys look the same."""
        return self._key

    def paint(self, painter: QPainter, styles: Styles, dirty: QRect) -> None:
        """Write the label; a value that is not live stands on a hatched plate in a faint colour."""
        theme = styles.theme
        colour = theme.text_soft if self._small else theme.text
        if not self._item.live:
            painter.setPen(styles.frozen.pen)
            painter.setBrush(styles.frozen.brush)
            painter.drawRoundedRect(self._box.adjusted(-4, -1, 4, 1), 3, 3)
            self._plate(painter, styles)
            colour = theme.text_faint
        elif self._item.freshness == Freshness.UNCERTAIN:
            painter.setPen(styles.uncertain(styles.frozen).pen)
            painter.drawLine(self._box.bottomLeft(), self._box.bottomRight())
        self._write(painter, self._at, self._text, self._font, colour)
        if self._unit:
            self._write(painter, self._unit_at, self._unit, self._unit_font, theme.text_soft)

    def _plate(self, painter: QPainter, styles: Styles) -> None:
        inner = self._box.adjusted(0, 3, 0, -3)
        painting.box(painter, inner, 2, styles.theme.hatch_back)

    @staticmethod
    def _write(painter: QPainter, at: QPointF, text: str, font: QFont, colour: str) -> None:
        painter.setFont(font)
        painter.setPen(painting.color(colour))
        painter.drawText(QPointF(round(at.x()), round(at.y())), text)
