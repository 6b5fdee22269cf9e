"""The header bar: machine, state, job, time left, latency, clock."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QPointF, QRect, QRectF
from PyQt6.QtGui import QPainter, QRegion, QResizeEvent
from PyQt6.QtWidgets import QWidget

from hmi.present.header import SEPARATOR, HeaderView
from hmi.present.machine_state import StateView
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.latency_pill import LatencyPill
from hmi.ui.metrics import Metrics
from hmi.ui.name_marks import marks_after, marks_first, marks_room
from hmi.ui.painted import Painted

HEIGHT = 60


class HeaderBar(Painted[HeaderView]):
    """Two lines of text per group; the job takes the room that the others leave, and is elided."""

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.latency = LatencyPill(theme, texts, self)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Place the latency pill before the clock."""
        m = Metrics.of(self)
        wide, high = m.px(360), m.px(46)
        right = self.width() - self._clock_room(m)
        self.latency.setGeometry(right - wide, (self.height() - high) // 2, wide, high)
        super().resizeEvent(event)

    def ground(self) -> str:
        """One step above the background."""
        return self.theme.surface

    def dirty(self, before: HeaderView, after: HeaderView) -> QRegion | None:
        """The clock alone, as once a second."""
        if replace(before, clock=after.clock, date=after.date) != after:
            return None
        wide = self._clock_room(Metrics.of(self))
        return QRegion(QRect(self.width() - wide, 0, wide, self.height()))

    def draw(self, painter: QPainter, view: HeaderView, m: Metrics) -> None:
        """Left to right; what is on the right is placed first."""
        right = float(self.latency.x() - m.px(20))
        if view.left is not None:
            room = max(
                painting.width(m.font(18, fonts.SEMIBOLD), "00:00:00"),
                painting.width(m.font(12), view.left.text),
            )
            room = min(room, m.px(150))
            self._pair(painter, right - room, view.left.figure, view.left.text, room, m, 18)
            right -= room + m.px(20)
        x = float(m.px(20))
        x += self._title(painter, x, view, (right - x) * 0.42, m) + m.px(20)
        if view.state is not None:
            x += self._state(painter, x, view.state, (right - x) * 0.5, m) + m.px(20)
        if view.job is not None and right > x:
            colour = self.theme.text if view.job.live else self.theme.text_faint
            detail = painting.joined(m.font(12), view.job.details, SEPARATOR, right - x)
            self._pair(painter, x, view.job.title, detail, right - x, m, 14, colour, fonts.MEDIUM)
        self._clock(painter, view, m)

    def _title(self, painter: QPainter, x: float, view: HeaderView, room: float, m: Metrics) -> float:
        """Name, with mark and lock beside it, over the path; where they do not fit beside it, the name has
        their room too and they stand before the path.
        """
        theme, big, small = self.theme, m.font(18, fonts.SEMIBOLD), m.font(12)
        room = min(room, m.px(280))
        beside = painting.width(big, view.title) + marks_room(view.mark, view.lock, m) <= room
        above = self.height() * (0.32 if view.path or not beside else 0.5)
        below = self.height() * 0.68
        at = QPointF(x, painting.baseline(big, above))
        end, left = x + painting.text(painter, at, view.title, big, theme.text, room=room), x
        if beside:
            end = marks_after(painter, end, above, view.mark, view.lock, theme, m)
        else:
            left = marks_first(painter, x, below, view.mark, view.lock, theme, m)
        at = QPointF(left, painting.baseline(small, below))
        left += painting.text(painter, at, view.path, small, theme.text_soft, room=x + room - left)
        return max(end, left) - x

    def _pair(
        self,
        painter: QPainter,
        x: float,
        above: str,
        below: str,
        room: float,
        m: Metrics,
        size: float,
        colour: str = "",
        weight: int = fonts.SEMIBOLD,
    ) -> float:
        big, small = m.font(size, weight), m.font(12)
        middle = self.height() * 0.32 if below else self.height() / 2
        first = QPointF(x, painting.baseline(big, middle))
        second = QPointF(x, painting.baseline(small, self.height() * 0.68))
        one = painting.text(painter, first, above, big, colour or self.theme.text, room=room)
        two = painting.text(painter, second, below, small, self.theme.text_soft, room=room)
        return max(one, two)

    def _state(self, painter: QPainter, x: float, state: StateView, room: float, m: Metrics) -> float:
        font = m.font(15, fonts.MEDIUM)
        high = m.px(36)
        wide = min(painting.width(font, state.label) + m.px(50), room)
        area = QRectF(x, (self.height() - high) / 2, wide, high)
        known = state.tone != "unknown"
        line = self.theme.fault if state.tone == "fault" else ("" if known else self.theme.line)
        painting.box(painter, area, high / 2, self.theme.raised, line, 1.5 * m.scale)
        middle = area.center().y()
        colour = painting.tone_colour(self.theme, state.tone)
        painting.dot(painter, QPointF(x + m.px(18), middle), m.px(6), colour, hollow=not known)
        painting.text(
            painter,
            QPointF(x + m.px(32), painting.baseline(font, middle)),
            state.label,
            font,
            self.theme.text if known else self.theme.text_soft,
            room=wide - m.px(44),
        )
        return wide

    def _clock(self, painter: QPainter, view: HeaderView, m: Metrics) -> None:
        x = self.width() - m.px(20)
        room = self._clock_room(m) - m.px(36)
        big, small = m.font(18, fonts.SEMIBOLD), m.font(12)
        for content, font, share, colour in (
            (view.clock, big, 0.32, self.theme.text),
            (view.date, small, 0.68, self.theme.text_soft),
        ):
            at = QPointF(x, painting.baseline(font, self.height() * share))
            painting.text(painter, at, content, font, colour, room=room, align=painting.RIGHT)

    def _clock_room(self, m: Metrics) -> int:
        return m.px(124)
