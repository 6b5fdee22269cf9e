"""Spells of several series as one list."""

from __future__ import annotations

from collections.abc import Iterable


def united(spells: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping or touching spells (begin, end) joined, in order."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spells):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined
