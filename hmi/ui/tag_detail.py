"""Everything about one tag, written out: nothing is elided."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, QRectF, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QAbstractScrollArea, QWidget

from hmi.present.quality import Look
from hmi.present.tag_detail import Line, TagDetail
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.badge import plate
from hmi.ui.buttons import TouchButton
from hmi.ui.hatch import fill_hatched
from hmi.ui.metrics import Metrics
from hmi.ui.scroll_mark import paint_position
from hmi.ui.touch_scroll import make_touch_scrolling
from hmi.ui.wrapping import wrapped

_HEAD: Final = 62
_NAMES: Final = 116
_STEP: Final = 19


class TagDetailPane(QWidget):
    """A title with a way out, and below it the lines, which a finger scrolls."""

    closed = pyqtSignal()

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.view: TagDetail | None = None
        self.close_button = TouchButton(theme, texts.text("diagnostics.close"), self)
        self.close_button.clicked.connect(self.closed)
        self.lines = DetailLines(theme, self)

    def show_view(self, view: TagDetail) -> None:
        """Show a tag; painted again where something is new."""
        if self.view is None or (view.id, view.quality) != (self.view.id, self.view.quality):
            self.update()
        if self.view is None or view.id != self.view.id:
            self.lines.to_top()
        self.view = view
        self.lines.show_lines(view.lines)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """The button at the right of the title."""
        super().resizeEvent(event)
        m = Metrics.of(self)
        wide, high, pad = m.touch(108), m.touch(48), m.px(8)
        self.close_button.setGeometry(self.width() - wide - pad, pad, wide, high)
        top = max(m.px(_HEAD), high + 2 * pad)
        self.lines.setGeometry(pad, top, self.width() - 2 * pad, self.height() - top - pad)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The card, the tag's name and id."""
        painter = QPainter(self)
        painting.begin(painter)
        m, theme = Metrics.of(self), self._theme
        painter.fillRect(self.rect(), painting.color(theme.background))
        painting.box(painter, QRectF(self.rect()), m.px(6), theme.surface)
        if self.view is not None:
            left, room = float(m.px(16)), self.close_button.x() - m.px(40)
            middle = self.close_button.geometry().center().y()
            live = self.view.quality.look is Look.LIVE
            colour = theme.running if live else theme.fault
            painting.dot(painter, QPointF(left + m.px(5), middle), m.px(5), colour, hollow=not live)
            left += m.px(20)
            for said, font, ink, by in (
                (self.view.label, m.font(15, fonts.SEMIBOLD), theme.text, -m.px(11)),
                (self.view.id, m.font(12), theme.text_soft, m.px(11)),
            ):
                at = QPointF(left, painting.baseline(font, middle + by))
                painting.text(painter, at, said, font, ink, room=room - m.px(4))
        painter.end()


class DetailLines(QAbstractScrollArea):
    """Names at the left, what they say at the right, or below where that is long."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[Line, ...] = ()
        make_touch_scrolling(self)
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.valueChanged.connect(self._repaint)

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        """Show these; nothing is painted where they are the same."""
        if lines != self._lines:
            self._lines = lines
            self._set_range()
            self._repaint()

    def to_top(self) -> None:
        """Back to the first line."""
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)

    def written(self) -> list[tuple[str, list[str]]]:
        """Each name with the lines in which its text is written: together they are the whole text."""
        return [(line.name, self._broken(line, Metrics.of(self))) for line in self._lines]

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Texts are broken anew."""
        self._set_range()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """All lines; those out of view are clipped."""
        viewport, bar = self.viewport(), self.verticalScrollBar()
        if viewport is None or bar is None:
            return
        painter = QPainter(viewport)
        painting.begin(painter)
        m, theme = Metrics.of(self), self._theme
        painter.fillRect(viewport.rect(), painting.color(theme.surface))
        font, step = m.font(13, fonts.MEDIUM), m.px(_STEP)
        y = float(m.px(4) - bar.value())
        for line in self._lines:
            at = QPointF(m.px(8), painting.baseline(m.font(12), y + step / 2))
            painting.text(painter, at, line.name, m.font(12), theme.text_soft, room=viewport.width())
            x = float(m.px(8) if line.long else m.px(8 + _NAMES))
            if line.long:
                y += step
            ink = theme.text_faint if line.dead else theme.text
            for said in self._broken(line, m):
                if line.dead:
                    room = QRectF(x - m.px(4), y - m.px(1), viewport.width() - x - m.px(4), step + m.px(2))
                    fill_hatched(painter, room, m.px(4), theme, m.scale)
                    wide = painting.width(font, said) + m.px(8)
                    plate(painter, QRectF(x - m.px(4), y, wide, step), theme, m)
                at = QPointF(x, painting.baseline(font, y + step / 2))
                painting.text(painter, at, said, font, ink, room=viewport.width() - x)
                y += step
            y += m.px(5)
        paint_position(painter, self, theme.limit, m)
        painter.end()

    def _broken(self, line: Line, m: Metrics) -> list[str]:
        viewport = self.viewport()
        wide = 0 if viewport is None else viewport.width()
        left = m.px(16) if line.long else m.px(16 + _NAMES)
        return wrapped(m.font(13, fonts.MEDIUM), line.said, max(wide - left, m.px(60)))

    def _set_range(self) -> None:
        viewport, bar = self.viewport(), self.verticalScrollBar()
        if viewport is None or bar is None:
            return
        m = Metrics.of(self)
        high = m.px(8)
        for line in self._lines:
            high += (len(self._broken(line, m)) + line.long) * m.px(_STEP) + m.px(5)
        bar.setPageStep(viewport.height())
        bar.setSingleStep(m.px(_STEP))
        bar.setRange(0, max(0, high - viewport.height()))

    def _repaint(self) -> None:
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()
