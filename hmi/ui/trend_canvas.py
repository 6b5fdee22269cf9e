"""The plot of several trends as a picture that scrolls: only what is new is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from hmi.config.base import Span
from hmi.config.tags import Tag
from hmi.present.theme import Theme
from hmi.present.trend_axis import time_ticks, value_span
from hmi.present.trend_columns import TrendColumns, columns, runs
from hmi.present.trend_feed import TrendFeed
from hmi.ui import painting
from hmi.ui.hatch import hatch
from hmi.ui.metrics import Metrics
from hmi.ui.twin_geometry import polygon

_SEAM: Final = 3
"""Columns before the new ones that are painted again, so that the line's joints fit."""
_LAP: Final = 2
"""Columns beyond a stripe that its shapes reach into, so that no seam shows."""
_TICK_ROOM: Final = 120
_THICK: Final = 1.8
"""Pixels of the design that a level line is thick."""
_LEAST_GAP: Final = 3
"""Pixels: a gap is seen however short it was."""
_HEAD: Final = 24
"""Pixels of the design over each detailed band, for what stands there in words."""


@dataclass(slots=True, eq=False)
class Lane:
    """One tag's band of the plot: ``top`` and ``height`` in pixels, ``span`` what it scales to.

    ``head`` pixels above it are free for words.
    """

    index: int
    tag: Tag
    colour: str
    top: float
    height: float
    head: float
    span: Span

    def y(self, value: npt.NDArray[np.float64] | float) -> npt.NDArray[np.float64]:
        """Where values lie, in pixels."""
        share = (np.asarray(value) - self.span.low) / (self.span.high - self.span.low)
        return np.asarray(self.top + self.height * (1.0 - share))


class TrendCanvas:
    """Lanes over one stretch of time. Times are cut into columns of a pixel each, counted since 1970,
    so that a live picture moves by whole pixels and a column looks the same wherever it stands.

    ``detailed``: with each tag's normal band and limits behind its line.
    """

    def __init__(self, feed: TrendFeed, theme: Theme, *, detailed: bool) -> None:
        self._feed = feed
        self._theme = theme
        self._detailed = detailed
        self._m = Metrics(1.0, 1.0)
        self.picture = QPixmap()
        self.lanes: list[Lane] = []
        self._ratio = 1.0
        self._width = self._height = 0
        self.duration = 1
        self._first = 0
        self._low: list[npt.NDArray[np.float64]] = []
        self._high: list[npt.NDArray[np.float64]] = []
        self._gap: list[npt.NDArray[np.float64]] = []
        self._revisions: list[int] = []
        self._drawn_to = 0
        self._valid = False

    def lay_out(
        self, tags: Sequence[tuple[int, Tag, str]], width: int, height: int, ratio: float, m: Metrics
    ) -> None:
        """Put lanes for tags (index, tag, colour) into a picture of ``width`` × ``height``."""
        self._width, self._height, self._ratio, self._m = max(width, 1), max(height, 1), ratio, m
        self.picture = QPixmap(round(self._width * ratio), round(self._height * ratio))
        self.picture.setDevicePixelRatio(ratio)
        kept = {lane.index: lane.span for lane in self.lanes}
        head, gap = (m.px(_HEAD), m.px(6)) if self._detailed else (0, m.px(4))
        each = (self._height + gap) / max(len(tags), 1)
        nan = float("nan")
        self.lanes = [
            Lane(
                index,
                tag,
                colour,
                number * each + head,
                max(each - gap - head, 1.0),
                head,
                kept.get(index) or value_span(tag, nan, nan),
            )
            for number, (index, tag, colour) in enumerate(tags)
        ]
        self._valid = False

    def update(self, begin: int, end: int) -> int:
        """Make the picture show [begin, end] (UTC ns).

        The pixel from which on it looks different: 0 where it moved or was made anew, its width where
        nothing changed.
        """
        duration = max((end - begin) // self._width, 1)
        first = end // duration - self._width + 1
        revisions = [self._feed.series(lane.index).revision for lane in self.lanes]
        shift = first - self._first
        steady = self._valid and duration == self.duration and revisions == self._revisions
        steady = steady and abs(shift) < self._width // 2 and self._ratio == 1.0
        self.duration, self._first, self._revisions = duration, first, revisions
        since = self._advance(shift) if steady else None
        if since is None:
            self._redraw()
            return 0
        return 0 if shift else since

    def x(self, time: int) -> float:
        """Where a moment (UTC ns) lies, in pixels of the picture."""
        return (time - self._first * self.duration) / self.duration

    def time(self, x: float) -> int:
        """The moment (UTC ns) at a pixel of the picture."""
        return self._first * self.duration + round(x * self.duration)

    @property
    def span(self) -> tuple[int, int]:
        """(begin, end) of the picture, UTC ns."""
        return self._first * self.duration, (self._first + self._width) * self.duration

    def _redraw(self) -> None:
        reduced = [self._reduced(lane, 0, self._width) for lane in self.lanes]
        self._low, self._high = [r.low for r in reduced], [r.high for r in reduced]
        self._gap = [r.gap.astype(np.float64) for r in reduced]
        for lane, low, high in zip(self.lanes, self._low, self._high, strict=True):
            lane.span = value_span(lane.tag, *_extremes(low, high), lane.span if self._valid else None)
        self._valid = True
        self._paint(0, self._width, 0, reduced)

    def _advance(self, shift: int) -> int | None:
        """Scroll and paint what is new, from the pixel returned on; None where a scale no longer fits."""
        at_left = min(-shift + _SEAM, self._width) if shift < 0 else 0
        since = min(self._drawn_to - self._first, self._width - max(shift, 0)) - _SEAM
        since = min(max(since, at_left), self._width)
        stripes = [(0, at_left)] if at_left else []
        stripes += [(since, self._width)] if since < self._width else []
        wider = [(max(a - _LAP, 0), min(b + _LAP, self._width)) for a, b in stripes]
        reduced = [[self._reduced(lane, *stripe) for lane in self.lanes] for stripe in wider]
        if not shift and all(
            self._looks_as_drawn(number, since, one)
            for (since, _), each in zip(wider, reduced, strict=True)
            for number, one in enumerate(each)
        ):
            return self._width
        for number, lane in enumerate(self.lanes):
            self._low[number] = _shifted(self._low[number], shift)
            self._high[number] = _shifted(self._high[number], shift)
            self._gap[number] = _shifted(self._gap[number], shift)
            for (a, b), each in zip(wider, reduced, strict=True):
                self._low[number][a:b] = each[number].low
                self._high[number][a:b] = each[number].high
                self._gap[number][a:b] = each[number].gap
            extremes = _extremes(self._low[number], self._high[number])
            if value_span(lane.tag, *extremes, lane.span) != lane.span:
                return None
        if shift:
            self.picture.scroll(-shift, 0, self.picture.rect())
        for stripe, (first, _), each in zip(stripes, wider, reduced, strict=True):
            self._paint(*stripe, first, each)
        return 0 if at_left else since

    def _looks_as_drawn(self, number: int, since: int, one: TrendColumns) -> bool:
        drawn = slice(since, since + len(one.low))
        return all(
            np.array_equal(before[number][drawn], now, equal_nan=True)
            for before, now in ((self._low, one.low), (self._high, one.high), (self._gap, one.gap))
        )

    def _reduced(self, lane: Lane, since: int, until: int) -> TrendColumns:
        series = self._feed.series(lane.index)
        begin = (self._first + since) * self.duration
        return columns(series.read(), series.held_until, begin, self.duration, until - since)

    def _paint(self, since: int, until: int, first: int, reduced: Sequence[TrendColumns]) -> None:
        """Paint the pixels from ``since`` to ``until``; the columns begin at ``first``."""
        painter = QPainter(self.picture)
        stripe = QRect(since, 0, until - since, self._height)
        painter.setClipRect(stripe)
        painter.fillRect(stripe, painting.color(self._theme.surface))
        painter.setBrushOrigin(QPointF(-(self._first % 4096), 0))
        self._paint_grid(painter, stripe)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for lane, one in zip(self.lanes, reduced, strict=True):
            painter.setBrush(painting.color(lane.colour))
            for a, b in runs(one):
                painter.drawPolygon(self._band(lane, one, a, b, first))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        for lane, one in zip(self.lanes, reduced, strict=True):
            self._paint_gaps(painter, lane, one, first)
        painter.end()
        self._drawn_to = min((self._known_to(lane) for lane in self.lanes), default=0)

    def _band(self, lane: Lane, one: TrendColumns, first: int, after: int, since: int) -> QPolygonF:
        """A run of columns as the band between its lows and highs, as thick as a line where they meet.

        Filling one shape is several times faster than stroking a line through all the points.
        """
        inner = np.arange(first, after) + 0.5
        x = np.concatenate([[first], inner, [after]]) + since
        half = _THICK * self._m.scale / 2
        top = lane.y(np.pad(one.high[first:after], 1, "edge")) - half
        bottom = lane.y(np.pad(one.low[first:after], 1, "edge")) + half
        upper, lower = np.stack([x, top], axis=-1), np.stack([x, bottom], axis=-1)
        return polygon(np.concatenate([upper, lower[::-1]]))

    def _known_to(self, lane: Lane) -> int:
        series = self._feed.series(lane.index)
        end = self._first + self._width - 1
        last = series.last
        if last is None or last[1] != last[1]:
            return end
        return min(max(series.held_until, last[0]) // self.duration, end)

    def _paint_grid(self, painter: QPainter, stripe: QRect) -> None:
        theme, left, right = self._theme, stripe.left(), stripe.right() + 1
        if self._detailed:
            for lane in self.lanes:
                self._paint_normal(painter, lane, left, right)
        painter.setPen(QPen(painting.color(theme.grid), 1.0))
        for time, _ in self.ticks():
            x = int(self.x(time)) + 0.5
            for lane in self.lanes:  # not through the words over a band
                painter.drawLine(QLineF(x, lane.top, x, lane.top + lane.height))
        if self._detailed:
            for lane in self.lanes:
                self._paint_limits(painter, lane, left, right)

    def ticks(self) -> list[tuple[int, str]]:
        """Round local times in the picture, with their texts."""
        return time_ticks(*self.span, max(self._width // self._m.px(_TICK_ROOM), 1))

    def _paint_normal(self, painter: QPainter, lane: Lane, left: int, right: int) -> None:
        theme, tag = self._theme, lane.tag
        painter.fillRect(QRectF(left, lane.top, right - left, lane.height), painting.color(theme.background))
        if tag.normal is not None:
            top, bottom = (float(lane.y(v)) for v in (tag.normal.high, tag.normal.low))
            top, bottom = max(top, lane.top), min(bottom, lane.top + lane.height)
            if bottom > top:
                painter.fillRect(QRectF(left, top, right - left, bottom - top), painting.color(theme.raised))

    def _paint_limits(self, painter: QPainter, lane: Lane, left: int, right: int) -> None:
        theme, limits = self._theme, lane.tag.limits
        if limits is None:
            return
        for value, strong in (
            (limits.low_low, True),
            (limits.low, False),
            (limits.high, False),
            (limits.high_high, True),
        ):
            if value is not None and lane.span.low <= value <= lane.span.high:
                y = float(lane.y(value))
                painter.setPen(QPen(painting.color(theme.limit), (1.6 if strong else 1.0) * self._m.scale))
                painter.drawLine(QLineF(left, y, right, y))

    def _paint_gaps(self, painter: QPainter, lane: Lane, one: TrendColumns, since: int) -> None:
        edges = np.flatnonzero(np.diff(np.concatenate([[False], one.gap, [False]]).astype(np.int8)))
        brush = hatch(self._theme, self._m.scale)
        for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            wide = max(b - a, _LEAST_GAP)
            painter.fillRect(QRectF(since + a, lane.top, wide, lane.height), brush)


def _extremes(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> tuple[float, float]:
    if not np.isfinite(low).any():
        return float("nan"), float("nan")
    return float(np.nanmin(low)), float(np.nanmax(high))


def _shifted(values: npt.NDArray[np.float64], by: int) -> npt.NDArray[np.float64]:
    """The values moved to the left by so many places (negative: to the right), NaN where none are."""
    moved = np.full_like(values, np.nan)
    if by >= 0:
        moved[: len(values) - by] = values[by:]
    else:
        moved[-by:] = values[:by]
    return moved
