"""The table of all tags: only the rows in view are made and painted, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PyQt6.QtWidgets import QAbstractScrollArea, QWidget

from hmi.model.clock import SECOND
from hmi.present import diagnostics
from hmi.present.diagnostics import TagRow
from hmi.present.quality import Look
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.hatch import fill_hatched
from hmi.ui.metrics import Metrics
from hmi.ui.scroll_mark import paint_position
from hmi.ui.touch_scroll import make_touch_scrolling

Columns = tuple[tuple[str, float, Qt.AlignmentFlag], ...]

COLUMNS: Final[Columns] = (
    ("tag", 0.2, painting.LEFT),
    ("address", 0.27, painting.LEFT),
    ("raw", 0.09, painting.RIGHT),
    ("value", 0.13, painting.RIGHT),
    ("status", 0.14, painting.LEFT),
    ("age", 0.06, painting.RIGHT),
    ("interval", 0.11, painting.LEFT),
)
"""Name, share of the width, alignment."""

NARROW: Final[Columns] = (
    ("tag", 0.38, painting.LEFT),
    ("value", 0.24, painting.RIGHT),
    ("status", 0.26, painting.LEFT),
    ("age", 0.12, painting.RIGHT),
)
"""The columns beside a tag's detail, which says the rest."""

_NARROW_BELOW: Final = 1000
"""Pixels of the design."""

ROW_HEIGHT: Final = 48

_EVERY: Final = SECOND // 10
"""Between two looks at rows whose tags did not change: their ages."""


class TagTable(QAbstractScrollArea):
    """Rows of tags by index; `show_rows` says which, `refresh` brings them up to date.

    ``chosen(tag index)`` is sent for a touch; ``marked`` is the tag whose detail is shown.
    """

    chosen = pyqtSignal(int)

    def __init__(self, session: Session, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._texts = texts
        self._indexes: npt.NDArray[np.intp] = np.zeros(0, np.intp)
        self._frame: Frame | None = None
        self._rows: dict[int, TagRow] = {}
        self._marked: int | None = None
        self._pressed: int | None = None
        self._looked = 0
        self.empty_text = texts.text("diagnostics.none")
        make_touch_scrolling(self)
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.valueChanged.connect(self._scrolled)

    @property
    def rows_in_view(self) -> dict[int, TagRow]:
        """What is painted now: place in the list → row."""
        return dict(self._rows)

    @property
    def columns(self) -> Columns:
        """The columns that there is room for now."""
        return NARROW if self.width() < Metrics.of(self).px(_NARROW_BELOW) else COLUMNS

    def mark(self, index: int | None) -> None:
        """Mark the row of a tag."""
        if index != self._marked:
            self._marked = index
            self._repaint()

    def row_centre(self, place: int) -> QPointF:
        """The middle of a row of the list, in the viewport."""
        return self._row_area(place).center()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Answer the touch at once."""
        if event is not None:
            self._press(self._place_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Choose the row, unless the finger went elsewhere (a drag is released far outside)."""
        pressed = self._pressed
        self._press(None)
        if event is not None and pressed is not None and pressed == self._place_at(event.position()):
            self.chosen.emit(int(self._indexes[pressed]))

    def show_rows(self, indexes: npt.NDArray[np.intp]) -> None:
        """List these tags."""
        if not np.array_equal(indexes, self._indexes):
            self._indexes = indexes
            self._rows = {}
            self._set_range()
            self._repaint()

    def refresh(self, frame: Frame) -> None:
        """Make rows anew and repaint those that differ: at once what changed, ten times a second the ages."""
        known, self._frame = self._frame is not None, frame
        places = self._places()
        wanted: Iterable[int] = places
        if known and not len(frame.aged) and 0 <= frame.now.monotonic - self._looked < _EVERY:
            wanted = [p for p in places if p not in self._rows or frame.news[int(self._indexes[p])]]
        else:
            self._looked = frame.now.monotonic
        rows = {place: self._rows[place] for place in places if place in self._rows}
        viewport = self.viewport()
        for place in wanted:
            row = diagnostics.row(self._session, frame, int(self._indexes[place]), self._texts)
            if viewport is not None and self._rows.get(place) != row:
                for area in self._differing(place, self._rows.get(place), row):
                    viewport.update(area.toAlignedRect())
            rows[place] = row
        self._rows = dict(sorted(rows.items()))

    def row_height(self) -> int:
        """Never less than a finger needs."""
        return Metrics.of(self).touch(ROW_HEIGHT)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """The range changes with the height."""
        self._set_range()
        self._scrolled()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The rows that the event touches."""
        viewport = self.viewport()
        if viewport is None or event is None:
            return
        painter = QPainter(viewport)
        painter.fillRect(event.rect(), painting.color(self._theme.background))
        painting.begin(painter)
        m, touched = Metrics.of(self), event.region()
        for place, row in self._rows.items():
            area = self._row_area(place, m)
            if touched.intersects(area.toAlignedRect()):
                self._draw_row(painter, area, row, m, place, touched)
        if not len(self._indexes):
            font = m.font(15)
            at = QPointF(viewport.width() / 2, viewport.height() / 2)
            room = viewport.width() - m.px(40)
            painting.text(
                painter, at, self.empty_text, font, self._theme.text_soft, room=room, align=painting.CENTRE
            )
        paint_position(painter, self, self._theme.limit, m)
        painter.end()

    def _differing(self, place: int, before: TagRow | None, after: TagRow) -> list[QRectF]:
        """Where a row looks different: mostly its figures, while words stay."""
        m = Metrics.of(self)
        area = self._row_area(place, m)
        if before is None or before.quality.look is not after.quality.look:
            return [area]
        return [
            cell
            for (name, _, _), cell in zip(self.columns, cells(_body(area, m), self.columns, m), strict=True)
            if _said(before, name) != _said(after, name)
        ]

    def _draw_row(
        self, painter: QPainter, area: QRectF, row: TagRow, m: Metrics, place: int, touched: QRegion
    ) -> None:
        theme = self._theme
        body = _body(area, m)
        marked = int(self._indexes[place]) == self._marked
        fill = theme.pressed if place == self._pressed else theme.raised if marked else theme.surface
        painting.box(painter, body, m.px(4), fill, theme.running if marked else "", 1.5 * m.scale)
        big, small = m.font(13, fonts.MEDIUM), m.font(11)
        dead = row.quality.look.hatched
        for (name, _, align), cell in zip(self.columns, cells(body, self.columns, m), strict=True):
            if not touched.intersects(cell.toAlignedRect()):
                continue
            colour = theme.text_faint if dead else theme.text
            match name:
                case "tag":
                    self._two(painter, cell, row.label, row.id, big, small, theme.text)
                case "address":
                    self._address(painter, cell, row, m)
                case "raw":
                    if dead and row.raw:
                        fill_hatched(painter, cell.adjusted(0, m.px(5), 0, -m.px(5)), m.px(4), theme, m.scale)
                        self._plate(painter, cell, row.raw, m.font(13), m)
                    inner = cell.adjusted(0, 0, -m.px(6), 0)
                    ink = theme.text_faint if dead else theme.text_soft
                    self._one(painter, inner, row.raw, m.font(13), ink, align)
                case "value":
                    content = f"{row.value} {row.unit}".strip() if row.value else "–"
                    if dead:
                        fill_hatched(painter, cell.adjusted(0, m.px(5), 0, -m.px(5)), m.px(4), theme, m.scale)
                        self._plate(painter, cell, content, m.font(14, fonts.SEMIBOLD), m)
                    inner = cell.adjusted(0, 0, -m.px(8), 0)
                    self._one(painter, inner, content, m.font(14, fonts.SEMIBOLD), colour, align)
                case "status":
                    self._status(painter, cell, row, m)
                case "age":
                    self._one(
                        painter, cell, row.age, m.font(13), theme.text if dead else theme.text_soft, align
                    )
                case _:
                    self._two(painter, cell, row.asked, row.granted, m.font(12), small, theme.text_soft)

    def _plate(self, painter: QPainter, cell: QRectF, content: str, font: QFont, m: Metrics) -> None:
        wide = min(painting.width(font, content) + m.px(10), cell.width() - m.px(6))
        high = m.px(22)
        back = QRectF(cell.right() - wide - m.px(3), cell.center().y() - high / 2, wide, high)
        painting.box(painter, back, m.px(3), self._theme.surface)

    def _status(self, painter: QPainter, cell: QRectF, row: TagRow, m: Metrics) -> None:
        theme = self._theme
        look = row.quality.look
        colour = theme.running if look is Look.LIVE else theme.fault
        middle = cell.center().y()
        at = QPointF(cell.left() + m.px(6), middle)
        painting.dot(painter, at, m.px(5), colour, hollow=look is not Look.LIVE)
        room = cell.adjusted(m.px(20), 0, 0, 0)
        text_colour = theme.text_soft if look is Look.LIVE else theme.text
        self._two(painter, room, row.status, row.quality.badge, m.font(12), m.font(11), text_colour)

    def _address(self, painter: QPainter, cell: QRectF, row: TagRow, m: Metrics) -> None:
        """Left out in the middle: an address' end tells most."""
        font = m.font(12)
        middle = Qt.TextElideMode.ElideMiddle
        shown = painting.elided(font, row.address, cell.width(), middle)
        self._two(painter, cell, shown, row.semantic, font, m.font(11), self._theme.text_soft)

    def _one(
        self, painter: QPainter, cell: QRectF, content: str, font: QFont, colour: str, align: Qt.AlignmentFlag
    ) -> None:
        x = cell.right() if align == painting.RIGHT else cell.left()
        base = painting.baseline(font, cell.center().y())
        painting.text(painter, QPointF(x, base), content, font, colour, room=cell.width(), align=align)

    def _two(
        self,
        painter: QPainter,
        cell: QRectF,
        above: str,
        below: str,
        big: QFont,
        small: QFont,
        colour: str,
    ) -> None:
        if not below:
            self._one(painter, cell, above, big, colour, painting.LEFT)
            return
        middle, step = cell.center().y(), cell.height() * 0.19
        first = QPointF(cell.left(), painting.baseline(big, middle - step))
        second = QPointF(cell.left(), painting.baseline(small, middle + step))
        painting.text(painter, first, above, big, colour, room=cell.width())
        painting.text(painter, second, below, small, self._theme.text_faint, room=cell.width())

    def _place_at(self, at: QPointF) -> int | None:
        bar, viewport = self.verticalScrollBar(), self.viewport()
        if bar is None or viewport is None or not QRectF(viewport.rect()).contains(at):
            return None
        place = int(at.y() + bar.value()) // self.row_height()
        return place if place < len(self._indexes) else None

    def _press(self, place: int | None) -> None:
        if place != self._pressed:
            self._pressed = place
            self._repaint()

    def _places(self) -> range:
        bar, viewport = self.verticalScrollBar(), self.viewport()
        if bar is None or viewport is None:
            return range(0)
        row = self.row_height()
        first = bar.value() // row
        last = (bar.value() + viewport.height()) // row + 1
        return range(min(first, len(self._indexes)), min(last, len(self._indexes)))

    def _row_area(self, place: int, m: Metrics | None = None) -> QRectF:
        m = m or Metrics.of(self)
        bar = self.verticalScrollBar()
        offset = 0 if bar is None else bar.value()
        row, viewport = m.touch(ROW_HEIGHT), self.viewport()
        wide = 0 if viewport is None else viewport.width()
        return QRectF(0, place * row - offset, wide - m.px(8), row)

    def _set_range(self) -> None:
        bar, viewport = self.verticalScrollBar(), self.viewport()
        if bar is None or viewport is None:
            return
        bar.setPageStep(viewport.height())
        bar.setSingleStep(self.row_height())
        bar.setRange(0, max(0, len(self._indexes) * self.row_height() - viewport.height()))

    def _scrolled(self) -> None:
        """Rows that come into view are made from the last frame."""
        if self._frame is not None:
            self.refresh(self._frame)
        self._repaint()

    def _repaint(self) -> None:
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()


def _body(area: QRectF, m: Metrics) -> QRectF:
    """A row without the gap to the next."""
    return area.adjusted(0, 0, 0, -m.px(2))


def _said(row: TagRow, column: str) -> tuple[object, ...]:
    """What a column says of a row."""
    match column:
        case "tag":
            return row.label, row.id
        case "address":
            return row.address, row.semantic
        case "raw":
            return (row.raw,)
        case "value":
            return row.value, row.unit
        case "status":
            return row.status, row.quality
        case "age":
            return (row.age,)
        case _:
            return row.asked, row.granted


def cells(row: QRectF, columns: Columns, m: Metrics) -> list[QRectF]:
    """The cells of a row, by the columns' shares, with a gap between."""
    side, gap = m.px(12), m.px(14)
    room = row.width() - 2 * side - gap * (len(columns) - 1)
    result, x = [], row.left() + side
    for _, share, _ in columns:
        result.append(QRectF(x, row.top(), room * share, row.height()))
        x += room * share + gap
    return result
