"""The tags that can be shown as trends: rows for fingers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PyQt6.QtCore import QAbstractListModel, QModelIndex, QObject, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PyQt6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from hmi.config.tags import Tag
from hmi.present import format as formats
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics
from hmi.ui.scroll_mark import paint_position
from hmi.ui.touch_scroll import make_touch_scrolling

_ROW: Final = 48


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: list[tuple[int, Tag]] = []

    def show(self, rows: Sequence[tuple[int, Tag]]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and index.isValid():
            return self.rows[index.row()][1].id
        return None


class _Rows(QStyledItemDelegate):
    def __init__(self, owner: TrendTagList) -> None:
        super().__init__(owner)
        self._owner = owner

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 - Qt's name
        return QSize(100, Metrics.of(self._owner).touch(_ROW))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        if painter is not None:
            painter.save()
            painting.begin(painter)
            self._owner.paint_row(painter, QRectF(option.rect), index.row())
            painter.restore()


class TrendTagList(QListView):
    """Tags of a machine; a touch puts one into the plot or takes it out.

    ``toggled(tag index)`` is sent for a touch; what is chosen is the owner's to say (`show_chosen`).
    """

    toggled = pyqtSignal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts: Texts | None = None
        self._chosen: dict[int, str] = {}
        self._model = _Model(self)
        self.setModel(self._model)
        self.setItemDelegate(_Rows(self))
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        make_touch_scrolling(self)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, painting.color(theme.surface))
        self.setPalette(palette)
        self.clicked.connect(lambda at: self.toggled.emit(self._model.rows[at.row()][0]))

    def show_tags(self, rows: Sequence[tuple[int, Tag]], texts: Texts) -> None:
        """Offer these tags, in this order."""
        self._texts = texts
        self._model.show(rows)
        self.scrollToTop()

    def show_chosen(self, colours: Mapping[int, str]) -> None:
        """Mark the tags in the plot, each in its line's colour."""
        self._chosen = dict(colours)
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Rows are as high as the window's scale has them: of another size all are laid out anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The rows, and where in the list they are."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        paint_position(painter, self, self._theme.limit, Metrics.of(self))
        painter.end()

    def row_centre(self, tag_index: int) -> QPointF:
        """The middle of a tag's row in the viewport.

        Raises:
            ValueError: the tag is not offered.
        """
        row = [index for index, _ in self._model.rows].index(tag_index)
        return QPointF(self.visualRect(self._model.index(row)).center())

    def paint_row(self, painter: QPainter, area: QRectF, row: int) -> None:
        """One row: the line's colour where it is in the plot, the tag's name and unit."""
        index, tag = self._model.rows[row]
        m, theme = Metrics.of(self), self._theme
        chosen = index in self._chosen
        body = area.adjusted(m.px(2), m.px(2), -m.px(2), -m.px(2))
        if chosen:
            painting.box(painter, body, m.px(6), theme.raised)
            mark = QRectF(body.left() + m.px(6), body.top() + m.px(10), m.px(5), body.height() - m.px(20))
            painting.box(painter, mark, m.px(2), self._chosen[index])
        unit_font, font = m.font(12), m.font(14, fonts.MEDIUM if chosen else fonts.REGULAR)
        right = body.right() - m.px(10)
        middle = body.center().y()
        at = QPointF(right, painting.baseline(unit_font, middle))
        wide = painting.text(
            painter, at, tag.unit, unit_font, theme.text_faint, room=m.px(90), align=painting.RIGHT
        )
        left = body.left() + m.px(20)
        at = QPointF(left, painting.baseline(font, middle))
        label = tag.name if self._texts is None else formats.label(tag, self._texts)
        ink = theme.text if chosen else theme.text_soft
        painting.text(painter, at, label, font, ink, room=right - wide - m.px(10) - left)
