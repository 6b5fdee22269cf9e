"""LIVE, and how late: the latency bound now, p50 and p99, on a bar up to the budget."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QWidget

from hmi.present.latency import BUDGET_MS, LatencyView
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics
from hmi.ui.painted import Painted


@dataclass(frozen=True, slots=True)
class PillView:
    """``dead`` of ``total`` values in view are not live; all of them: nothing is."""

    latency: LatencyView
    dead: int
    total: int

    @property
    def live(self) -> bool:
        """Whether any value is live."""
        return self.dead < self.total


class LatencyPill(Painted[PillView]):
    """Always on screen; amber and said in words when past the budget."""

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._texts = texts

    def ground(self) -> str:
        """It stands in the header."""
        return self.theme.surface

    def draw(self, painter: QPainter, view: PillView, m: Metrics) -> None:
        """From left to right: dot and word, the figure, percentiles over each other, the bar."""
        theme, texts = self.theme, self._texts
        area = self.area()
        over = view.latency.over and view.live
        painting.box(painter, area, m.px(6), theme.raised, theme.fault if over else "", 2 * m.scale)
        middle = area.center().y()
        x = float(m.px(18))
        calm = theme.running if view.live else theme.text_faint
        painting.dot(
            painter, QPointF(x, middle), m.px(6), theme.fault if over else calm, hollow=not view.live
        )
        x += m.px(14)
        bar = QRectF(area.right() - m.px(14) - m.px(92), middle + m.px(1), m.px(92), m.px(7))
        x += self._say(painter, x, self._word(view), 13, fonts.SEMIBOLD, theme.text, bar.left() - x, m)
        if not view.live:
            return
        x += m.px(12)
        latency = view.latency
        if latency.now is None:
            room = area.right() - m.px(12) - x
            self._say(painter, x, texts.text("latency.quiet"), 12, fonts.REGULAR, theme.text_soft, room, m)
            return
        figure = texts.text("latency.now", value=latency.now)
        least = painting.width(m.font(15, fonts.SEMIBOLD), texts.text("latency.now", value="000"))
        wide = self._say(painter, x, figure, 15, fonts.SEMIBOLD, theme.text, bar.left() - x, m)
        x += max(wide, least) + m.px(10)
        room = bar.left() - m.px(6) - x
        for share, content in (
            (0.31, texts.text("latency.p50", value=latency.p50)),
            (0.69, texts.text("latency.p99", value=latency.p99)),
        ):
            font = m.font(12)
            at = QPointF(x, painting.baseline(font, self.height() * share))
            painting.text(painter, at, content, font, theme.text_soft, room=room)
        self._bar(painter, bar, latency, over, m)

    def _word(self, view: PillView) -> str:
        if not view.live:
            return self._texts.text("latency.dead")
        if view.dead:
            return self._texts.text("latency.partial", dead=view.dead)
        return self._texts.text("latency.live")

    def _say(
        self,
        painter: QPainter,
        x: float,
        content: str,
        size: float,
        weight: int,
        colour: str,
        room: float,
        m: Metrics,
    ) -> float:
        font = m.font(size, weight)
        at = QPointF(x, painting.baseline(font, self.height() / 2))
        return painting.text(painter, at, content, font, colour, room=room)

    def _bar(self, painter: QPainter, bar: QRectF, latency: LatencyView, over: bool, m: Metrics) -> None:
        theme = self.theme
        radius = bar.height() / 2
        painting.box(painter, bar, radius, theme.track)
        share = min(1.0, (latency.now or 0) / BUDGET_MS)
        filled = QRectF(bar.left(), bar.top(), max(bar.height(), bar.width() * share), bar.height())
        painting.box(painter, filled, radius, theme.fault if over else theme.running)
        mark = bar.left() + bar.width() * min(1.0, (latency.p99 or 0) / BUDGET_MS)
        tick = QRectF(round(mark) - m.scale, bar.top() - m.px(2), 2 * m.scale, bar.height() + m.px(4))
        painter.fillRect(tick, painting.color(theme.text))
        font = m.font(10)
        painting.text(
            painter,
            QPointF(bar.right(), bar.top() - m.px(4)),
            str(BUDGET_MS),
            font,
            theme.text_faint,
            room=bar.width(),
            align=painting.RIGHT,
        )
