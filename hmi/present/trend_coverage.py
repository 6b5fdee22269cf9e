"""Which stretches of the past a trend already holds, and how finely."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

MOST: Final = 64
"""Stretches kept; beyond, the oldest is forgotten, which costs no more than asking again."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """[begin, end] in UTC ns; ``resolution`` ns between the points that were kept, 0: every sample."""

    begin: int
    end: int
    resolution: int


class Coverage:
    """A small set of stretches."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []

    @property
    def begin(self) -> int | None:
        """Where the first stretch begins; None where there is none."""
        return self._stretches[0].begin if self._stretches else None

    def add(self, begin: int, end: int, resolution: int = 0) -> None:
        """Note that [begin, end] is held; it is joined with stretches of the same resolution it touches."""
        kept: list[Stretch] = []
        for one in self._stretches:
            if one.resolution == resolution and one.begin <= end and begin <= one.end:
                begin, end = min(begin, one.begin), max(end, one.end)
            elif not (begin <= one.begin and one.end <= end and resolution <= one.resolution):
                kept.append(one)
        kept.append(Stretch(begin, end, resolution))
        self._stretches = sorted(kept, key=lambda s: s.begin)[-MOST:]

    def clock_set(self, by: int) -> None:
        """Our wall clock was set by so many ns: the same stretches on it."""
        self._stretches = [replace(one, begin=one.begin + by, end=one.end + by) for one in self._stretches]

    def missing(self, begin: int, end: int, resolution: int) -> list[tuple[int, int]]:
        """The parts of [begin, end] that are not held at ``resolution`` or finer."""
        found: list[tuple[int, int]] = []
        for one in self._stretches:
            if one.resolution > resolution or one.end < begin or one.begin > end:
                continue
            if one.begin > begin:
                found.append((begin, one.begin))
            begin = max(begin, one.end)
        if begin < end:
            found.append((begin, end))
        return found
