"""A DateTime on the wire (100 ns since 1601, OPC 10000-6, 5.2.2.5) as UTC nanoseconds since 1970."""

from __future__ import annotations

from typing import Final

import numpy as np

from hmi.model.clock import NO_TIME
from hmi.model.samples import I64

_EPOCH: Final = 11_644_473_600_000_000
"""Microseconds from 1601 to 1970."""

_FARTHEST: Final = (2**63 - 1) // 1000
"""Microseconds before and after 1970 that a lane of nanoseconds holds."""


def utc_ns_of(ticks: I64) -> I64:
    """UTC ns (i8[n]) to the microsecond; ``NO_TIME`` where `decode.utc_ns` says so.

    The library's times are exact to the microsecond, and one message has to give the same times on every way.
    """
    since = ticks // 10 - _EPOCH
    holds = np.abs(since) <= _FARTHEST
    return np.where(holds, np.where(holds, since, 0) * 1000, NO_TIME)


def utc_ns_at(ticks: int) -> int:
    """The same of one DateTime."""
    since = ticks // 10 - _EPOCH
    return since * 1000 if abs(since) <= _FARTHEST else NO_TIME
