"""How the device's clock stands against ours, from timed questions: pure.

Cristian's method: the device told its time t at some moment between our question (sent at s) and its
answer (received at r), so device − ours = t − (s + r) / 2, give or take (r − s) / 2.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from hmi.model.clock import SECOND

DRIFT: Final = 100e-6
"""What two quartz clocks may drift apart, per second: an old measurement grows uncertain by this at least."""

LARGEST_DRIFT: Final = 0.0125
"""What a clock that is badly off (45 s an hour) gains or loses; one that moves faster has been set."""

KEPT: Final = 16

_BASELINE: Final = SECOND
"""Between two measurements that tell how fast a clock goes: in less time the round trips hide it."""


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
    """Keeps the last measurements and answers with the one that bounds the offset best.

    How fast the device's clock gains or loses on ours is bounded by any two measurements as well, and
    until there are two may be the largest drift.
    """

    def __init__(self) -> None:
        self._measurements: deque[_Measurement] = deque(maxlen=KEPT)
        self._former: deque[_Measurement] = deque(maxlen=KEPT)
        self._drift = LARGEST_DRIFT

    def add(self, sent: int, device_utc: int, received: int) -> None:
        """Add one measurement: monotonic ns of question and answer, and the time told (UTC ns)."""
        half_trip = (received - sent + 1) // 2
        new = _Measurement(device_utc - (sent + half_trip), half_trip, received)
        if all(_agree(old, new) for old in self._measurements):
            self._drift = min([self._drift, *(_drift(old, new) for old in self._measurements)])
        else:
            # A device whose clock was set, or drifts, is not the device that the old measurements speak of.
            self._measurements.clear()
            self._drift = self._drift_since(new)
        self._measurements.append(new)
        self._former.append(new)

    def estimate(self, now: int) -> Estimate | None:
        """The offset with the smallest uncertainty at ``now`` (monotonic ns); None before any answer."""
        if not self._measurements:
            return None
        best = min(self._measurements, key=lambda m: _uncertainty(m, now, self._drift))
        return Estimate(best.offset, _uncertainty(best, now, self._drift))

    def _drift_since(self, new: _Measurement) -> float:
        before = next((m for m in reversed(self._former) if new.at - m.at >= _BASELINE), None)
        return LARGEST_DRIFT if before is None else _drift(before, new)


def _uncertainty(measurement: _Measurement, now: int, drift: float) -> int:
    return measurement.half_trip + int(max(0, now - measurement.at) * drift)


def _agree(old: _Measurement, new: _Measurement) -> bool:
    """Whether both can be of one quartz clock."""
    return abs(new.offset - old.offset) <= new.half_trip + _uncertainty(old, new.at, DRIFT)


def _drift(old: _Measurement, new: _Measurement) -> float:
    """The largest drift that two measurements allow."""
    gone = new.at - old.at
    if gone < _BASELINE:
        return LARGEST_DRIFT
    moved = abs(new.offset - old.offset) + new.half_trip + old.half_trip
    return min(max(moved / gone, DRIFT), LARGEST_DRIFT)
