"""The cards of the engine and of all links, side by side; dead links come first."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QScrollArea, QWidget

from hmi.model.samples import LinkState
from hmi.present.diagnostics import EndpointRow
from hmi.present.theme import Theme
from hmi.ui import painting
from hmi.ui.endpoint_card import EndpointCard
from hmi.ui.metrics import Metrics
from hmi.ui.scroll_mark import paint_place_across
from hmi.ui.touch_scroll import make_touch_scrolling

_WIDTH, _HEIGHT = 312, 98
_GAP: Final = 8
_FOOT: Final = 6
"""Design px below the cards, for the mark of where one is."""


class EndpointStrip(QScrollArea):
    """Cards that scroll sideways where there are more than fit, which a mark below them shows.

    ``cards`` are in the order of the views. They stand in it too, but those that are not connected before
    the others. A link that is lost in view comes to the front; one that is back stays where it is until the
    strip is shown anew, so that no card goes away from under a finger.
    """

    touched = pyqtSignal(str, str)
    """Machine and endpoint of the card that was touched."""

    def __init__(self, count: int, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sheet = QWidget()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, painting.color(theme.background))
        self._sheet.setPalette(palette)
        self._sheet.setAutoFillBackground(True)
        self.setPalette(palette)
        self.setWidget(self._sheet)
        make_touch_scrolling(self)
        self.engine = EndpointCard(theme, self._sheet)
        self.cards = [EndpointCard(theme, self._sheet) for _ in range(count)]
        for card in self.cards:
            card.touched.connect(self.touched)
        self._order = list(range(count))
        self._down: set[int] = set()
        bar = self.horizontalScrollBar()
        if bar is not None:
            bar.valueChanged.connect(self._moved)

    def height_wanted(self) -> int:
        """Cards and the mark below."""
        m = Metrics.of(self)
        return m.px(_HEIGHT) + m.px(_FOOT)

    def show_views(self, engine: EndpointRow, links: tuple[EndpointRow, ...]) -> None:
        """Show the engine and as many links as there are cards."""
        self.engine.show_view(engine)
        for card, view in zip(self.cards, links, strict=True):
            card.show_view(view)
        before, self._down = (
            self._down,
            {number for number, view in enumerate(links) if view.state != LinkState.UP},
        )
        if self._down - before:
            self._sort(self._order)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Links that are back return to their places."""
        super().showEvent(event)
        self._sort(sorted(self._order))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Share the width, as far as cards can be narrow."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """What the cards leave free of the viewport: the mark."""
        viewport = self.viewport()
        if viewport is None:
            return
        painter = QPainter(viewport)
        painter.fillRect(viewport.rect(), painting.color(self._theme.background))
        painting.begin(painter)
        paint_place_across(painter, self, self._theme.limit, Metrics.of(self))
        painter.end()

    def _sort(self, numbers: list[int]) -> None:
        ordered = sorted(numbers, key=lambda number: number not in self._down)
        if ordered != self._order:
            self._order = ordered
            self._arrange()

    def _arrange(self) -> None:
        m = Metrics.of(self)
        cards, gap, high = (
            [self.engine, *(self.cards[each] for each in self._order)],
            m.px(_GAP),
            m.px(_HEIGHT),
        )
        room = self.width()
        even = (room - (len(cards) - 1) * gap) / len(cards)
        wide = max(m.px(_WIDTH), min(even, m.px(2 * _WIDTH)))
        self._sheet.resize(round(max(room, len(cards) * (wide + gap) - gap)), high)
        for number, card in enumerate(cards):
            card.setGeometry(round(number * (wide + gap)), 0, round(wide), high)

    def _moved(self) -> None:
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()
