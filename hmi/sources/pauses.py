"""How long a source waits between two attempts to connect."""

from __future__ import annotations

from typing import Final

FIRST: Final = 0.25
LONGEST: Final = 1.0
"""Seconds: doubled after each attempt, from the first to the longest. A device that is back is found in the
time of one attempt and the longest pause, and an attempt costs a device that is away nothing."""


class Pauses:
    """The pauses of one source, one after the other."""

    def __init__(self) -> None:
        self._next = FIRST

    def next(self) -> float:
        """Seconds to wait before the coming attempt."""
        pause, self._next = self._next, min(2 * self._next, LONGEST)
        return pause

    def begin_again(self) -> None:
        """The link was up: what comes now is a new loss."""
        self._next = FIRST
