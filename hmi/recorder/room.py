"""How long the disk will do: from what is free and what recording takes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hmi.model.clock import SECOND

LEAST_BYTES: Final = 500_000_000
LEAST_SHARE: Final = 0.03
LEAST_HOURS: Final = 72.0
"""A weekend and its nights: on Friday evening somebody can still do something."""

MEASURED_FROM: Final = 900 * SECOND
"""What was written in less time says nothing of a day."""


@dataclass(frozen=True, slots=True)
class Room:
    """``free`` bytes; ``hours`` for which they do (None: not known yet); ``low``: somebody should act."""

    free: int
    hours: float | None
    low: bool


def room(free: int, whole: int, written: int, monotonic: int) -> Room:
    """``written`` bytes were recorded in the last ``monotonic`` ns, on a disk of ``whole`` bytes."""
    hours = None
    if written > 0 and monotonic >= MEASURED_FROM:
        hours = free / written * monotonic / (3600 * SECOND)
    low = free < LEAST_BYTES or free < LEAST_SHARE * whole or (hours is not None and hours < LEAST_HOURS)
    return Room(free, hours, low)
