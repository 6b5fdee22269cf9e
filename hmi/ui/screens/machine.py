"""Machine: the twin, its figures, tiles with their normal ranges, and the last minutes."""

from __future__ import annotations

from typing import cast

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QWidget

from hmi.config.epoch import Machine
from hmi.config.screens import MachineScreen as Description
from hmi.present import tile
from hmi.present.drawn import Drawn
from hmi.present.freshness import Freshness
from hmi.present.history import HistorySource
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.present.trend_memory import trend_indexes
from hmi.ui import painting
from hmi.ui.metrics import Metrics
from hmi.ui.parts import Live, Parts
from hmi.ui.readout import ReadoutWidget
from hmi.ui.screens.screen import Screen
from hmi.ui.tile import TileWidget

_SIDE, _GAP = 12, 8
_TREND_HEIGHT = 142
_READOUT_HEIGHT = 72


class MachineScreen(Screen):
    """One machine; layout ``beside`` or ``above`` as its description says."""

    def __init__(
        self,
        machine: Machine,
        session: Session,
        theme: Theme,
        texts: Texts,
        history: HistorySource,
        parts: Parts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, theme, texts.for_machine(machine.id), parent)
        self.machine = machine
        self._description = machine.screen or _plain(machine)
        self.tiles = {
            session.index(machine.id, each.tag): TileWidget(theme, self) for each in self._description.tiles
        }
        self.readouts = {
            session.index(machine.id, name): ReadoutWidget(theme, self) for name in self._description.readouts
        }
        self.twin = None
        if machine.geometry is not None:
            self.twin = parts.twin(machine, session, theme, self.texts)
            self.twin.setParent(self)
        self.trend = None
        if trend_indexes(session, machine):
            self.trend = parts.trend_strip(machine, session, theme, self.texts, history)
            self.trend.setParent(self)
        self._figures = Drawn.at_once(len(session.epoch.tags), (*self.tiles, *self.readouts))
        self._panel = QRectF()
        self._behind = True

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """While it was out of view it was told nothing."""
        super().showEvent(event)
        self._behind = True

    def refresh(self, frame: Frame) -> None:
        """Figures whose tag has news, or an age that grows, are worked out; all of them after a pause."""
        stirred = (frame.freshness != Freshness.LIVE) | frame.news
        stirred[frame.aged] = True
        everything, self._behind = self._behind, False
        for index, widget in self.tiles.items():
            if everything or stirred[index]:
                widget.show_view(tile.tile(self.session, frame, index, self.texts))
        for index, readout in self.readouts.items():
            if everything or stirred[index]:
                readout.show_view(tile.readout(self.session, frame, index, self.texts))
        for part in (self.twin, self.trend):
            if part is not None:
                cast(Live, part).refresh(frame)

    def drawn(self) -> Drawn:
        """Tiles and readouts, what the twin hangs on, the trends."""
        shown = self._figures
        for part in (self.twin, self.trend):
            if part is not None:
                shown |= cast(Live, part).drawn()
        return shown

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The ground, and the twin's place where there is one for it and no twin."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), painting.color(self.theme.background))
        if self.twin is None and not self._panel.isEmpty():
            self._draw_empty(painter, Metrics.of(self))
        painter.end()

    def _draw_empty(self, painter: QPainter, m: Metrics) -> None:
        painting.begin(painter)
        painting.box(painter, self._panel, m.px(6), self.theme.surface)
        painting.text(
            painter,
            self._panel.center(),
            self.texts.text("twin.none"),
            m.font(15),
            self.theme.text_soft,
            room=self._panel.width() - m.px(40),
            align=painting.CENTRE,
        )

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Trends at the bottom over the whole width; the rest by the layout."""
        m = Metrics.of(self)
        side, gap = m.px(_SIDE), m.px(_GAP)
        area = QRectF(self.rect()).adjusted(side, m.px(10), -side, -gap)
        if self.trend is not None:
            high = min(m.px(_TREND_HEIGHT), area.height() * 0.28)
            self.trend.setGeometry(QRectF(area.left(), area.bottom() - high, area.width(), high).toRect())
            area.setBottom(area.bottom() - high - gap)
        if self._description.layout == "beside":
            self._beside(area, m)
        else:
            self._above(area, m)

    def _beside(self, area: QRectF, m: Metrics) -> None:
        gap = m.px(_GAP)
        wide = area.width()
        if self.twin is not None or self.readouts:
            wide = min(m.px(420), area.width() * 0.36)
            self._stand(QRectF(area.left(), area.top(), area.width() - wide - m.px(12), area.height()), m)
        column = QRectF(area.right() - wide, area.top(), wide, area.height())
        count = len(self.tiles)
        high = min((column.height() - (count - 1) * gap) / max(1, count), m.px(120))
        for number, widget in enumerate(self.tiles.values()):
            y = column.top() + number * (high + gap)
            bottom = y + high
            widget.setGeometry(round(column.left()), round(y), round(wide), round(bottom) - round(y))

    def _above(self, area: QRectF, m: Metrics) -> None:
        gap = m.px(_GAP)
        high = min(m.px(132), area.height() * 0.3)
        top = area.bottom() - high
        self._stand(QRectF(area.left(), area.top(), area.width(), area.height() - high - gap), m)
        cells = _cells([each.wide for each in self._description.tiles])
        columns = 1 + max((column for column, _, _ in cells), default=0)
        wide = (area.width() - (columns - 1) * gap) / columns
        half = (high - gap) / 2
        for widget, (column, row, rows) in zip(self.tiles.values(), cells, strict=True):
            x = round(area.left() + column * (wide + gap))
            y = round(top + row * (half + gap))
            widget.setGeometry(x, y, round(wide), round(half if rows == 1 else high))

    def _stand(self, panel: QRectF, m: Metrics) -> None:
        """The twin, and the readouts in a row below it."""
        if self.readouts:
            gap, high = m.px(_GAP), m.px(_READOUT_HEIGHT)
            count = len(self.readouts)
            wide = (panel.width() - (count - 1) * gap) / count
            top = panel.bottom() - high
            for number, widget in enumerate(self.readouts.values()):
                left = round(panel.left() + number * (wide + gap))
                right = round(panel.left() + number * (wide + gap) + wide)
                widget.setGeometry(left, round(top), right - left, round(panel.bottom()) - round(top))
            panel = panel.adjusted(0, 0, 0, -high - gap)
        self._panel = panel
        if self.twin is not None:
            self.twin.setGeometry(panel.toRect())


def _plain(machine: Machine) -> Description:
    """The screen of a machine type that describes none: its drawing if it has one, its headline figures."""
    names = machine.type.headline
    views = ("none",) if machine.geometry is None else tuple(view.name for view in machine.geometry.views)
    return Description.model_validate(
        {"views": views, "tiles": tuple({"tag": name} for name in names), "trends": names}
    )


def _cells(wide: list[bool]) -> list[tuple[int, int, int]]:
    """(column, row, rows) of tiles in two rows; a wide tile, or each of up to three, takes both rows."""
    if len(wide) <= 3:
        return [(number, 0, 2) for number in range(len(wide))]
    placed: list[tuple[int, int, int]] = []
    column, row = 0, 0
    for each in wide:
        if each and row:
            column, row = column + 1, 0
        placed.append((column, row, 2 if each else 1))
        if each or row:
            column, row = column + 1, 0
        else:
            row = 1
    return placed
