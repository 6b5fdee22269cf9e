"""Several tags over one stretch of time, each in its own band with its scale, normal range and limits.

Drawn by our own columns and not by pyqtgraph: see docs/decisions for the measurement.
"""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PyQt6.QtWidgets import QWidget

from hmi.present import format as formats
from hmi.present import quality
from hmi.present.scene_layout import round_ticks
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.present.trend_feed import TrendFeed
from hmi.present.trend_window import TrendWindow
from hmi.ui import fonts, painting
from hmi.ui.badge import badge, badge_width
from hmi.ui.metrics import Metrics
from hmi.ui.trend_canvas import Lane, TrendCanvas
from hmi.ui.trend_gestures import TrendGestures

_AXIS: Final = 72
_BELOW: Final = 30
_ABOVE: Final = 10


class TrendPlot(QWidget):
    """The plot; it moves through time under fingers, mouse and wheel.

    ``window_changed`` is sent whenever the person, not time, moved the window.
    """

    window_changed = pyqtSignal()

    def __init__(
        self, session: Session, theme: Theme, texts: Texts, feed: TrendFeed, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self._session = session
        self._theme = theme
        self._texts = texts
        self._feed = feed
        self._canvas = TrendCanvas(feed, theme, detailed=True)
        self._now = session.welcome.started
        self._area = QRect()
        self._doubts: dict[int, str] = {}
        self.window_shown = TrendWindow()
        self.cursor_time: int | None = None
        """The moment (UTC ns) whose values are read out."""
        self._gestures = TrendGestures(self)
        self._gestures.panned.connect(self._pan)
        self._gestures.stretched.connect(self._stretch)
        self._gestures.held.connect(self._read)
        self._gestures.tapped.connect(self._stop_reading)

    def set_texts(self, texts: Texts) -> None:
        """The texts of the machine whose tags are shown."""
        self._texts = texts

    def set_window(self, window: TrendWindow) -> None:
        """Show another stretch of time."""
        self.window_shown = window
        self._show()

    def refresh(self, frame: Frame) -> None:
        """Follow time; the feed has the frame's samples already."""
        self._now = frame.now.utc
        self._doubts = {
            index: quality.of(self._session, frame, index, self._texts).badge for index in self._feed.indexes
        }
        self._show()

    def lay_out(self) -> None:
        """Make bands for the tags that are followed now."""
        m = Metrics.of(self)
        self._area = QRect(
            m.px(_AXIS),
            m.px(_ABOVE),
            max(self.width() - m.px(_AXIS + 12), 10),
            max(self.height() - m.px(_ABOVE + _BELOW), 10),
        )
        tags = [(index, self._session.tag(index)) for index in self._feed.indexes]
        self._canvas.lay_out(tags, self._area.width(), self._area.height(), self.devicePixelRatioF(), m)
        self._show()

    def time_at(self, x: float) -> int:
        """The moment (UTC ns) at a pixel of the widget."""
        return self._canvas.time(x - self._area.left())

    def readings(self) -> list[tuple[int, float]]:
        """(tag index, value) of every band at the cursor; NaN where nothing was known."""
        if self.cursor_time is None:
            return []
        return [
            (lane.index, self._feed.series(lane.index).at(self.cursor_time)) for lane in self._canvas.lanes
        ]

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Lay the bands out anew."""
        super().resizeEvent(event)
        self.lay_out()

    def event(self, event: QEvent | None) -> bool:
        """Touch goes to the gestures, so that no mouse is made of it."""
        if event is not None and event.type() in (
            QEvent.Type.TouchBegin,
            QEvent.Type.TouchUpdate,
            QEvent.Type.TouchEnd,
            QEvent.Type.TouchCancel,
        ):
            return self._gestures.take(event)
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """As one finger."""
        if event is not None:
            self._gestures.take(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """As one finger."""
        if event is not None:
            self._gestures.take(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """As one finger."""
        if event is not None:
            self._gestures.take(event)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Stretch, or pan where the wheel goes sideways."""
        if event is not None:
            self._gestures.take(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Ground, picture, scales, cursor."""
        painter = QPainter(self)
        painting.begin(painter)
        m, theme = Metrics.of(self), self._theme
        painter.fillRect(self.rect(), painting.color(theme.surface))
        if not self._canvas.lanes:
            said, at = self._texts.text("trends.none_chosen"), QPointF(self.rect().center())
            painting.text(
                painter, at, said, m.font(15), theme.text_soft, room=self.width(), align=painting.CENTRE
            )
            painter.end()
            return
        painter.drawPixmap(self._area.topLeft(), self._canvas.picture)
        for lane in self._canvas.lanes:
            self._paint_lane(painter, lane, m)
        self._paint_times(painter, m)
        self._paint_beginning(painter, m)
        if self.cursor_time is not None:
            self._paint_cursor(painter, self.cursor_time, m)
        painter.end()

    def _show(self) -> None:
        begin, end = self.window_shown.at(self._now)
        if self._canvas.lanes and not self._area.isEmpty():
            resolution = self.window_shown.span // self._area.width()
            # Half windows ahead of the finger, so that a pan asks now and then and not at every step.
            ahead = self.window_shown.span // 2
            self._feed.want((begin // ahead - 1) * ahead, end, resolution, self._now)
            self._canvas.update(begin, end)
        self.update()

    def _pan(self, by: float) -> None:
        self.window_shown = self.window_shown.moved(-round(by * self._canvas.duration), self._now)
        self._changed()

    def _stretch(self, factor: float, around: float) -> None:
        self.window_shown = self.window_shown.zoomed(factor, self.time_at(around), self._now)
        self._changed()

    def _changed(self) -> None:
        self._show()
        self.window_changed.emit()

    def _read(self, x: float) -> None:
        self.cursor_time = self.time_at(min(max(x, self._area.left()), self._area.right()))
        self.update()

    def _stop_reading(self) -> None:
        self.cursor_time = None
        self.update()

    def _paint_lane(self, painter: QPainter, lane: Lane, m: Metrics) -> None:
        theme, point = self._theme, self._texts.text("format.point")
        top, small = self._area.top(), m.font(11)
        decimals = max(lane.tag.decimals - 1, 0) if lane.span.high - lane.span.low > 5 else lane.tag.decimals
        for value in round_ticks(lane.span.low, lane.span.high, lane.height, m.px(34)):
            y = top + float(lane.y(value))
            if not lane.top + m.px(5) <= y - top <= lane.top + lane.height - m.px(5):
                continue  # it would touch the next band's
            at = QPointF(self._area.left() - m.px(8), painting.baseline(small, y))
            said = formats.number(value, decimals, point)
            painting.text(painter, at, said, small, theme.text_soft, room=m.px(_AXIS), align=painting.RIGHT)
        name = " ".join(filter(None, (formats.label(lane.tag, self._texts), lane.tag.unit)))
        font = m.font(13, fonts.MEDIUM)
        middle = top + lane.top + m.px(13)
        left, room = self._area.left() + m.px(8), self._area.width() / 2
        wide = min(painting.width(font, name), room)
        plate = QRectF(left - m.px(4), middle - m.px(10), wide + m.px(8), m.px(20))
        ground = QColor(theme.background)
        ground.setAlpha(190)
        painter.fillRect(plate, ground)
        at = QPointF(left, painting.baseline(font, middle))
        painting.text(painter, at, name, font, lane.colour, room=room)
        doubt = self._doubts.get(lane.index, "")
        if doubt and self.window_shown.live:
            right = self._area.right() - m.px(4)
            badge(painter, right, middle, doubt, theme, m, badge_width(doubt, m))

    def _paint_times(self, painter: QPainter, m: Metrics) -> None:
        font = m.font(11)
        for time, said in self._canvas.ticks():
            at = QPointF(self._area.left() + self._canvas.x(time), self._area.bottom() + m.px(18))
            painting.text(
                painter, at, said, font, self._theme.text_soft, room=m.px(90), align=painting.CENTRE
            )

    def _paint_beginning(self, painter: QPainter, m: Metrics) -> None:
        """Where the engine's memory begins: what lies before it is not level, it is unknown."""
        begins = [self._feed.begins(index) for index in self._feed.indexes]
        known_from = min((time for time in begins if time is not None), default=self._now)
        if known_from <= self.window_shown.at(self._now)[0]:
            return
        x = self._area.left() + min(max(self._canvas.x(known_from), 0.0), float(self._area.width()))
        painter.setPen(QPen(painting.color(self._theme.text_faint), 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, self._area.top()), QPointF(x, self._area.bottom()))
        said = self._texts.text("trends.history_from", time=formats.clock(known_from))
        room = x - self._area.left() - m.px(12)
        if painting.width(m.font(12), said) < room:
            at = QPointF(x - m.px(8), self._area.center().y())
            painting.text(
                painter, at, said, m.font(12), self._theme.text_soft, room=room, align=painting.RIGHT
            )

    def _paint_cursor(self, painter: QPainter, time: int, m: Metrics) -> None:
        theme, point = self._theme, self._texts.text("format.point")
        x = self._area.left() + self._canvas.x(time)
        if not self._area.left() <= x <= self._area.right():
            return
        painter.setPen(QPen(painting.color(theme.text), m.scale))
        painter.drawLine(QPointF(x, self._area.top()), QPointF(x, self._area.bottom()))
        when = formats.clock(time)
        half = badge_width(when, m) / 2
        middle_x = min(max(x, self._area.left() + half), self._area.right() - half)
        badge(painter, middle_x + half, self._area.bottom() + m.px(14), when, theme, m, 2 * half)
        on_left = x > self._area.center().x()
        for lane, (_, value) in zip(self._canvas.lanes, self.readings(), strict=True):
            said = formats.number(value, lane.tag.decimals, point)
            said = " ".join(filter(None, (said, lane.tag.unit)))
            wide = badge_width(said, m)
            right = x - m.px(8) if on_left else x + m.px(8) + wide
            inside = value == value and lane.span.low <= value <= lane.span.high
            middle = lane.y(value).item() if inside else lane.top + lane.height / 2
            middle = min(max(middle, lane.top + m.px(12)), lane.top + lane.height - m.px(12))
            badge(painter, right, self._area.top() + middle, said, theme, m, wide)
            if inside:
                at = QPointF(x, self._area.top() + lane.y(value).item())
                painting.dot(painter, at, m.px(4), lane.colour)
