"""Trends: up to six tags of a machine, back through everything that engine and panel remember."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from hmi.model.clock import NO_TIME, SECOND
from hmi.present import format as formats
from hmi.present.drawn import Drawn
from hmi.present.history import HistorySource
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.present.trend_choice import MOST, toggled
from hmi.present.trend_feed import TrendFeed
from hmi.present.trend_memory import TrendMemory, trend_indexes
from hmi.present.trend_window import PRESETS, TrendWindow
from hmi.ui import fonts, painting
from hmi.ui.badge import badge, badge_width
from hmi.ui.metrics import Metrics
from hmi.ui.screens.screen import Screen
from hmi.ui.trend_button import TrendButton
from hmi.ui.trend_list import TrendTagList
from hmi.ui.trend_plot import TrendPlot

_VIEW: Final = "trends"
_REPAINT: Final = SECOND // 10
_LIST: Final = 300
_BAR: Final = 52


class TrendsScreen(Screen):
    """The Trends screen of one session; a new session needs a new screen, which ``memory`` fills again.

    Choice and window are remembered too: what a person paused stays paused until that person goes on.
    """

    def __init__(
        self,
        session: Session,
        theme: Theme,
        texts: Texts,
        history: HistorySource,
        parent: QWidget | None = None,
        *,
        memory: TrendMemory | None = None,
    ) -> None:
        super().__init__(session, theme, texts, parent)
        self._memory = memory or TrendMemory()
        self._feed = TrendFeed(session, history, self._memory)
        self._machine = ""
        self._now = session.welcome.started
        self._painted = NO_TIME
        self._is_current = False
        self._card = QRectF()
        self.tags = TrendTagList(theme, self)
        self.tags.toggled.connect(self.toggle)
        self.plot = TrendPlot(session, theme, texts, self._feed, self)
        self.plot.window_shown = self._memory.windows.get(_VIEW, TrendWindow())
        self.plot.window_changed.connect(self._show_state)
        self.presets: dict[int, TrendButton] = {}
        for seconds in PRESETS:
            hours = seconds >= 3600
            count = seconds // (3600 if hours else 60)
            label = texts.text("trends.hours" if hours else "trends.minutes", count=count)
            self.presets[seconds] = self._button(label)
            self.presets[seconds].clicked.connect(lambda _=False, s=seconds: self._set_span(s))
        self.pause = self._button(texts.text("trends.pause"))
        self.pause.clicked.connect(self._toggle_pause)
        self.live = self._button(texts.text("trends.live"))
        self.live.clicked.connect(lambda: self._set_window(self.plot.window_shown.to_live()))
        if session.epoch.machines:
            self.show_machine(session.epoch.machines[0].id)
        self._show_state()

    @property
    def chosen(self) -> tuple[int, ...]:
        """The tags in the plot, in the order of their bands."""
        return tuple(self._colours())

    def show_machine(self, machine_id: str) -> None:
        """Offer the tags of a machine; those that its Machine screen shows are chosen to begin with."""
        if machine_id == self._machine:
            return
        self._machine = machine_id
        texts = self.texts.for_machine(machine_id)
        rows = [(i, self.session.tag(i)) for i in self.session.epoch.tags_of(machine_id)]
        self.tags.show_tags([(i, tag) for i, tag in rows if tag.type.numeric], texts)
        self.plot.set_texts(texts)
        if machine_id not in self._memory.chosen:
            wanted = trend_indexes(self.session, self.session.machine(machine_id))[:MOST]
            colours = {self.session.tag(index).id: number for number, index in enumerate(wanted)}
            self._memory.chosen[machine_id] = colours
        self._follow()

    def toggle(self, index: int) -> None:
        """Put a tag into the plot or take it out; a seventh takes the place of the oldest."""
        chosen = self._memory.chosen.get(self._machine, {})
        self._memory.chosen[self._machine] = toggled(chosen, self.session.tag(index).id)
        self._follow()

    def refresh(self, frame: Frame) -> None:
        """Take the frame's samples; repaint at most ten times a second."""
        self._feed.feed(frame)
        self._now = frame.now.utc
        # Where time stands still, as in a replay, each look paints: an answer may have come.
        self._is_current = self._painted == NO_TIME or not 0 < self._now - self._painted < _REPAINT
        if self._is_current:
            self._painted = self._now
            self.plot.refresh(frame)

    def drawn(self) -> Drawn:
        """The tags in the plot, current when it was just repainted; none in a paused plot that is read."""
        plot, tags = self.plot, len(self.session.epoch.tags)
        if plot.cursor_time is not None and not plot.window_shown.live:
            return Drawn.nothing(tags)
        charted = Drawn.at_once(tags, self._feed.indexes)
        return charted if self._is_current else Drawn(charted.shown, Drawn.nothing(tags).current)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """The list at the left, the buttons over the plot."""
        super().resizeEvent(event)
        m = Metrics.of(self)
        side, gap = m.px(12), m.px(8)
        area = self.rect().adjusted(side, m.px(10), -side, -gap)
        wide, high = m.px(_LIST), m.touch(_BAR)
        self.tags.setGeometry(area.left(), area.top(), wide, area.height())
        left = area.left() + wide + gap
        self._card = QRectF(left, area.top(), area.right() - left, area.height())
        y = area.top() + m.px(10)
        x = left + m.px(12)
        for button in self.presets.values():
            button.setGeometry(x, y, m.touch(84), high)
            x += button.width() + gap
        x = round(self._card.right()) - m.px(12)
        for button in (self.live, self.pause):
            button.setGeometry(x - m.touch(108), y, m.touch(108), high)
            x = button.x() - gap
        top = y + high + gap
        self.plot.setGeometry(
            left + m.px(4), top, round(self._card.width()) - m.px(8), area.bottom() - top - m.px(6)
        )

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The cards under list and plot, and what stretch of time is shown."""
        super().paintEvent(event)
        painter = QPainter(self)
        painting.begin(painter)
        m, theme = Metrics.of(self), self.theme
        painting.box(painter, self._card, m.px(6), theme.surface)
        last = list(self.presets.values())[-1].geometry()
        left, right = last.right() + m.px(16), self.pause.x() - m.px(12)
        middle = last.center().y() + 1.0
        if self.plot.window_shown.live:
            name = self.texts.for_machine(self._machine).text(self.session.machine(self._machine).name)
            font = m.font(15, fonts.MEDIUM)
            at = QPointF((left + right) / 2, painting.baseline(font, middle))
            painting.text(painter, at, name, font, theme.text_soft, room=right - left, align=painting.CENTRE)
        else:
            begin, end = self.plot.window_shown.at(self._now)
            said = self.texts.text("trends.paused", begin=formats.clock(begin), end=formats.clock(end))
            wide = min(badge_width(said, m), right - left)
            badge(painter, (left + right + wide) / 2, middle, said, theme, m, wide)
        painter.end()

    def _button(self, label: str) -> TrendButton:
        button = TrendButton(self.theme, label, self)
        button.setCheckable(True)
        return button

    def _colours(self) -> dict[int, str]:
        """The tags in the plot with their colours, as far as this epoch has them as numbers."""
        found: dict[int, str] = {}
        for tag_id, number in self._memory.chosen.get(self._machine, {}).items():
            index = self.session.epoch.index.get(tag_id)
            if index is not None and self.session.tag(index).type.numeric:
                found[index] = self.theme.trend[number]
        return found

    def _follow(self) -> None:
        colours = self._colours()
        self._feed.follow(colours)
        self.tags.show_chosen(colours)
        self.plot.show_tags(colours)
        self.update()

    def _set_span(self, seconds: int) -> None:
        self._set_window(self.plot.window_shown.of_span(seconds * SECOND))

    def _toggle_pause(self) -> None:
        window = self.plot.window_shown
        self._set_window(window.paused(self._now) if window.live else window.to_live())

    def _set_window(self, window: TrendWindow) -> None:
        self.plot.set_window(window)
        self._show_state()

    def _show_state(self) -> None:
        window = self.plot.window_shown
        self._memory.windows[_VIEW] = window
        for seconds, button in self.presets.items():
            button.setChecked(window.span == seconds * SECOND)
        self.live.setChecked(window.live)
        self.pause.setChecked(not window.live)
        self.update()
