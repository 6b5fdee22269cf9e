"""Diagnostics: every endpoint and every tag, with what an engineer needs to find the fault."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PyQt6.QtWidgets import QScrollArea, QWidget

from hmi.present import diagnostics
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.buttons import TouchButton
from hmi.ui.endpoint_card import EndpointCard
from hmi.ui.metrics import Metrics
from hmi.ui.screens.screen import Screen
from hmi.ui.tag_table import COLUMNS, TagTable, cells
from hmi.ui.touch_scroll import make_touch_scrolling

_ENDPOINT_WIDTH, _ENDPOINT_HEIGHT = 312, 82
_BAR_HEIGHT = 46
_HEAD_HEIGHT = 26


class DiagnosticsScreen(Screen):
    """Endpoints above; below the tags, of one machine or of all, all or only those that are not live."""

    def __init__(self, session: Session, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(session, theme, texts, parent)
        self.filter_machine = ""
        self._listed = (0, 0)
        count = sum(len(each.endpoints) for each in session.epoch.machines)
        self._strip = QScrollArea(self)
        self._sheet = QWidget()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, painting.color(theme.background))
        self._sheet.setPalette(palette)
        self._sheet.setAutoFillBackground(True)
        self._strip.setPalette(palette)
        self._strip.setWidget(self._sheet)
        make_touch_scrolling(self._strip)
        self.endpoints = [EndpointCard(theme, self._sheet) for _ in range(count)]
        self.machine_button = TouchButton(theme, texts.text("diagnostics.all_machines"), self)
        self.machine_button.clicked.connect(self._next_machine)
        self.not_live_button = TouchButton(theme, texts.text("diagnostics.not_live_only"), self)
        self.not_live_button.setCheckable(True)
        self.not_live_button.clicked.connect(self._filter_changed)
        self.table = TagTable(session, theme, texts, self)
        self._frame: Frame | None = None

    def refresh(self, frame: Frame) -> None:
        """Bring endpoints and the rows in view up to date."""
        self._frame = frame
        views = diagnostics.endpoints(self.session, frame.now, self.texts)
        for card, view in zip(self.endpoints, views, strict=True):
            card.show_view(view)
        indexes = diagnostics.select(
            self.session, frame, self.filter_machine, not_live_only=self.not_live_button.isChecked()
        )
        self.table.show_rows(indexes)
        self.table.refresh(frame)
        listed = (len(indexes), len(self.session.epoch.tags))
        if listed != self._listed:
            self._listed = listed
            self.update()

    def _next_machine(self) -> None:
        """All machines, then each alone, round and round: one large target instead of a list."""
        order = ["", *(each.id for each in self.session.epoch.machines)]
        place = (order.index(self.filter_machine) + 1) % len(order)
        self.filter_machine = order[place]
        label = self.texts.text("diagnostics.all_machines")
        if self.filter_machine:
            label = self.texts.text(self.session.machine(self.filter_machine).name)
        self.machine_button.setText(label)
        self.machine_button.setAccessibleName(label)
        self._filter_changed()

    def _filter_changed(self) -> None:
        bar = self.table.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)
        if self._frame is not None:
            self.refresh(self._frame)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Titles, the count, and the heads of the columns."""
        super().paintEvent(event)
        painter = QPainter(self)
        painting.begin(painter)
        m = Metrics.of(self)
        theme = self.theme
        bar = self.machine_button.geometry()
        font, small = m.font(15, fonts.SEMIBOLD), m.font(13)
        middle = bar.center().y()
        x = float(m.px(24))
        title = self.texts.text("diagnostics.tags")
        at = QPointF(x, painting.baseline(font, middle))
        x += painting.text(painter, at, title, font, theme.text, room=bar.left() - x) + m.px(12)
        shown, total = self._listed
        count = self.texts.text("diagnostics.shown", shown=shown, total=total)
        at = QPointF(x, painting.baseline(font, middle))
        painting.text(painter, at, count, small, theme.text_soft, room=bar.left() - x - m.px(8))
        head = self._head(m)
        font = m.font(12, fonts.MEDIUM)
        for (name, _, align), cell in zip(COLUMNS, cells(head, m), strict=True):
            label = self.texts.text(f"diagnostics.column.{name}")
            edge = cell.right() if align == painting.RIGHT else cell.left()
            at = QPointF(edge, painting.baseline(font, head.center().y()))
            painting.text(painter, at, label, font, theme.text_faint, room=cell.width(), align=align)
        painter.end()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Endpoints, filter bar, column heads, table."""
        m = Metrics.of(self)
        side, gap = m.px(12), m.px(8)
        high = m.px(_ENDPOINT_HEIGHT)
        top = m.px(10)
        room = self.width() - 2 * side
        self._strip.setGeometry(side, top, room, high)
        count = len(self.endpoints)
        even = (room - (count - 1) * gap) / max(1, count)
        wide = max(m.px(_ENDPOINT_WIDTH), min(even, m.px(2 * _ENDPOINT_WIDTH)))
        self._sheet.resize(round(max(room, count * (wide + gap) - gap)), high)
        for number, card in enumerate(self.endpoints):
            card.setGeometry(round(number * (wide + gap)), 0, round(wide), high)
        bar_top = top + high + gap
        bar_high = m.touch(_BAR_HEIGHT)
        button = m.px(190)
        right = self.width() - side
        self.not_live_button.setGeometry(right - button, bar_top, button, bar_high)
        self.machine_button.setGeometry(right - 2 * button - gap, bar_top, button, bar_high)
        table_top = bar_top + bar_high + m.px(_HEAD_HEIGHT)
        self.table.setGeometry(side, table_top, room, self.height() - table_top - m.px(4))

    def _head(self, m: Metrics) -> QRectF:
        table = self.table.geometry()
        high = m.px(_HEAD_HEIGHT)
        return QRectF(table.left(), table.top() - high, table.width() - m.px(8), high)
