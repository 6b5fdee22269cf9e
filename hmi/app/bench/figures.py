"""Figures as they stand in a bench's JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Spread = dict[str, float | int]
"""p50, p99, max and n of some times."""


def share(cases: Sequence[bool]) -> float | None:
    """How many of the cases are so, from 0 to 1 and rounded down; None where there are none."""
    return math.floor(1e5 * sum(cases) / len(cases)) / 1e5 if cases else None


def spread(milliseconds: Sequence[float]) -> Spread:
    """p50, p99 (both actual values), max and n of some times; zeros where there are none."""
    if not len(milliseconds):
        return {"p50": 0.0, "p99": 0.0, "max": 0.0, "n": 0}
    p50, p99 = np.percentile(milliseconds, (50, 99), method="inverted_cdf")
    return {
        "p50": round(float(p50), 2),
        "p99": round(float(p99), 2),
        "max": round(float(np.max(milliseconds)), 2),
        "n": len(milliseconds),
    }
