"""The list of what is wrong now and of what happened, newest first."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QAbstractScrollArea, QWidget

from hmi.present.notices import Entry, NoticeView
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics
from hmi.ui.scroll_mark import paint_position
from hmi.ui.standing_row import paint_standing
from hmi.ui.touch_scroll import make_touch_scrolling
from hmi.ui.wrapping import wrapped

_ROW: Final = 48


class EventList(QAbstractScrollArea):
    """Rows of events; what does not fit in one line is written in two, or smaller in three."""

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts = texts
        self.entries: tuple[Entry, ...] = ()
        self.standing: tuple[NoticeView, ...] = ()
        make_touch_scrolling(self)
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.valueChanged.connect(self._repaint)

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        """Show these; nothing is painted where they are the same."""
        if entries != self.entries:
            self.entries = entries
            self._set_range()
            self._repaint()

    def show_standing(self, standing: tuple[NoticeView, ...]) -> None:
        """Show these before the events: what lasts is wrong now, however long ago it began."""
        if standing != self.standing:
            self.standing = standing
            self._set_range()
            self._repaint()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """The range changes with the height."""
        self._set_range()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The rows in view."""
        viewport, bar = self.viewport(), self.verticalScrollBar()
        if viewport is None or bar is None:
            return
        painter = QPainter(viewport)
        painting.begin(painter)
        m, theme = Metrics.of(self), self._theme
        painter.fillRect(viewport.rect(), painting.color(theme.background))
        high = m.px(_ROW)
        rows: list[NoticeView | Entry] = [*self.standing, *self.entries]
        for number, row in enumerate(rows):
            area = QRectF(0, number * high - bar.value(), viewport.width() - m.px(8), high)
            if area.bottom() <= 0 or area.top() >= viewport.height():
                continue
            if isinstance(row, NoticeView):
                paint_standing(painter, area, row, self._texts.text("diagnostics.now"), theme, m)
            else:
                self._draw(painter, area, row, m)
        paint_position(painter, self, theme.limit, m)
        if not self.entries and not self.standing:
            at = QPointF(viewport.width() / 2, viewport.height() / 2)
            said = self._texts.text("diagnostics.no_events")
            room = viewport.width() - m.px(40)
            painting.text(painter, at, said, m.font(15), theme.text_soft, room=room, align=painting.CENTRE)
        painter.end()

    def _draw(self, painter: QPainter, area: QRectF, entry: Entry, m: Metrics) -> None:
        theme = self._theme
        painting.box(painter, area.adjusted(0, 0, 0, -m.px(2)), m.px(4), theme.surface)
        middle = area.center().y() - m.px(1)
        colour = theme.fault if entry.severe else theme.running
        painting.dot(painter, QPointF(area.left() + m.px(18), middle), m.px(5), colour, hollow=entry.severe)
        font, bold = m.font(13), m.font(13, fonts.MEDIUM)
        x = area.left() + m.px(34)
        for said, wide, ink in (
            (f"{entry.date} {entry.time}", m.px(150), theme.text_soft),
            (entry.subject, m.px(230), theme.text),
        ):
            at = QPointF(x, painting.baseline(bold, middle))
            painting.text(painter, at, said, bold, ink, room=wide - m.px(12))
            x += wide
        room, step = area.right() - x - m.px(12), m.px(18)
        lines = wrapped(font, entry.text, room, most=2)
        if lines and painting.width(font, lines[-1]) > room:
            font, step = m.font(12), m.px(15)
            lines = wrapped(font, entry.text, room, most=3)
        y = middle - step * (len(lines) - 1) / 2
        for line in lines:
            at = QPointF(x, painting.baseline(font, y))
            painting.text(painter, at, line, font, theme.text, room=area.right() - x - m.px(8))
            y += step

    def _set_range(self) -> None:
        viewport, bar = self.viewport(), self.verticalScrollBar()
        if viewport is not None and bar is not None:
            high = Metrics.of(self).px(_ROW)
            bar.setPageStep(viewport.height())
            bar.setSingleStep(high)
            bar.setRange(0, max(0, (len(self.standing) + len(self.entries)) * high - viewport.height()))

    def _repaint(self) -> None:
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()
