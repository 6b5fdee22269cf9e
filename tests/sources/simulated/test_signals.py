"""Signals: each kind against what its name says, and the same at the same moment whoever asks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.simulated import SimulatedAddress
from hmi.model.clock import SECOND
from hmi.sources.simulated.signals import Signals

KINDS = ("constant", "ramp", "square", "sine", "steps", "walk")
TIMES = st.integers(1_500_000_000 * SECOND, 2_500_000_000 * SECOND)


def signal(kind: str, **more: float) -> Signals:
    return Signals([SimulatedAddress.model_validate({"kind": kind, **more})])


@st.composite
def addresses(draw: st.DrawFn) -> SimulatedAddress:
    low = draw(st.floats(-1e6, 1e6))
    return SimulatedAddress.model_validate(
        {
            "kind": draw(st.sampled_from(KINDS)),
            "low": low,
            "high": low + draw(st.floats(0.1, 1e6)),
            "period": draw(st.floats(0.001, 1e5)),
            "seed": draw(st.integers(-(2**40), 2**40)),
        }
    )


@given(st.lists(addresses(), min_size=1, max_size=20), TIMES)
def test_bounded_and_the_same_alone_or_among_others(row: list[SimulatedAddress], utc: int) -> None:
    together = Signals(row).at(utc)
    for value, address in zip(together, row, strict=True):
        slack = 1e-9 * (abs(address.low) + abs(address.high))
        assert address.low - slack <= value <= address.high + slack
        assert Signals([address]).at(utc)[0] == value


def test_each_kind_over_its_period() -> None:
    def at(kind: str, part: float) -> float:
        more = {"low": 2.0, "high": 6.0, "period": 8.0}
        return float(signal(kind, **more).at(8_000 * SECOND + round(part * 8 * SECOND))[0])

    assert [at("constant", part) for part in (0, 0.3, 0.9)] == [2.0, 2.0, 2.0]
    assert [at("ramp", part) for part in (0, 0.25, 0.5, 0.75)] == [2.0, 3.0, 4.0, 5.0]
    assert [at("square", part) for part in (0, 0.49, 0.5, 0.99)] == [2.0, 2.0, 6.0, 6.0]
    assert [at("sine", part) for part in (0, 0.25, 0.5, 0.75)] == pytest.approx([4.0, 6.0, 4.0, 2.0])
    assert [at("steps", part) for part in (0, 0.9, 1, 2, 3, 4, 5)] == [2.0, 2.0, 3.0, 4.0, 5.0, 6.0, 2.0]


def test_a_walk_is_continuous_and_seeds_differ() -> None:
    walk = signal("walk", low=0.0, high=1.0, period=10.0, seed=1)
    start = 1_700_000_000 * SECOND
    values = np.array([walk.at(start + i * SECOND // 100)[0] for i in range(4000)])
    # The steepest: each octave moves by at most its amplitude within its interval.
    steepest = sum((2**-o / 2) / (10 / 2**o) for o in range(6)) / (1 - 2**-6)
    assert np.abs(np.diff(values)).max() <= steepest * 0.01 + 1e-12
    assert values.std() > 0.05
    other = signal("walk", low=0.0, high=1.0, period=10.0, seed=2)
    assert not np.allclose(values[:100], [other.at(start + i * SECOND // 100)[0] for i in range(100)])


def test_a_walk_is_the_same_on_every_machine() -> None:
    value = signal("walk", low=0.0, high=1.0, period=10.0, seed=7).at(1_700_000_003_500_000_000)[0]
    assert math.isclose(value, WALK_AT_SEED_7, rel_tol=1e-12)


WALK_AT_SEED_7 = 0.36893193405930114
"""Made once on x86-64; integers modulo 2**64 and four float operations leave nothing to a platform."""
