"""Several tags over one stretch of time, each in its own band with its scale, normal range and limits.

Drawn by our own columns and not by pyqtgraph: see docs/decisions for the measurement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PyQt6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PyQt6.QtWidgets import QWidget

from hmi.present import format as formats
from hmi.present import trend_legend
from hmi.present.quality import Look
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.present.trend_axis import scale_ticks
from hmi.present.trend_feed import TrendFeed
from hmi.present.trend_legend import LegendEntry
from hmi.present.trend_window import TrendWindow
from hmi.ui import painting
from hmi.ui.badge import badge, badge_width
from hmi.ui.metrics import Metrics
from hmi.ui.trend_beginning import paint_beginning
from hmi.ui.trend_canvas import Lane, TrendCanvas
from hmi.ui.trend_caption import paint_caption
from hmi.ui.trend_gestures import TrendGestures

_LEAST_AXIS: Final = 44
_BESIDE_AXIS: Final = 14
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
        self._axis = 0
        self._colours: dict[int, str] = {}
        self._frame: Frame | None = None
        self._legend: list[LegendEntry] = []
        self.window_shown = TrendWindow()
        self.cursor_time: int | None = None
        """The moment (UTC ns) whose values are read out."""
        self._gestures = TrendGestures(self)
        self._gestures.panned.connect(self._pan)
        self._gestures.stretched.connect(self._stretch)
        self._gestures.held.connect(self._read)
        self._gestures.tapped.connect(self._tapped)

    def set_texts(self, texts: Texts) -> None:
        """The texts of the machine whose tags are shown."""
        self._texts = texts

    def set_window(self, window: TrendWindow) -> None:
        """Show another stretch of time; going live ends the reading."""
        if window.live and not self.window_shown.live:
            self.cursor_time = None
        self.window_shown = window
        self._show()

    def refresh(self, frame: Frame) -> None:
        """Follow time; the feed has the frame's samples already."""
        self._now = frame.now.utc
        self._frame = frame
        self._show()

    def show_tags(self, colours: Mapping[int, str]) -> None:
        """Make bands for the tags that are followed, each with its colour."""
        self._colours = dict(colours)
        self.cursor_time = None
        self.lay_out()

    def lay_out(self) -> None:
        """Place the bands beside an axis that is wide enough for its numbers."""
        self._place()
        self._show()

    def _place(self) -> None:
        m = Metrics.of(self)
        self._axis = self._axis or m.px(_LEAST_AXIS)
        self._area = QRect(
            self._axis,
            m.px(_ABOVE),
            max(self.width() - self._axis - m.px(12), 10),
            max(self.height() - m.px(_ABOVE + _BELOW), 10),
        )
        tags = [(index, self._session.tag(index), colour) for index, colour in self._colours.items()]
        self._canvas.lay_out(tags, self._area.width(), self._area.height(), self.devicePixelRatioF(), m)

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

    @property
    def legend(self) -> list[LegendEntry]:
        """What stands over each band."""
        return list(self._legend)

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
        for lane, entry in zip(self._canvas.lanes, self._legend, strict=True):
            self._paint_scale(painter, lane, m)
            paint_caption(painter, self._head(lane), entry, lane.colour, self._theme, m)
        self._paint_times(painter, m)
        self._paint_beginning(painter, m)
        if self.cursor_time is not None:
            self._paint_cursor(painter, self.cursor_time, m)
        painter.end()

    def _show(self, *, fitted: bool = False) -> None:
        """Bring the picture and the words up to date; repaint where they differ from what is shown.

        ``fitted``: the axis was just made as wide as its numbers, and stays. Which values are in view hangs
        on the width by a pixel, and so do the numbers: to fit it until it fits could go on for ever.
        """
        begin, end = self.window_shown.at(self._now)
        if not self._canvas.lanes or self._area.isEmpty():
            self.update()
            return
        resolution = self.window_shown.span // self._area.width()
        # Half windows ahead of the finger, so that a pan asks now and then and not at every step.
        ahead = self.window_shown.span // 2
        self._feed.want((begin // ahead - 1) * ahead, end, resolution, self._now)
        since = self._canvas.update(begin, end)
        self._show_legend()
        if since:
            if since < self._area.width():
                self.update(self._area.adjusted(since, 0, 0, 0))
            return
        self.update()
        wanted = self._axis_wanted()
        if not fitted and not 0 <= self._axis - wanted <= Metrics.of(self).px(_LEAST_AXIS):
            self._axis = wanted
            self._place()
            self._show(fitted=True)

    def _show_legend(self) -> None:
        legend = [self._entry(lane) for lane in self._canvas.lanes]
        for number, lane in enumerate(self._canvas.lanes):
            if legend[number : number + 1] != self._legend[number : number + 1]:
                self.update(self._head(lane).toAlignedRect())
        self._legend = legend

    def _entry(self, lane: Lane) -> LegendEntry:
        texts, time = self._texts, self.cursor_time
        if time is not None:
            return trend_legend.past(lane.tag, self._feed.series(lane.index).at(time), time, texts)
        if self._frame is None:
            return LegendEntry(formats.label(lane.tag, texts), "", "", Look.EMPTY)
        live = self.window_shown.live
        return trend_legend.present(self._session, self._frame, lane.index, texts, live=live)

    def _head(self, lane: Lane) -> QRectF:
        top = self._area.top() + lane.top - lane.head
        return QRectF(self._area.left(), top, self._area.width(), lane.head)

    def _band(self, lane: Lane) -> QRectF:
        return QRectF(self._area.left(), self._area.top() + lane.top, self._area.width(), lane.height)

    def _axis_wanted(self) -> int:
        m = Metrics.of(self)
        font = m.font(11)
        wide = [painting.width(font, said) for lane in self._canvas.lanes for _, said in self._ticks(lane, m)]
        return max(round(max(wide, default=0.0)) + m.px(_BESIDE_AXIS), m.px(_LEAST_AXIS))

    def _ticks(self, lane: Lane, m: Metrics) -> list[tuple[float, str]]:
        return scale_ticks(lane.span, lane.height, m.px(20), self._texts.text("format.point"))

    def _pan(self, by: float) -> None:
        moved = -round(by * self._canvas.duration)
        self.window_shown = self.window_shown.moved(moved, self._now, self._feed.beginning(self._now))
        self._changed()

    def _stretch(self, factor: float, around: float) -> None:
        self.window_shown = self.window_shown.zoomed(
            factor, self.time_at(around), self._now, self._feed.beginning(self._now)
        )
        self._changed()

    def _changed(self) -> None:
        self._show()
        self.window_changed.emit()

    def _read(self, x: float) -> None:
        self.cursor_time = self.time_at(min(max(x, self._area.left()), self._area.right()))
        self._show_legend()
        self.update()

    def _tapped(self, x: float) -> None:
        """In a window that stands a touch reads; in a live one it ends the reading."""
        if not self.window_shown.live:
            self._read(x)
            return
        self._stop_reading()

    def _stop_reading(self) -> None:
        self.cursor_time = None
        self._show_legend()
        self.update()

    def _paint_scale(self, painter: QPainter, lane: Lane, m: Metrics) -> None:
        top, small = self._area.top(), m.font(11)
        half = QFontMetricsF(small).capHeight() / 2 + m.px(1)
        for value, said in self._ticks(lane, m):
            y = top + float(lane.y(value))
            # The numbers of a band stay beside it.
            y = min(max(y, top + lane.top + half), top + lane.top + lane.height - half)
            at = QPointF(self._area.left() - m.px(8), painting.baseline(small, y))
            painting.text(
                painter, at, said, small, self._theme.text_soft, room=self._axis, align=painting.RIGHT
            )

    def _paint_times(self, painter: QPainter, m: Metrics) -> None:
        font = m.font(11)
        for time, said in self._canvas.ticks():
            half = painting.width(font, said) / 2
            x = min(self._area.left() + self._canvas.x(time), self.width() - m.px(4) - half)
            at = QPointF(x, self._area.bottom() + m.px(18))
            painting.text(
                painter, at, said, font, self._theme.text_soft, room=m.px(90), align=painting.CENTRE
            )

    def _paint_beginning(self, painter: QPainter, m: Metrics) -> None:
        """Where all memory begins: what lies before it is not level, it is unknown."""
        known_from = self._feed.beginning(self._now)
        if known_from <= self.window_shown.at(self._now)[0]:
            return
        paint_beginning(
            painter,
            QRectF(self._area),
            [self._band(lane) for lane in self._canvas.lanes],
            self._area.left() + self._canvas.x(known_from),
            self._texts.text("trends.history_from", time=formats.clock(known_from)),
            self._theme,
            m,
        )

    def _paint_cursor(self, painter: QPainter, time: int, m: Metrics) -> None:
        theme = self._theme
        x = self._area.left() + self._canvas.x(time)
        if not self._area.left() <= x <= self._area.right():
            return
        painter.setPen(QPen(painting.color(theme.text), m.scale))
        for band in map(self._band, self._canvas.lanes):
            painter.drawLine(QPointF(x, band.top()), QPointF(x, band.bottom()))
        when = formats.clock(time)
        half = badge_width(when, m) / 2
        middle_x = min(max(x, self._area.left() + half), self._area.right() - half)
        badge(painter, middle_x + half, self._area.bottom() + m.px(14), when, theme, m, 2 * half)
        for lane, (_, value) in zip(self._canvas.lanes, self.readings(), strict=True):
            if value == value and lane.span.low <= value <= lane.span.high:
                at = QPointF(x, self._area.top() + lane.y(value).item())
                painting.dot(painter, at, m.px(5), lane.colour)
