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

    @property
    def whole(self) -> bool:
        """Whether every value is live."""
        return self.live and not self.dead


class LatencyPill(Painted[PillView]):
    """Always on screen; amber and said in words when past the budget."""

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._texts = texts

    def ground(self) -> str:
        """It stands in the header."""
        return self.theme.surface

    def draw(self, painter: QPainter, view: PillView, m: Metrics) -> None:
        """From left to right: dot and word, the figure, percentiles over each other, the bar in the rest."""
        theme = self.theme
        area = self.area()
        over = view.latency.over and view.live
        painting.box(painter, area, m.px(6), theme.raised, theme.fault if over else "", 2 * m.scale)
        x = float(m.px(18))
        calm = theme.running if view.whole else theme.text_soft
        centre = QPointF(x, area.center().y())
        painting.dot(painter, centre, m.px(6), theme.fault if over else calm, hollow=not view.whole)
        x += m.px(14)
        right = area.right() - m.px(14)
        x += self._say(painter, x, self._word(view), 13, fonts.SEMIBOLD, theme.text, right - x, m)
        if view.live:
            self._latency(painter, x + m.px(12), right, view, m, over=over)

    def _latency(
        self, painter: QPainter, x: float, right: float, view: PillView, m: Metrics, *, over: bool
    ) -> None:
        theme, texts, latency = self.theme, self._texts, view.latency
        if latency.now is None:
            said = texts.text("latency.quiet" if latency.begun else "latency.waiting")
            self._say(painter, x, said, 12, fonts.REGULAR, theme.text_soft, right - x, m)
            return
        figure = texts.text("latency.now", value=latency.now)
        least = painting.width(m.font(15, fonts.SEMIBOLD), texts.text("latency.now", value="000"))
        wide = self._say(painter, x, figure, 15, fonts.SEMIBOLD, theme.text, right - x, m)
        x += max(wide, least) + m.px(10)
        shares = (
            (0.31, texts.text("latency.p50", value=latency.p50)),
            (0.69, texts.text("latency.p99", value=latency.p99)),
        )
        font = m.font(12)
        for share, content in shares:
            at = QPointF(x, painting.baseline(font, self.height() * share))
            painting.text(painter, at, content, font, theme.text_soft, room=right - x)
        x += max(painting.width(font, content) for _, content in shares) + m.px(10)
        # The figures say it in full; the bar is what may give way.
        wide = min(m.px(92), right - x)
        if wide >= m.px(36):
            self._bar(painter, self._track(right, wide, m), latency, over, m)

    def _track(self, right: float, wide: float, m: Metrics) -> QRectF:
        return QRectF(right - wide, self.area().center().y() + m.px(1), wide, m.px(7))

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
