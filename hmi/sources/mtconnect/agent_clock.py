"""How the agent's clock stands against ours, from times that may be whole seconds: pure.

A document says when it was created. It was created between our question (sent at s) and our reading of the
answer (received at r); its stamp T is cut off to its last digit, so the agent's clock showed t with
T ≤ t < T + resolution. So T − r ≤ offset < T + resolution − s. What a stream sends unasked gives the lower
bound alone. Bounds taken at many moments are all true at once, so what they have in common is: whole
seconds narrow down to milliseconds, because some question falls just before the second is full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DRIFT: Final = 100e-6
"""What two quartz clocks may drift apart, per second: old bounds grow wider by this."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Agent UTC minus our *monotonic* clock (ns): at least ``low``, at most ``high``."""

    low: int
    high: int

    @property
    def offset(self) -> int:
        """The middle."""
        return (self.low + self.high) // 2

    @property
    def uncertainty(self) -> int:
        """How far the truth may be from the middle."""
        return (self.high - self.low + 1) // 2


class AgentClock:
    """Keeps what all documents up to now have in common; forgets it when the agent's clock was set."""

    def __init__(self) -> None:
        self._low: tuple[int, int] | None = None
        self._high: tuple[int, int] | None = None

    def answered(self, sent: int, created: int, resolution: int, received: int) -> None:
        """An answer to a question: monotonic ns of both, the agent's UTC ns and the step of its digits."""
        self._bound(created - received, created + resolution - sent, received)

    def told(self, created: int, received: int) -> None:
        """A document that came unasked; without an answer before it, it says nothing."""
        if self._low is not None:
            self._bound(created - received, None, received)

    def bounds(self, now: int) -> Bounds | None:
        """What is known at ``now`` (monotonic ns); None before the first answer."""
        if self._low is None or self._high is None:
            return None
        return Bounds(self._low[0] - _drift(self._low[1], now), self._high[0] + _drift(self._high[1], now))

    def _bound(self, low: int, high: int | None, now: int) -> None:
        known = self.bounds(now)
        if known is not None and (low > known.high or (high is not None and high < known.low)):
            self._low = self._high = known = None  # the clock was set: what it showed before is of no use
        if known is None or low > known.low:
            self._low = (low, now)
        if high is not None and (known is None or high < known.high):
            self._high = (high, now)


def _drift(since: int, now: int) -> int:
    return int(max(0, now - since) * DRIFT)
