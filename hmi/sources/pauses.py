"""How long a source waits between two attempts to connect."""

from __future__ import annotations

from typing import Final

FIRST: Final = 0.25
LONGEST: Final = 0.5
"""Seconds: doubled after each attempt, from the first to the longest. An attempt costs a device that is away
nothing, and one that is back has to be found within two seconds, whenever that is: where packets are dropped,
TCP calls 0 and 1 s after an attempt began and then not before 3 s. Of an attempt of two seconds the second is
deaf, and this pause comes on top of it."""


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
