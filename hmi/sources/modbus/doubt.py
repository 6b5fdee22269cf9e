"""Which answers may still come on a serial line: RTU frames have no number that would tell. Pure.

A device that answers a read after it was given up could answer the next one with the values of another
register. Devices answer in the order in which they were asked, so a read of *another length* brings
certainty: once its answer is there, the answers to all earlier requests are past.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

REMEMBERED: Final = 10.0
"""Time-outs after which an answer that did not come is no longer expected."""

Kind = tuple[int, int]
"""Function code and bytes of data: what the answers to two reads of one unit differ by."""


@dataclass(slots=True)
class Doubt:
    """The reads of one unit that were given up. ``now`` and ``timeout`` in seconds, of any one clock."""

    _given_up: dict[Kind, float] = field(default_factory=dict)

    def given_up(self, kind: Kind, now: float, timeout: float) -> None:
        """A read was sent and no answer came."""
        self._given_up[kind] = now + REMEMBERED * timeout

    def answered(self) -> None:
        """An answer came that can only be that of the last request: all earlier ones are past."""
        self._given_up.clear()

    def refused(self, kind: Kind, now: float, timeout: float) -> None:
        """An exception came. It does not tell whose: that of a request given up, or that of the last one."""
        if self._given_up:
            self._given_up = {kind: now + REMEMBERED * timeout}

    def kinds(self, now: float) -> frozenset[Kind]:
        """The answers that may still come."""
        self._given_up = {kind: until for kind, until in self._given_up.items() if until > now}
        return frozenset(self._given_up)

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
