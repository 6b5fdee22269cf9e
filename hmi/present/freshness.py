"""How far each value can be trusted at this moment: pure, vectorised, driven by the reader's own time.

Freshness is decided where it is shown, from the last confirmation, so that it also advances when the
engine is dead and nothing arrives at all.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND
from hmi.model.columns import Columns


class Freshness(IntEnum):
    """From good to worst. Only LIVE is painted as live; UNCERTAIN is live and marked."""

    LIVE = 0
    UNCERTAIN = 1
    STALE = 2
    BAD = 3
    NEVER = 4


def ages(columns: Columns, now: int) -> npt.NDArray[np.float64]:
    """Seconds since each tag was confirmed at ``now`` (monotonic ns), NaN where it never was. Never < 0."""
    age = np.maximum(now - columns.confirmed.astype(np.float64), 0.0) / SECOND
    age[columns.confirmed == NO_TIME] = np.nan
    return age


def freshness(columns: Columns, max_age: npt.NDArray[np.float64], now: int) -> npt.NDArray[np.uint8]:
    """`Freshness` of each tag (u1[n]) at ``now`` (monotonic ns); ``max_age`` f8[n] in seconds.

    No sample yet is NEVER; a Bad status is BAD whatever its age; unknown age is stale.
    """
    severity = status.severities(columns.status)
    age = ages(columns, now)
    result = np.full(len(columns), Freshness.LIVE, np.uint8)
    result[severity == status.Severity.UNCERTAIN] = Freshness.UNCERTAIN
    result[~(age <= max_age)] = Freshness.STALE
    result[severity == status.Severity.BAD] = Freshness.BAD
    result[columns.receive_time == NO_TIME] = Freshness.NEVER
    return result
