"""One endpoint on the Diagnostics screen."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter

from hmi.model.samples import LinkState
from hmi.present.diagnostics import EndpointRow
from hmi.ui import fonts, painting
from hmi.ui.badge import badge
from hmi.ui.metrics import Metrics
from hmi.ui.open_lock import lock_before
from hmi.ui.painted import Painted
from hmi.ui.wrapping import wrapped


class EndpointCard(Painted[EndpointRow]):
    """State and since when, cause or clock offset, the pace that was granted, traffic and losses."""

    touched = pyqtSignal(str, str)
    _down = False

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Answer the touch at once."""
        self._press(True)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """A finger that is lifted elsewhere, or has dragged the cards, opens nothing."""
        was, inside = self._down, event is not None and self.area().contains(event.position())
        self._press(False)
        if was and inside and self.view is not None and any(self.view.key):
            self.touched.emit(*self.view.key)

    def _press(self, down: bool) -> None:
        if down != self._down:
            self._down = down
            self.update()

    def draw(self, painter: QPainter, view: EndpointRow, m: Metrics) -> None:
        """Up to four lines; what is wrong is marked by a ring and in words."""
        theme = self.theme
        up = view.state == LinkState.UP
        line = "" if up and not view.losing else theme.fault
        ground = theme.pressed if self._down and any(view.key) else theme.surface
        painting.box(painter, self.area(), m.px(6), ground, line, 1.5 * m.scale)
        left, right = m.px(14), self.width() - m.px(14)
        bold, small = m.font(13, fonts.SEMIBOLD), m.font(12)
        lines = [self.height() * each for each in (0.18, 0.4, 0.61, 0.82)]
        at = QPointF(left + m.px(5), lines[0])
        painting.dot(painter, at, m.px(5), theme.running if up else theme.fault, hollow=not up)
        x = left + m.px(18)
        since = painting.text(
            painter,
            QPointF(right, painting.baseline(small, lines[0])),
            view.since,
            small,
            theme.text_soft if up else theme.text,
            room=(right - x) * 0.72,
            align=painting.RIGHT,
        )
        at = QPointF(x, painting.baseline(bold, lines[0]))
        painting.text(painter, at, view.name, bold, theme.text, room=right - x - since - m.px(10))
        # Here, as the name has no room to spare.
        free = lock_before(painter, right, lines[1], view.lock, theme, m)
        if view.mark:
            free = badge(painter, free, lines[1], view.mark, theme, m, free - left) - m.px(8)
        cause = "" if up else (view.brief or view.cause).strip()
        # Beside a badge there is less room for the beginning than for the rest.
        begin = wrapped(small, cause, free - left)[0] if cause else view.offset
        ink = theme.text if cause else theme.text_soft
        for said, middle, end in ((begin, lines[1], free), (cause[len(begin) :].strip(), lines[2], right)):
            at = QPointF(left, painting.baseline(small, middle))
            painting.text(painter, at, said, small, ink, room=end - left)
        self._counts(painter, view, lines[2:] if view.pace else [lines[3 if cause else 2]], m)

    def _counts(self, painter: QPainter, view: EndpointRow, middles: list[float], m: Metrics) -> None:
        """The pace with how often the link came up; then what came and what was lost, in the longest words
        that fit. Without a pace there is one line for it all, and the counts come first.
        """
        theme, small = self.theme, m.font(12)
        left, right = m.px(14), self.width() - m.px(14)
        wide = painting.width(small, view.connects) + m.px(12) if view.connects else 0.0
        counts = view.counts or (view.traffic,)
        if view.pace:
            room = right - left - wide
            at = QPointF(left, painting.baseline(small, middles[0]))
            said = painting.first_fitting(small, view.pace, room)
            painting.text(painter, at, said, small, theme.text_soft, room=room)
            said = painting.first_fitting(small, counts, right - left)
        else:
            fitting = [each for each in counts if painting.width(small, each) <= right - left - wide]
            said = fitting[0] if fitting else painting.first_fitting(small, counts, right - left)
        at = QPointF(left, painting.baseline(small, middles[-1]))
        colour = theme.text if view.losing else theme.text_soft
        used = painting.text(painter, at, said, small, colour, room=right - left)
        if view.pace or used + wide <= right - left:
            at = QPointF(right, painting.baseline(small, middles[0]))
            room = float(right - left)
            painting.text(painter, at, view.connects, small, theme.text_soft, room=room, align=painting.RIGHT)
