"""Site: every machine on one screen, so that the one that needs somebody is found in a second."""

from __future__ import annotations

import math

from PyQt6.QtCore import QRect, pyqtSignal
from PyQt6.QtGui import QPalette, QResizeEvent
from PyQt6.QtWidgets import QScrollArea, QWidget

from hmi.present import site_overview
from hmi.present.drawn import Drawn
from hmi.present.pace import LivePaces
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import painting
from hmi.ui.machine_card import MachineCardWidget
from hmi.ui.metrics import Metrics
from hmi.ui.screens.screen import Screen
from hmi.ui.touch_scroll import make_touch_scrolling

_LEAST_HEIGHT = 178
_MOST_HEIGHT = 420


class SiteScreen(Screen):
    """Cards in a grid; emits ``opened`` with the machine whose card was touched."""

    opened = pyqtSignal(str)

    def __init__(self, session: Session, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(session, theme, texts, parent)
        count = len(session.epoch.machines) + len(session.epoch.quarantined)
        self._scroll = QScrollArea(self)
        self._sheet = QWidget()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, painting.color(theme.background))
        self._sheet.setPalette(palette)
        self._sheet.setAutoFillBackground(True)
        self._scroll.setPalette(palette)
        self._scroll.setWidget(self._sheet)
        make_touch_scrolling(self._scroll)
        self.cards = [MachineCardWidget(theme, self._sheet) for _ in range(count)]
        for card in self.cards:
            card.opened.connect(self.opened)
        self._paces = LivePaces(session)
        self._headlines = [
            [session.index(each.id, name) for name in each.type.headline] for each in session.epoch.machines
        ]

    def refresh(self, frame: Frame) -> None:
        """Each card repaints only if its own figures changed."""
        views = site_overview.cards(self.session, frame, self.texts, self._paces)
        for card, view in zip(self.cards, views, strict=True):
            card.show_view(view)

    def drawn(self) -> Drawn:
        """The headline figures that there is room for, on the cards that are not scrolled away."""
        seen = QRect(0, -self._sheet.y(), self.width(), self.height())
        figures = [
            index
            for card, headline in zip(self.cards, self._headlines, strict=False)
            if seen.intersects(card.geometry())
            for index in headline[: card.figures_shown]
        ]
        return Drawn.at_once(len(self.session.epoch.tags), figures)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Lay the cards out; they scroll where there are more than fit."""
        self._scroll.setGeometry(self.rect())
        if not self.cards:
            return
        m = Metrics.of(self)
        side, gap = m.px(12), m.px(10)
        columns = _columns(len(self.cards), self.width() / m.scale)
        rows = math.ceil(len(self.cards) / columns)
        wide = (self.width() - 2 * side - (columns - 1) * gap) / columns
        even = (self.height() - 2 * gap - (rows - 1) * gap) / rows
        high = min(max(even, m.touch(_LEAST_HEIGHT)), m.px(_MOST_HEIGHT))
        self._sheet.resize(self.width(), round(max(self.height(), rows * (high + gap) + gap)))
        for number, card in enumerate(self.cards):
            row, column = divmod(number, columns)
            x, y = side + column * (wide + gap), gap + row * (high + gap)
            card.setGeometry(round(x), round(y), round(wide), round(high))


def _columns(cards: int, design_width: float) -> int:
    """So many that cards are wide enough to read and no column stands empty."""
    most = max(1, int(design_width // 400))
    rows = math.ceil(cards / most)
    return min(most, math.ceil(cards / rows))
