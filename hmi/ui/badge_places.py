"""Where badges stand among what they are about: over no name, and over no other badge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from PyQt6.QtCore import QPointF, QRectF, QSizeF

_BESIDE: Final = 6.0
"""Pixels between a badge and the side of what it is about."""


def badge_place(about: QRectF, size: QSizeF, taken: Sequence[QRectF], area: QRectF) -> QPointF:
    """The middle of a badge of ``size`` for ``about``, inside ``area``.

    In the middle of what has the room, else above it, below, at its sides, then a row further off: the
    first place that covers nothing of ``taken``; where there is none, the one that covers least.
    """
    inner = area.adjusted(size.width() / 2, size.height() / 2, -size.width() / 2, -size.height() / 2)
    places = [_within(inner, at) for at in _candidates(about, size)]
    return min(places, key=lambda at: _covered(_rect(at, size), taken))


def _candidates(about: QRectF, size: QSizeF) -> Iterable[QPointF]:
    middle, high = about.center(), size.height()
    if about.width() > size.width() * 1.2 and about.height() > high * 1.6:
        yield middle
    aside = size.width() / 2 + _BESIDE
    for row in (0.6, 1.7):
        yield QPointF(middle.x(), about.top() - high * row)
        yield QPointF(middle.x(), about.bottom() + high * row)
        yield QPointF(about.right() + aside, middle.y() + (row - 0.6) * high)
        yield QPointF(about.left() - aside, middle.y() + (row - 0.6) * high)


def _within(inner: QRectF, at: QPointF) -> QPointF:
    x = min(max(at.x(), inner.left()), max(inner.right(), inner.left()))
    return QPointF(x, min(max(at.y(), inner.top()), max(inner.bottom(), inner.top())))


def _rect(at: QPointF, size: QSizeF) -> QRectF:
    return QRectF(at.x() - size.width() / 2, at.y() - size.height() / 2, size.width(), size.height())


def _covered(rect: QRectF, taken: Sequence[QRectF]) -> float:
    cut = (rect.intersected(each) for each in taken)
    return sum(each.width() * each.height() for each in cut)
