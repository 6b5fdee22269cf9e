"""The travel scale beside a view: what travels, its ends, and a pointer with the present value."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QPainter, QPen, QPolygonF

from hmi.present import format as formats
from hmi.present.scene import Scene, SceneView
from hmi.present.scene_layout import Placed
from hmi.present.scene_scale import TravelScale
from hmi.present.session import Session
from hmi.present.texts import Texts
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics
from hmi.ui.twin_styles import Styles

_HEAD: Final = 15
"""Design px from the upper end to the middle of what is written over it."""


class TravelSprite:
    """A travel scale at one moment.

    It is headed by the name of its tag: an axis has a position in the machine's coordinates and one in the
    workpiece's, and the figure under the twin with the same letter may be the other.
    """

    def __init__(
        self,
        scene: Scene,
        view: SceneView,
        scale: TravelScale,
        placed: Placed,
        session: Session,
        texts: Texts,
        m: Metrics,
    ) -> None:
        held, tag = scene.held, session.tag(scale.tag)
        self._m = m
        self._live = not held.not_live((scale.tag,))
        self._known = held.known(scale.tag)
        low, high = scale.span(scene.pose, view.projection, scene.axes)
        self._x = placed.left + placed.width + m.px(12)
        self._low, self._high = (placed.point(0, up)[1] for up in (low, high))
        self._pointer = placed.point(0, scale.pointer(scene.pose, view.projection))[1]
        point = texts.text("format.point")
        self._value = formats.number(held.number(scale.tag), 1, point) if self._known else ""
        self._ends = [
            (self._low, formats.number(scale.low(scene.axes), 0, point)),
            (self._high, formats.number(scale.high(scene.axes), 0, point)),
        ]
        self._name = formats.label(tag, texts)
        top, bottom = min(self._low, self._high, self._pointer), max(self._low, self._high, self._pointer)
        self._name_y = max(top - m.px(_HEAD), m.px(8.0))
        above = min(self._name_y - m.px(8), top - m.px(12))
        self.rect: QRect = QRectF(
            self._x - m.px(8), above, m.px(74), bottom + m.px(12) - above
        ).toAlignedRect()
        self._key = (self._live, self._value, round(self._pointer * 4), round(top), round(bottom))

    def key(self) -> tuple[object, ...]:
        """Equal keys look the same."""
        return self._key

    def paint(self, painter: QPainter, styles: Styles, dirty: QRect) -> None:
        """Draw the line of travel, its ends and, where the value was ever known, the pointer."""
        m, theme = self._m, styles.theme
        pen = QPen(painting.color(theme.text_faint), m.scale)
        pen.setDashPattern([6, 5])
        painter.setPen(pen)
        painter.drawLine(QPointF(self._x, self._low), QPointF(self._x, self._high))
        small, figure = m.font(10), m.font(12, fonts.SEMIBOLD)
        at = QPointF(self._x - m.px(6), painting.baseline(small, self._name_y))
        painting.text(painter, at, self._name, small, theme.text_faint, room=m.px(70))
        text_left = self._x + m.px(8)
        for y, said in self._ends:
            if abs(y - self._pointer) > m.px(13) or not self._known:
                at = QPointF(text_left, painting.baseline(small, y))
                painting.text(painter, at, said, small, theme.text_faint, room=m.px(60))
        if not self._known:
            return
        half = m.px(4.5)
        tip = QPointF(self._x - m.px(1), self._pointer)
        painter.setPen(Qt.PenStyle.NoPen if self._live else styles.frozen.pen)
        painter.setBrush(painting.color(theme.running) if self._live else styles.frozen.brush)
        back = tip.x() + m.px(8)
        painter.drawPolygon(QPolygonF([tip, QPointF(back, tip.y() - half), QPointF(back, tip.y() + half)]))
        painting.text(
            painter,
            QPointF(text_left + m.px(4), painting.baseline(figure, self._pointer)),
            self._value,
            figure,
            theme.text if self._live else theme.text_faint,
            room=m.px(60),
        )
