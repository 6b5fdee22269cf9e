"""Which answers may still come on a serial line: RTU frames have no number that would tell. Pure.

A device that answers a read after it was given up could answer the next one with the values of another
register, and the answer to a write of several registers does not even repeat their values. Devices answer
in the order in which they were asked, so a request that is answered *otherwise*, by another function or
length, brings certainty: once its answer is there, those to all earlier requests are past.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

REMEMBERED: Final = 10.0
"""Time-outs after which an answer that did not come is no longer expected."""

_SHORTEST: Final = 1.0
"""Seconds that count as the time-out of a request that had less: how late a device is, is not its choice."""

_MOST: Final = 100
"""Requests that are remembered: fewer than the lengths that a read may have, so that one is always left."""

Kind = tuple[int, int]
"""Function code and bytes of data (0: of a write): what the answers to two requests of one unit differ by."""


@dataclass(slots=True)
class Doubt:
    """The requests of one unit that were given up. ``now`` and ``timeout`` in seconds, of any one clock."""

    _given_up: deque[tuple[Kind, float]] = field(default_factory=lambda: deque(maxlen=_MOST))
    """In the order in which they were sent, each until it is forgotten."""

    def given_up(self, kind: Kind, now: float, timeout: float) -> None:
        """A request was sent and no answer came."""
        self._given_up.append((kind, now + REMEMBERED * max(timeout, _SHORTEST)))

    def answered(self) -> None:
        """An answer came that can only be that of the last request: all earlier ones are past."""
        self._given_up.clear()

    def refused(self, kind: Kind, now: float, timeout: float) -> None:
        """An exception came to the last request, or to one of the same function that was given up.

        Then it is the first of these at least; what was asked after that one may still be answered.
        """
        functions = [function for (function, _), _ in self._given_up]
        if kind[0] not in functions:
            self.answered()
            return
        for _ in range(functions.index(kind[0]) + 1):
            self._given_up.popleft()
        self.given_up(kind, now, timeout)

    def kinds(self, now: float) -> frozenset[Kind]:
        """The answers that may still come."""
        for each in [each for each in self._given_up if each[1] <= now]:
            self._given_up.remove(each)
        return frozenset(kind for kind, _ in self._given_up)

    def other_count(self, function: int, count: int, now: float) -> int | None:
        """A count of items of which the read's answer cannot be an earlier one, or None: ``count`` is sound.

        The nearest smaller one, since the items after the asked ones may not exist.
        """
        kinds = self.kinds(now)
        if (function, data_bytes(function, count)) not in kinds:
            return None
        most = 2000 if function in (1, 2) else 125
        candidates = [*range(count - 1, 0, -1), *range(count + 1, most + 1)]
        return next((n for n in candidates if (function, data_bytes(function, n)) not in kinds), None)


def data_bytes(function: int, count: int) -> int:
    """The bytes of data that a read of ``count`` items brings (Modbus Application Protocol V1.1b3, 6)."""
    return (count + 7) // 8 if function in (1, 2) else 2 * count
