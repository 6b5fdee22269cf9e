"""Diagnostics: engine, links and every tag, with what an engineer needs to find the fault."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

from PyQt6.QtCore import QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from hmi.model.clock import SECOND
from hmi.present import diagnostics, link_detail, notices, tag_detail
from hmi.present.drawn import Drawn
from hmi.present.notices import NoticeView
from hmi.present.pace import LivePaces
from hmi.present.session import Frame, Session
from hmi.present.tag_search import TagSearch
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.buttons import TouchButton
from hmi.ui.endpoint_strip import EndpointStrip
from hmi.ui.event_list import EventList
from hmi.ui.keyboard import Keyboard
from hmi.ui.metrics import Metrics
from hmi.ui.screens.screen import Screen
from hmi.ui.tag_detail import TagDetailPane
from hmi.ui.tag_table import TagTable, cells

_BAR_HEIGHT: Final = 48
_HEAD_HEIGHT: Final = 26
_DETAIL_WIDTH: Final = 440
_EVERY: Final = SECOND // 10
"""Between two looks at what only grows older: cards, and the detail of a tag that did not change."""


class DiagnosticsScreen(Screen):
    """Engine and endpoints above; below the tags, of one machine or of all, all or only those not good.

    A touched row opens the tag's detail beside the table, a touched card that of its link. The events
    take the table's place.
    """

    def __init__(self, session: Session, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(session, theme, texts, parent)
        self.filter_machine = ""
        self._search = TagSearch(session, texts)
        self._found = self._search.find("")
        self._detail_of: int | None = None
        self._link_of: tuple[str, str] | None = None
        self._typing = False
        self._listed = (0, 0)
        self._looked = 0
        self._frame: Frame | None = None
        self._paces = LivePaces(session)
        count = sum(len(each.endpoints) for each in session.epoch.machines)
        self.strip = EndpointStrip(count, theme, self)
        self.strip.touched.connect(self.show_link)
        self.engine, self.endpoints = self.strip.engine, self.strip.cards
        self.search_button = self._button("diagnostics.search", self._open_keyboard)
        self.machine_button = self._button("diagnostics.all_machines", self._next_machine)
        self.not_good_button = self._button("diagnostics.not_good_only", self._filter_changed)
        self.events_button = self._button("diagnostics.events", self._show_events)
        for each in (self.search_button, self.not_good_button, self.events_button):
            each.setCheckable(True)
        self.table = TagTable(session, theme, texts, self)
        self.table.chosen.connect(self.show_detail)
        self.events = EventList(theme, texts, self)
        self.events.hide()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @cached_property
    def detail(self) -> TagDetailPane:
        """The pane beside the table; made when first wanted, as the screen is to come up at once."""
        made = TagDetailPane(self.theme, self.texts, self)
        made.closed.connect(self.hide_detail)
        return made

    @cached_property
    def keyboard(self) -> Keyboard:
        """The keyboard of the search; made when first wanted."""
        made = Keyboard(self.theme, self.texts, self)
        made.hide()
        made.edited.connect(self._searched)
        made.done.connect(self._close_keyboard)
        return made

    def refresh(self, frame: Frame) -> None:
        """Bring cards, the rows in view, the detail or the events up to date."""
        before, self._frame = self._frame, frame
        calm = before is not None and before.engine_alive == frame.engine_alive and not len(frame.aged)
        calm = calm and 0 <= frame.now.monotonic - self._looked < _EVERY
        if not calm:
            self._looked = frame.now.monotonic
            self._show_cards(frame)
        if self.events_button.isChecked():
            self.events.show_entries(notices.entries(self.session, self.texts))
            return
        indexes = diagnostics.select(
            self.session,
            frame,
            self.filter_machine,
            not_good_only=self.not_good_button.isChecked(),
            found=self._found,
        )
        self.table.show_rows(indexes)
        self.table.refresh(frame)
        if self._link_of is not None and not calm:
            said = link_detail.detail(self.session, frame, self._link_of, self.texts, self._paces)
            self.detail.show_view(said)
        if self._detail_of is not None and not (calm and self._detail_of not in frame.changed):
            self.detail.show_view(tag_detail.detail(self.session, frame, self._detail_of, self.texts))
        listed = (len(indexes), len(self.session.epoch.tags))
        if listed != self._listed:
            self._listed = listed
            self.update()

    def drawn(self) -> Drawn:
        """The tags whose rows are in view, and the one whose detail is; the events show no values."""
        epoch = self.session.epoch
        if self.events_button.isChecked():
            return Drawn.nothing(len(epoch.tags))
        listed = [epoch.index[row.id] for row in self.table.rows_in_view.values()]
        detailed = [] if self._detail_of is None else [self._detail_of]
        return Drawn.at_once(len(epoch.tags), [*listed, *detailed])

    def _show_cards(self, frame: Frame) -> None:
        session, texts = self.session, self.texts
        views = diagnostics.endpoints(
            session, frame.now, texts, engine_alive=frame.engine_alive, paces=self._paces
        )
        self.strip.show_views(diagnostics.engine(session, frame, texts), views)

    def show_detail(self, index: int) -> None:
        """Show all that is known of a tag beside the table; the same tag again closes it."""
        self._show_beside(None if index == self._detail_of else index, None)

    def show_link(self, machine: str, endpoint: str) -> None:
        """Show all that is known of a link beside the table; the same link again closes it."""
        key = (machine, endpoint)
        self.events_button.setChecked(False)
        self._show_beside(None, None if key == self._link_of else key)

    def show_events(self) -> None:
        """The list of what happened, in place of the table."""
        self.events_button.setChecked(True)
        self._show_events()

    def show_standing(self, standing: tuple[NoticeView, ...]) -> None:
        """What is wrong now, to stand before the events."""
        self.events.show_standing(standing)

    def hide_detail(self) -> None:
        """The table alone."""
        self._show_beside(None, None)

    def _show_beside(self, tag: int | None, link: tuple[str, str] | None) -> None:
        self._detail_of, self._link_of = tag, link
        self.table.mark(tag)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """A real keyboard searches as well."""
        if event is None:
            return
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close_keyboard()
        elif event.key() == Qt.Key.Key_Backspace:
            self.keyboard.erase()
        elif event.text().isprintable() and event.text():
            self.keyboard.type(event.text())
        else:
            super().keyPressEvent(event)

    def _button(self, text_id: str, act: Callable[[], None]) -> TouchButton:
        button = TouchButton(self.theme, self.texts.text(text_id), self)
        button.clicked.connect(act)
        return button

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

    def _open_keyboard(self) -> None:
        if self._typing:
            self._close_keyboard()
            return
        self._typing = True
        self.events_button.setChecked(False)
        self.setFocus()
        self._arrange()

    def _close_keyboard(self) -> None:
        self._typing = False
        self.search_button.setChecked(self._found is not None)
        self._arrange()

    def _searched(self, text: str) -> None:
        self._found = self._search.find(text)
        label = self.texts.text("diagnostics.searched" if text else "diagnostics.search", text=text)
        self.search_button.setText(label)
        self.search_button.setChecked(bool(text) or self._typing)
        self._filter_changed()

    def _show_events(self) -> None:
        self._typing = False
        self._arrange()

    def _filter_changed(self) -> None:
        self.events_button.setChecked(False)
        searched = self._found is not None
        self.table.empty_text = self.texts.text("diagnostics.none_found" if searched else "diagnostics.none")
        bar = self.table.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)
        self._arrange()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Titles, the count, and the heads of the columns."""
        super().paintEvent(event)
        painter = QPainter(self)
        painting.begin(painter)
        m, theme, events = Metrics.of(self), self.theme, self.events_button.isChecked()
        bar = self.search_button.geometry()
        font, small = m.font(15, fonts.SEMIBOLD), m.font(13)
        middle = bar.center().y()
        x = float(m.px(24))
        title = self.texts.text("diagnostics.events" if events else "diagnostics.tags")
        at = QPointF(x, painting.baseline(font, middle))
        x += painting.text(painter, at, title, font, theme.text, room=bar.left() - x) + m.px(12)
        if not events:
            shown, total = self._listed
            count = self.texts.text("diagnostics.shown", shown=shown, total=total)
            at = QPointF(x, painting.baseline(font, middle))
            painting.text(painter, at, count, small, theme.text_soft, room=bar.left() - x - m.px(8))
            self._paint_head(painter, m)
        painter.end()

    def _paint_head(self, painter: QPainter, m: Metrics) -> None:
        table, high = self.table.geometry(), m.px(_HEAD_HEIGHT)
        head = QRectF(table.left(), table.top() - high, table.width() - m.px(8), high)
        font, columns = m.font(12, fonts.MEDIUM), self.table.columns
        for (name, _, align), cell in zip(columns, cells(head, columns, m), strict=True):
            label = self.texts.text(f"diagnostics.column.{name}")
            edge = cell.right() if align == painting.RIGHT else cell.left()
            at = QPointF(edge, painting.baseline(font, head.center().y()))
            painting.text(painter, at, label, font, self.theme.text_faint, room=cell.width(), align=align)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Cards, filter bar, column heads, table."""
        self._arrange()

    def _arrange(self) -> None:
        """Place what is to be seen, and bring it up to date."""
        m = Metrics.of(self)
        side, gap, top = m.px(12), m.px(8), m.px(10)
        room, high = self.width() - 2 * side, self.strip.height_wanted()
        self.strip.setGeometry(side, top, room, high)
        bar = QRect(side, top + high + m.px(2), room, m.touch(_BAR_HEIGHT))
        right, wide = bar.right() + 1, min(m.px(190), (room - m.px(190)) // 4 - gap)
        buttons = (self.events_button, self.not_good_button, self.machine_button, self.search_button)
        for button in buttons:
            button.setGeometry(right - wide, bar.top(), wide, bar.height())
            right -= wide + gap
        events = self.events_button.isChecked()
        for button in buttons[1:]:
            button.setVisible(not events)  # they choose tags
        below = bar.bottom() + 1 + (gap if events else m.px(_HEAD_HEIGHT))
        bottom = self.height() - m.px(4)
        if self._typing or "keyboard" in self.__dict__:
            self.keyboard.setVisible(self._typing)
        if self._typing:
            keys = self.keyboard.height_wanted()
            self.keyboard.setGeometry(side, bottom - keys, room, keys)
            bottom -= keys
        area = QRect(side, below, room, bottom - below)
        detailed = not events and (self._detail_of is not None or self._link_of is not None)
        if detailed:
            pane = m.px(_DETAIL_WIDTH)
            head = bar.bottom() + 1 + gap
            self.detail.setGeometry(area.right() + 1 - pane, head, pane, bottom - head)
            area.setWidth(room - pane - gap)
        self.table.setGeometry(area)
        self.events.setGeometry(area)
        self.table.setVisible(not events)
        self.events.setVisible(events)
        if detailed or "detail" in self.__dict__:
            self.detail.setVisible(detailed)
        self._looked = 0
        if self._frame is not None:
            self.refresh(self._frame)
        self.update()
