"""One machine on the Site screen; touched, it opens the machine."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from PyQt6.QtCore import QPointF, QRectF, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter, QRegion

from hmi.present.site_overview import MachineCard
from hmi.ui import fonts, painting
from hmi.ui.badge import badge, plate
from hmi.ui.card_figure import draw_figure
from hmi.ui.hatch import fill_hatched
from hmi.ui.metrics import Metrics
from hmi.ui.name_marks import marks_after, marks_room
from hmi.ui.painted import Painted

_ROOM_FOR_THREE: Final = 500
"""Design px of width from which on three figures stand side by side."""
_PAD: Final = 18
"""Design px between a card's sides and what stands on it."""
_PROGRESS: Final = 112
"""Design px of the bar of the running cycle."""
_FOLDERS: Final = re.compile(r"(?<![\w:/])/(?:[^\s/:]+/)+")
"""The folders before a file's name: what is wrong says more than where it is installed."""


class MachineCardWidget(Painted[MachineCard]):
    """Name and type, state, headline figures, job and freshness; hatched where nothing is live."""

    opened = pyqtSignal(str)
    _down = False

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Answer the touch at once."""
        self._press(self.view is not None and bool(self.view.machine))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """A finger that leaves the card opens nothing."""
        if event is not None and not self.area().contains(event.position()):
            self._press(False)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Open the machine, unless the finger went elsewhere (a drag is released far outside)."""
        was, view = self._down, self.view
        self._press(False)
        inside = event is not None and self.area().contains(event.position())
        if was and inside and view is not None:
            self.opened.emit(view.machine)

    def _press(self, down: bool) -> None:
        if down != self._down:
            self._down = down
            self.update()

    def draw(self, painter: QPainter, view: MachineCard, m: Metrics) -> None:
        """Live as a calm card, else hatched under a plate that says why."""
        if view.cover:
            self._covered(painter, view, m)
            return
        fill = self.theme.pressed if self._down else self.theme.surface
        painting.box(painter, self.area(), m.px(6), fill)
        self._names(painter, view, m, self.theme.text)
        pad = m.px(_PAD)
        foot = self.height() - m.px(22)
        self._figures(painter, view, m)
        small = m.font(15)
        news_colour = self.theme.text_faint if view.calm else self.theme.text
        base = painting.baseline(small, foot)
        right = float(self.width() - pad)
        if view.calm:
            news = painting.text(
                painter,
                QPointF(right, base),
                view.news,
                small,
                news_colour,
                room=self.width() * 0.5,
                align=painting.RIGHT,
            )
        else:
            room = self.width() * 0.5
            news = right - badge(painter, right, foot, view.news, self.theme, m, room)
        room = self.width() - 2 * pad - news - m.px(16)
        painting.text(painter, QPointF(pad, base), view.job, small, self.theme.text_soft, room=room)

    def _names(self, painter: QPainter, view: MachineCard, m: Metrics, colour: str) -> None:
        pad, right = m.px(_PAD), float(self.width() - m.px(_PAD))
        name, small, label = m.font(22, fonts.SEMIBOLD), m.font(14), m.font(20, fonts.MEDIUM)
        state_left = right
        if view.state is not None:
            room = self.width() * 0.48
            wide = min(painting.width(label, view.state.label), room)
            state_left = right - wide - m.px(24)
            tone = painting.tone_colour(self.theme, view.state.tone)
            unknown = view.state.tone == "unknown"
            middle = m.px(29)
            at = QPointF(state_left + m.px(8), middle)
            painting.dot(painter, at, m.px(8), tone, hollow=unknown)
            base = painting.baseline(label, middle)
            text_colour = self.theme.text_soft if unknown else self.theme.text
            at = QPointF(right - wide, base)
            painting.text(painter, at, view.state.label, label, text_colour, room=room)
            if view.progress is not None:
                self._progress(painter, view.progress, m)
        room, marks = state_left - pad - m.px(12), marks_room(view.mark, view.lock, m)
        at = QPointF(pad, painting.baseline(name, m.px(28)))
        end = pad + painting.text(painter, at, view.name, name, colour, room=room)
        beside = painting.width(name, view.name) + marks <= room
        if beside:
            marks_after(painter, end, m.px(28), view.mark, view.lock, self.theme, m)
        else:  # the name comes first: what does not fit beside it stands below
            room = self._second_room(view, m) - marks
        at = QPointF(pad, painting.baseline(small, m.px(55)))
        end = pad + painting.text(painter, at, view.type_name, small, self.theme.text_soft, room=room)
        if not beside:
            end = marks_after(painter, end, m.px(55), view.mark, view.lock, self.theme, m)
        if view.pace and not view.cover:
            self._pace(painter, view.pace, end, m)

    def _second_room(self, view: MachineCard, m: Metrics) -> float:
        """The room of the second line, up to where progress stands."""
        taken = 0 if view.progress is None or view.state is None else m.px(_PROGRESS + 12)
        return float(self.width() - 2 * m.px(_PAD) - taken)

    def _pace(self, painter: QPainter, pace: tuple[str, ...], x: float, m: Metrics) -> None:
        """Behind the type's name, up to where progress stands; left out whole where there is no room."""
        small = m.font(12)
        x += m.px(12)
        room = self.width() - m.px(_PAD + _PROGRESS + 12) - x
        said = painting.first_fitting(small, pace, room)
        if painting.width(small, said) <= room:
            at = QPointF(x, painting.baseline(small, m.px(55.5)))
            painting.text(painter, at, said, small, self.theme.text_faint, room=room)

    def _progress(self, painter: QPainter, share: float, m: Metrics) -> None:
        wide, high = m.px(_PROGRESS), m.px(6)
        bar = QRectF(self.width() - m.px(18) - wide, m.px(52), wide, high)
        painting.box(painter, bar, high / 2, self.theme.track)
        done = QRectF(bar.left(), bar.top(), max(high, wide * share), high)
        painting.box(painter, done, high / 2, self.theme.workpiece_line)

    @property
    def figures_shown(self) -> int:
        """So many of the headline figures have room side by side."""
        m = Metrics.of(self)
        return self._room_for(self.width() - 2 * m.px(_PAD), m)

    def _room_for(self, width: float, m: Metrics) -> int:
        return 2 if width < m.px(_ROOM_FOR_THREE) else 3

    def dirty(self, before: MachineCard, after: MachineCard) -> QRegion | None:
        """The figures that differ, where nothing else does: they change many times a second."""
        if after.cover or replace(before, figures=after.figures) != after:
            return None
        if len(before.figures) != len(after.figures):
            return None
        part, m = QRegion(), Metrics.of(self)
        pairs = zip(before.figures, after.figures, strict=True)
        # Figures beyond those that are shown have no cell.
        for cell, (old, new) in zip(self._cells(after, m), pairs, strict=False):
            if old != new:
                # What hatches a figure, and the pointer of its scale, stand out a little.
                out = m.px(10)
                part += QRegion(cell.adjusted(-out, -out, out, out).toAlignedRect())
        return part

    def _cells(self, view: MachineCard, m: Metrics) -> list[QRectF]:
        """Where the figures stand: the first takes half of the width, the others share the rest."""
        pad, top, bottom = m.px(_PAD), m.px(72), self.height() - m.px(40)
        area = QRectF(pad, top, self.width() - 2 * pad, bottom - top)
        count = min(len(view.figures), self._room_for(area.width(), m))
        if not count:
            return []
        first = area.width() * (1.0, 0.5, 0.4)[count - 1]
        rest = (area.width() - first) / max(1, count - 1)
        cells = [QRectF(area.left(), area.top(), first - m.px(12), area.height())]
        for number in range(count - 1):
            x = area.left() + first + number * rest
            cells.append(QRectF(x, area.top(), rest - m.px(12), area.height()))
        return cells

    def _figures(self, painter: QPainter, view: MachineCard, m: Metrics) -> None:
        """As large as there is room for, and as many as can still be read from two metres."""
        cells = self._cells(view, m)
        for number, (cell, figure) in enumerate(zip(cells, view.figures, strict=False)):
            large = min(max(cell.height() / m.scale * 0.36, 32.0), 64.0)
            size = large if number == 0 else max(28.0, large * 0.58)
            draw_figure(painter, figure, cell, size, self.theme, m)

    def _covered(self, painter: QPainter, view: MachineCard, m: Metrics) -> None:
        theme, area = self.theme, self.area()
        fill_hatched(painter, area, m.px(6), theme, m.scale)
        side = m.px(10)
        plate(painter, QRectF(side, side, area.width() - 2 * side, m.px(58)), theme, m)
        self._names(painter, view, m, theme.text_soft)
        font, small = m.font(20, fonts.SEMIBOLD), m.font(14)
        widest = area.width() - 2 * side
        room = widest - m.px(32)
        row, top = m.px(20), m.px(74)
        most = max(1, int((area.height() - side - top - m.px(52)) // row))
        # Of what was left out. The cause of a link that is down may hold a command that is to be typed.
        why = view.cause if view.machine else _FOLDERS.sub("", view.cause)
        cause = painting.lines(small, why, room, most)
        said = [painting.width(font, view.cover), *(painting.width(small, each) for each in cause)]
        wide = min(max(max(said) + m.px(32), m.px(190)), widest)
        high = m.px(46) + len(cause) * row
        middle = (top + area.height() - side) / 2
        back = QRectF((area.width() - wide) / 2, middle - high / 2, wide, high)
        painting.box(painter, back, m.px(4), theme.badge, theme.line)
        x, y = back.center().x(), back.top() + m.px(23)
        at = QPointF(x, painting.baseline(font, y))
        painting.text(painter, at, view.cover, font, theme.text, room=room, align=painting.CENTRE)
        y += m.px(6)
        for each in cause:
            y += row
            at = QPointF(x, painting.baseline(small, y - m.px(2)))
            painting.text(painter, at, each, small, theme.text_soft, room=room + 1, align=painting.CENTRE)
