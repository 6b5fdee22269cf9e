"""LIVE, and how late: the latency bound now on a bar up to the budget; p50 and p99, the pace granted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QWidget

from hmi.present.latency import BUDGET_MS, LatencyView
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics
from hmi.ui.painted import Painted

_ABOVE: Final = 0.32
_BELOW: Final = 0.71
"""The middles of the two lines, as shares of the height."""


@dataclass(frozen=True, slots=True)
class PillView:
    """``dead`` of ``total`` values in view are not live; all of them: nothing is.

    ``pace`` is what was granted to those that ``latency`` is about, the shortest words last. ``recorded``:
    what a replay says in its place, in which nothing is live and nothing has a latency; "" where it is none.
    """

    latency: LatencyView
    dead: int
    total: int
    pace: tuple[str, ...] = ()
    recorded: str = ""

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
        """Above from left to right: dot and word, the figure, the bar in the rest; below what explains it."""
        theme = self.theme
        area = self.area()
        if view.recorded:
            self._recorded(painter, area, view.recorded, m)
            return
        over = view.latency.over and view.live
        painting.box(painter, area, m.px(6), theme.raised, theme.fault if over else "", 2 * m.scale)
        below = self._explained(view) if view.live else ()
        middle = self.height() * (_ABOVE if below else 0.5)
        x = float(m.px(18))
        calm = theme.running if view.whole else theme.text_soft
        colour = theme.fault if over else calm
        painting.dot(painter, QPointF(x, middle), m.px(6), colour, hollow=not view.whole)
        x += m.px(14)
        right = area.right() - m.px(14)
        x += self._say(painter, x, middle, self._word(view), 13, fonts.SEMIBOLD, theme.text, right - x, m)
        if view.live:
            self._latency(painter, x + m.px(12), middle, right, view, m, over=over)
        if below:
            self._below(painter, m.px(12), right, below, view.pace, m)

    def _recorded(self, painter: QPainter, area: QRectF, said: str, m: Metrics) -> None:
        """Filled from end to end, as nothing live ever is."""
        theme, texts = self.theme, self._texts
        painting.box(painter, area, m.px(6), theme.replay)
        middle, right = self.height() * 0.5, area.right() - m.px(16)
        x = float(m.px(16))
        word = texts.text("replay.word")
        x += self._say(painter, x, middle, word, 17, fonts.SEMIBOLD, theme.background, right - x, m) + m.px(
            14
        )
        self._say(painter, x, middle, said, 13, fonts.MEDIUM, theme.background, right - x, m)

    def _explained(self, view: PillView) -> tuple[str, ...]:
        """The percentiles, and at least one way to say the pace where it is known."""
        latency, texts = view.latency, self._texts
        shares: tuple[str, ...] = ()
        if latency.now is not None:
            shares = tuple(
                texts.text(f"latency.{name}", value=value)
                for name, value in (("p50", latency.p50), ("p99", latency.p99))
            )
        return (*shares, *view.pace[-1:])

    def _below(
        self,
        painter: QPainter,
        x: float,
        right: float,
        said: tuple[str, ...],
        pace: tuple[str, ...],
        m: Metrics,
    ) -> None:
        font, middle = m.font(12), self.height() * _BELOW
        for content in said[: -1 if pace else None]:
            self._say(painter, x, middle, content, 12, fonts.REGULAR, self.theme.text_soft, right - x, m)
            least = painting.width(font, content.rstrip("0123456789") + "000")
            x += max(painting.width(font, content), least) + m.px(10)
        if pace:
            content = painting.first_fitting(font, pace, right - x)
            wide = painting.width(font, content)
            # At the right end, so that it stands still when the percentiles grow.
            x = max(x, right - wide)
            self._say(painter, x, middle, content, 12, fonts.REGULAR, self.theme.text_soft, right - x + 1, m)

    def _latency(
        self,
        painter: QPainter,
        x: float,
        middle: float,
        right: float,
        view: PillView,
        m: Metrics,
        *,
        over: bool,
    ) -> None:
        theme, texts, latency = self.theme, self._texts, view.latency
        if latency.now is None:
            said = texts.text("latency.quiet" if latency.begun else "latency.waiting")
            self._say(painter, x, middle, said, 12, fonts.REGULAR, theme.text_soft, right - x, m)
            return
        figure = texts.text("latency.now", value=latency.now)
        least = painting.width(m.font(15, fonts.SEMIBOLD), texts.text("latency.now", value="000"))
        wide = self._say(painter, x, middle, figure, 15, fonts.SEMIBOLD, theme.text, right - x, m)
        x += max(wide, least) + m.px(14)
        # The figures say it in full; the bar is what may give way. Its end is written behind it: above it,
        # that would stand on the pill's edge.
        end = painting.width(m.font(11), str(BUDGET_MS))
        wide = min(m.px(120), right - x) - end - m.px(6)
        if wide >= m.px(36):
            self._say(
                painter, right - end, middle, str(BUDGET_MS), 11, fonts.REGULAR, theme.text_soft, end, m
            )
            high = m.px(7)
            track = QRectF(right - end - m.px(6) - wide, middle - high / 2, wide, high)
            self._bar(painter, track, latency, over, m)

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
        middle: float,
        content: str,
        size: float,
        weight: int,
        colour: str,
        room: float,
        m: Metrics,
    ) -> float:
        font = m.font(size, weight)
        at = QPointF(x, painting.baseline(font, middle))
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
