"""The last minutes of a few tags at the foot of the Machine screen, and the way back in time."""

from __future__ import annotations

from typing import Final, NamedTuple

from PyQt6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer
from PyQt6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from hmi.config.epoch import Machine
from hmi.model.clock import NO_TIME, SECOND
from hmi.present import format as formats
from hmi.present import quality
from hmi.present.drawn import Drawn
from hmi.present.history import HistorySource
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.present.trend_feed import TrendFeed
from hmi.present.trend_gaps import united
from hmi.present.trend_memory import TrendMemory, trend_indexes
from hmi.present.trend_window import TrendWindow
from hmi.ui import fonts, painting
from hmi.ui.badge import badge, badge_width
from hmi.ui.metrics import Metrics
from hmi.ui.trend_beginning import paint_beginning
from hmi.ui.trend_button import TrendButton
from hmi.ui.trend_canvas import Lane, TrendCanvas
from hmi.ui.trend_time_bar import paint_time_bar

BACK_MINUTES: Final = 10
_REACH: Final = 3600 * SECOND
_REPAINT: Final = SECOND // 10
_LEGEND: Final = (208, 300)
"""Design px of the legend, the least and the most: as wide as names with their badges want it."""
_APART: Final = 10
"""Design px between a name and what stands at the right of it."""
_BUTTONS: Final = 112


class _Entry(NamedTuple):
    """One tag in the legend: its value, or why there is none."""

    label: str
    unit: str
    value: str
    doubt: str = ""


class TrendStrip(QWidget):
    """Up to four tags of a machine over five minutes, in one session, as ``memory`` has them.

    The memory is another's, who feeds it with each frame, whichever screen is in view.

    Going back shows an earlier window that stands still and is marked as not live; `Live` returns. The
    bar below spans an hour: touching it goes there.
    """

    def __init__(
        self,
        machine: Machine,
        session: Session,
        theme: Theme,
        texts: Texts,
        history: HistorySource,
        parent: QWidget | None = None,
        *,
        memory: TrendMemory,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._session = session
        self._theme = theme
        self._texts = texts.for_machine(machine.id)
        self._memory = memory
        self._view = f"strip/{machine.id}"
        self._feed = TrendFeed(session, history, self._memory)
        self._feed.follow(trend_indexes(session, machine))
        self._canvas = TrendCanvas(self._feed, theme, detailed=False)
        self._window = self._memory.windows.get(self._view, TrendWindow())
        self._now = session.welcome.started
        self._painted = NO_TIME
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._show)
        self._legend: list[_Entry] = []
        self._gaps: list[tuple[int, int]] = []
        self._plot = QRect()
        self._bar = QRectF()
        self.back = TrendButton(
            theme, self._texts.text("trends.back", minutes=f"{formats.MINUS} {BACK_MINUTES}"), self
        )
        self.back.clicked.connect(self._go_back)
        self.live = TrendButton(theme, self._texts.text("trends.live"), self)
        self.live.setCheckable(True)
        self.live.setChecked(True)
        self.live.clicked.connect(self._go_live)

    @property
    def window_shown(self) -> TrendWindow:
        """The window that is shown."""
        return self._window

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Two buttons high."""
        return QSize(480, 110)

    def refresh(self, frame: Frame) -> None:
        """Repaint the trends at most ten times a second, right after the frame.

        The figures beside them follow every frame: a tile shows the same tag, and both must agree. What was
        can wait for what is: the memory takes the frame's samples, and the lines are drawn, when the frame's
        figures are on the screen.
        """
        self._now = frame.now.utc
        legend = [self._entry(index, frame) for index in self._feed.indexes]
        if legend != self._legend:
            self._legend = legend
            self.update(self._legend_area())
        # Where time stands still, as in a replay, each look paints: an answer may have come.
        if self._painted != NO_TIME and 0 < self._now - self._painted < _REPAINT:
            return
        self._painted = self._now
        self._later.start()

    def drawn(self) -> Drawn:
        """Its figures follow every frame; an earlier window shows nothing of the present."""
        return Drawn.at_once(len(self._session.epoch.tags), self._feed.indexes if self._window.live else ())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Place the plot between legend and buttons."""
        super().resizeEvent(event)
        m = Metrics.of(self)
        pad = m.px(10)
        wide = max(m.px(_BUTTONS - 12), m.touch(0))
        left = self.width() - wide - m.px(12)
        half = (self.height() - 2 * pad - m.px(12)) // 2
        self.back.setGeometry(left, pad, wide, half)
        self.live.setGeometry(left, pad + half + m.px(12), wide, half)
        bar = m.px(40)
        legend = self._measure_legend(m)
        self._plot = QRect(legend, pad, max(left - m.px(24) - legend, 10), self.height() - pad - bar)
        self._bar = QRectF(self._plot.left(), self.height() - m.px(22), self._plot.width(), m.px(12))
        colours = self._theme.trend
        tags = [
            (index, self._session.tag(index), colours[number % len(colours)])
            for number, index in enumerate(self._feed.indexes)
        ]
        self._canvas.lay_out(tags, self._plot.width(), self._plot.height(), self.devicePixelRatioF(), m)
        self._show()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Touching the bar goes there."""
        if event is not None and self._on_bar(event.position()):
            self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Sliding along the bar goes along."""
        if event is not None and event.buttons() and self._on_bar(event.position()):
            self._go_to(event.position().x())

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Ground, legend, the picture of the plot, and what lies over it."""
        painter = QPainter(self)
        painting.begin(painter)
        m, theme = Metrics.of(self), self._theme
        if event is not None and self._legend_area().contains(event.rect()):
            painter.fillRect(event.rect(), painting.color(theme.surface))
            self._paint_legend(painter, m)
            painter.end()
            return
        painter.fillRect(self.rect(), painting.color(theme.background))
        painting.box(painter, QRectF(self.rect()), m.px(6), theme.surface)
        painter.drawPixmap(self._plot.topLeft(), self._canvas.picture)
        dirty = self.rect() if event is None else event.rect()
        if dirty.left() < self._plot.left():
            self._paint_legend(painter, m)
        self._paint_over(painter, m)
        if dirty.bottom() > self._plot.bottom() + 1:
            self._paint_ticks(painter, m)
            self._paint_bar(painter, m)
        painter.end()

    def _show(self) -> None:
        begin, end = self._window.at(self._now)
        reach = self._reach()
        self._feed.want(reach[0], reach[1], _REACH // max(self._plot.width(), 1), self._now)
        since = self._canvas.update(begin, end)
        series = [self._feed.series(index) for index in self._feed.indexes]
        self._gaps = united(spell for one in series for spell in one.gaps(*reach))
        self.live.setChecked(self._window.live)
        self.back.setEnabled(self._moved(-SECOND) != self._window)
        if since:
            if since < self._plot.width():
                self.update(self._plot.adjusted(since, 0, 0, 0))
        else:
            self.update(QRect(0, 0, self._plot.right() + Metrics.of(self).px(14), self.height()))

    def _go_back(self) -> None:
        self._go(self._moved(-BACK_MINUTES * 60 * SECOND))

    def _go_live(self) -> None:
        self._go(self._window.to_live())

    def _go_to(self, x: float) -> None:
        """To where the bar is touched; its right end is the present, live."""
        if x >= self._bar.right() - Metrics.of(self).px(4):
            self._go_live()
            return
        begin, end = self._reach()
        share = max((x - self._bar.left()) / self._bar.width(), 0.0)
        moment = begin + round(share * (end - begin))
        self._go(self._moved(moment - self._window.at(self._now)[1]))

    def _go(self, window: TrendWindow) -> None:
        self._window = self._memory.windows[self._view] = window
        self._show()

    def _moved(self, by: int) -> TrendWindow:
        return self._window.moved(by, self._now, self._feed.beginning(self._now))

    def _on_bar(self, at: QPointF) -> bool:
        return self._bar.adjusted(-12, -24, 12, 24).contains(at)

    def _reach(self) -> tuple[int, int]:
        begin, _ = self._window.at(self._now)
        return min(self._now - _REACH, begin), self._now

    def _entry(self, index: int, frame: Frame) -> _Entry:
        tag = self._session.tag(index)
        label = formats.label(tag, self._texts)
        if not self._window.live:
            then = self._feed.series(index).at(self._window.at(self._now)[1])
            return _Entry(label, tag.unit, self._number(index, then))
        state = quality.of(self._session, frame, index, self._texts)
        if state.look.hatched:
            # The hatched stretch shows since when it is so; which tag it is, the name alone says.
            doubt = quality.without_age(self._session, frame, index, self._texts)
            return _Entry(label, tag.unit, "", doubt)
        return _Entry(label, tag.unit, formats.value(self._session.value(index), tag, self._texts))

    def _number(self, index: int, value: float) -> str:
        return formats.number(value, self._session.tag(index).decimals, self._texts.text("format.point"))

    def _legend_area(self) -> QRect:
        """Where names and figures stand: all that most frames paint of the strip."""
        left = Metrics.of(self).px(12)
        return QRect(left, self._plot.top(), max(self._plot.left() - left, 0), self._plot.height())

    def _measure_legend(self, m: Metrics) -> int:
        """How wide the legend is: with room for every badge, as the plot stands still when one comes."""
        font, sides = m.font(12, fonts.MEDIUM), m.px(16) + m.px(14) + m.px(_APART)
        tags = [self._session.tag(index) for index in self._feed.indexes]
        names = (" ".join((formats.label(tag, self._texts), tag.unit)).rstrip() for tag in tags)
        name = max((painting.width(font, each) for each in names), default=0.0)
        doubt = max(badge_width(each, m) for each in quality.badges(self._texts))
        least, most = (m.px(each) for each in _LEGEND)
        return round(min(max(sides + name + doubt, least), most) + 0.5)

    def _paint_legend(self, painter: QPainter, m: Metrics) -> None:
        """What stands at the right is whole."""
        name, figure = m.font(12, fonts.MEDIUM), m.font(14, fonts.SEMIBOLD)
        left, right = m.px(16), self._plot.left() - m.px(14)
        for lane, entry in zip(self._canvas.lanes, self._legend, strict=False):
            middle = self._plot.top() + lane.top + lane.height / 2
            room = float(right - left)
            if entry.doubt:
                room -= right - badge(painter, right, middle, entry.doubt, self._theme, m, room * 0.7)
            elif entry.value:
                at = QPointF(right, painting.baseline(figure, middle))
                room -= painting.text(
                    painter, at, entry.value, figure, self._theme.text, room=room * 0.7, align=painting.RIGHT
                )
            self._paint_name(painter, QPointF(left, painting.baseline(name, middle)), entry, room, lane, m)

    @staticmethod
    def _paint_name(
        painter: QPainter, at: QPointF, entry: _Entry, room: float, lane: Lane, m: Metrics
    ) -> None:
        """Name and unit in one go, as mostly; where there is no room for both, the name gives way."""
        font, colour = m.font(12, fonts.MEDIUM), lane.colour
        unit = f" {entry.unit}" if entry.unit else ""
        room -= m.px(_APART) - 1
        if painting.width(font, entry.label + unit) <= room:
            painting.text(painter, at, entry.label + unit, font, colour, room=room)
            return
        wide = painting.width(font, unit)
        left = at.x() + painting.text(painter, at, entry.label, font, colour, room=room - wide)
        painting.text(painter, QPointF(left, at.y()), unit, font, colour, room=wide)

    def _paint_ticks(self, painter: QPainter, m: Metrics) -> None:
        theme, plot, small = self._theme, self._plot, m.font(10)
        for time, said in self._canvas.ticks():
            x = plot.left() + self._canvas.x(time)
            at = QPointF(x, plot.bottom() + m.px(12))
            painting.text(painter, at, said, small, theme.text_faint, room=m.px(80), align=painting.CENTRE)

    def _paint_over(self, painter: QPainter, m: Metrics) -> None:
        theme, plot = self._theme, self._plot
        known_from = self._feed.beginning(self._now)
        begin, end = self._window.at(self._now)
        if known_from > begin:
            x = plot.left() + self._canvas.x(known_from)
            said = self._texts.text("trends.history_from", time=formats.clock(known_from))
            paint_beginning(painter, QRectF(plot), (QRectF(plot),), x, said, theme, m)
        if not self._window.live:
            said = self._texts.text("trends.paused", begin=formats.clock(begin), end=formats.clock(end))
            right = plot.right() - m.px(4)
            badge(painter, right, plot.top() + m.px(13), said, theme, m, badge_width(said, m))

    def _paint_bar(self, painter: QPainter, m: Metrics) -> None:
        reach = self._reach()
        paint_time_bar(
            painter,
            self._bar,
            reach,
            self._window.at(self._now),
            self._feed.beginning(self._now),
            self._gaps,
            self._theme,
            m,
            live=self._window.live,
        )
        font = m.font(12)
        at = QPointF(m.px(16), painting.baseline(font, self._bar.center().y()))
        painting.text(
            painter, at, formats.clock(reach[0])[:5], font, self._theme.text_soft, room=m.px(_LEGEND[0] - 24)
        )
