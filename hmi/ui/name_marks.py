"""What stands beside a machine's name: that its values are made up, that a link of it is not secured."""

from __future__ import annotations

from PyQt6.QtGui import QPainter

from hmi.present.theme import Theme
from hmi.ui.badge import badge_after, badge_room
from hmi.ui.metrics import Metrics
from hmi.ui.open_lock import lock_after, lock_room

MARK_GAP = 8
"""Design px before the first mark."""


def marks_room(mark: str, lock: str, m: Metrics) -> float:
    """What a name must leave free for `marks_after`; 0 where there is nothing to mark."""
    return badge_room(mark, m) + lock_room(lock, m)


def marks_after(
    painter: QPainter, left: float, middle: float, mark: str, lock: str, theme: Theme, m: Metrics
) -> float:
    """The marks, a little after ``left``, where a name ends; returns where they end themselves."""
    if mark:
        left = badge_after(painter, left, middle, mark, theme, m)
    return lock_after(painter, left, middle, lock, theme, m)


def marks_first(
    painter: QPainter, left: float, middle: float, mark: str, lock: str, theme: Theme, m: Metrics
) -> float:
    """The marks from ``left`` on, for what has no room beside its name; returns where what follows begins."""
    if not mark and not lock:
        return left
    return marks_after(painter, left - m.px(MARK_GAP), middle, mark, lock, theme, m) + m.px(MARK_GAP)
