"""How many requests a device takes at once: as many as configured, until it shows that it cannot. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_ENOUGH: Final = 2


@dataclass(slots=True)
class Pipelining:
    """The requests that may be under way on one line; ``most`` of them at any time.

    That an answer stays away while several requests are under way proves nothing by itself: a line that
    is cut, or a device that is switched off, does the same. So the next requests go alone until one is
    answered; then several are tried again. Failing once more, with no success between, is the proof.

    A request's *place* is how many were under way when it was sent, itself included.
    """

    most: int
    _alone: bool = False
    _failures: int = 0
    _failed_at: int = 0

    @property
    def width(self) -> int:
        """How many requests may be under way at present."""
        return 1 if self._alone else self.most

    def limit(self, most: int) -> None:
        """Allow no more than so many from now on."""
        self.most = min(self.most, most)

    def answered(self, place: int) -> None:
        """A request was answered, and in its turn."""
        if place >= self._failed_at:
            self._failures = 0
        if place == 1:
            self._alone = False

    def failed(self, place: int) -> bool:
        """A request among several was not answered; whether that is the proof.

        The others that fail with it count as one failure.
        """
        if not self._alone:
            self._alone = True
            self._failures += 1
            self._failed_at = max(place, 2)
        return self._failures >= _ENOUGH
