"""What the documents of one link say of the agent's time, and when each of them was made. Pure."""

from __future__ import annotations

from typing import Final

from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.model.samples import ClockOffset
from hmi.sources.mtconnect.agent_clock import AgentClock, Bounds
from hmi.sources.mtconnect.telling import created_at
from hmi.sources.mtconnect.timestamps import resolution, utc_ns

DOUBT: Final = 2 * SECOND
"""A document that seems to be older than this may be; or the agent's clock was set: it is asked at once."""

COARSE: Final = SECOND // 10
"""Where the last digit of the agent's times is more (ns), a document would be vouched for up to that much too
early: such an agent is asked at every heartbeat, because when we asked is known exactly."""

_FAR: Final = 2**62


class Timekeeping:
    """Reads creationTime; ``asked`` and ``received`` are when a document was asked for and read."""

    def __init__(self) -> None:
        self._clock = AgentClock()
        self._floor = NO_TIME
        self.coarse = False

    def answered(self, created: str, asked: int, received: Instant) -> None:
        """A document that came at once when it was asked for: bounds from both sides."""
        step = resolution(created)
        self.coarse = step > COARSE
        if (stamp := _stamp(created, received)) != NO_TIME:
            self._clock.answered(asked, stamp, step, received.monotonic)

    def made(self, created: str, asked: int, received: Instant) -> int:
        """Monotonic ns at or before which a document was made; never before its predecessor."""
        stamp = _stamp(created, received)
        if stamp != NO_TIME:
            self._clock.told(stamp, received.monotonic)
        floor = max(self._floor, asked)
        self._floor = created_at(stamp, floor, received.monotonic, self.bounds(received))
        return self._floor

    def bounds(self, now: Instant) -> Bounds | None:
        """The agent's clock against ours, as far as it is known."""
        return self._clock.bounds(now.monotonic)

    def offset(self, now: Instant) -> ClockOffset | None:
        """The same for the engine."""
        bounds = self.bounds(now)
        if bounds is None:
            return None
        return ClockOffset(bounds.offset - (now.utc - now.monotonic), bounds.uncertainty, now)


def _stamp(created: str, received: Instant) -> int:
    """The agent's UTC ns, ``NO_TIME`` where no clock means it: sums with it would not fit any more."""
    stamp = utc_ns(created)
    return stamp if abs(stamp - received.utc) < _FAR else NO_TIME
