"""Sets of moments as sorted, disjoint, closed intervals of seconds."""

from __future__ import annotations

from collections.abc import Iterable

Intervals = tuple[tuple[float, float], ...]


def union(parts: Iterable[tuple[float, float]]) -> Intervals:
    """The set of all moments in any of the parts."""
    merged: list[tuple[float, float]] = []
    for low, high in sorted(parts):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def clip(moments: Intervals, low: float, high: float) -> Intervals:
    """Those moments within [low, high]."""
    return tuple((max(a, low), min(b, high)) for a, b in moments if a <= high and b >= low)


def delay(moments: Intervals, shortest: float, longest: float) -> Intervals:
    """All moments that lie ``shortest`` to ``longest`` after one of the given."""
    return union((a + shortest, b + longest) for a, b in moments)


def without(moments: Intervals, holes: Iterable[tuple[float, float]]) -> Intervals:
    """Those moments that lie strictly inside none of the holes."""
    left = list(moments)
    for low, high in holes:
        if low >= high:
            continue
        left = [
            part for a, b in left for part in ([(a, b)] if b <= low or a >= high else _cut(a, b, low, high))
        ]
    return tuple(left)


def _cut(a: float, b: float, low: float, high: float) -> list[tuple[float, float]]:
    return [part for part in ((a, low), (high, b)) if part[0] <= part[1]]
