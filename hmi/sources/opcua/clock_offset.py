"""How the device's clock stands against ours, from timed questions: pure.

Cristian's method: the device told its time t at some moment between our question (sent at s) and its
answer (received at r), so device − ours = t − (s + r) / 2, give or take (r − s) / 2.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

DRIFT: Final = 100e-6
"""What two quartz clocks may drift apart, per second: an old measurement grows uncertain by this."""

KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class Estimate:
    """Device UTC minus our *monotonic* clock (ns), and its uncertainty.

    Against the monotonic clock, because ours may be set in the meantime and that must not move a sample.
    """

    offset: int
    uncertainty: int

    def to_monotonic(self, device_utc: int) -> int:
        """The moment on our monotonic clock at which the device's clock showed ``device_utc``."""
        return device_utc - self.offset


@dataclass(frozen=True, slots=True)
class _Measurement:
    offset: int
    half_trip: int
    at: int


class OffsetEstimator:
    """Keeps the last measurements and answers with the one that bounds the offset best."""

    def __init__(self) -> None:
        self._measurements: deque[_Measurement] = deque(maxlen=KEPT)

    def add(self, sent: int, device_utc: int, received: int) -> None:
        """Add one measurement: monotonic ns of question and answer, and the time told (UTC ns)."""
        half_trip = (received - sent + 1) // 2
        new = _Measurement(device_utc - (sent + half_trip), half_trip, received)
        # A device whose clock was set is not the device that the old measurements speak of.
        for old in self._measurements:
            if abs(new.offset - old.offset) > new.half_trip + _uncertainty(old, received):
                self._measurements.clear()
                break
        self._measurements.append(new)

    def estimate(self, now: int) -> Estimate | None:
        """The offset with the smallest uncertainty at ``now`` (monotonic ns); None before any answer."""
        if not self._measurements:
            return None
        best = min(self._measurements, key=lambda m: _uncertainty(m, now))
        return Estimate(best.offset, _uncertainty(best, now))


def _uncertainty(measurement: _Measurement, now: int) -> int:
    return measurement.half_trip + int(max(0, now - measurement.at) * DRIFT)
