"""The truth is always within the bounds, and whole seconds narrow down."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from hmi.model.clock import MILLISECOND, SECOND
from hmi.sources.mtconnect.agent_clock import DRIFT, AgentClock

OFFSET = 1_700_000_000 * SECOND + 123_456_789


def stamp(monotonic: int, resolution: int, offset: int = OFFSET) -> int:
    return (monotonic + offset) // resolution * resolution


@given(st.integers(0, 2**32), st.sampled_from([SECOND, 100 * MILLISECOND, 1000]), st.integers(1, 40))
def test_the_truth_is_within_the_bounds(seed: int, resolution: int, rounds: int) -> None:
    chance = random.Random(seed)
    clock, now = AgentClock(), 5 * SECOND
    for _ in range(rounds):
        now += chance.randrange(7 * SECOND)
        sent, there = now, now + chance.randrange(50 * MILLISECOND)
        now = there + chance.randrange(50 * MILLISECOND)
        if chance.random() < 0.5:
            clock.answered(sent, stamp(there, resolution), resolution, now)
        else:
            clock.told(stamp(there, resolution), now)
        bounds = clock.bounds(now)
        if bounds is not None:
            assert bounds.low <= OFFSET <= bounds.high
            assert abs(bounds.offset - OFFSET) <= bounds.uncertainty


def test_whole_seconds_narrow_down_to_the_round_trip() -> None:
    clock, chance, now = AgentClock(), random.Random(1), 0
    for _ in range(200):
        now += chance.randrange(SECOND)
        clock.answered(now, stamp(now + MILLISECOND, SECOND), SECOND, now + 2 * MILLISECOND)
    bounds = clock.bounds(now)
    assert bounds is not None
    assert bounds.uncertainty < 100 * MILLISECOND


def test_old_bounds_grow_wider_by_the_drift() -> None:
    clock = AgentClock()
    clock.answered(0, stamp(0, 1), 1, 0)
    later = clock.bounds(1000 * SECOND)
    assert later is not None
    assert later.uncertainty >= DRIFT * 1000 * SECOND


def test_a_clock_that_was_set_is_learnt_anew() -> None:
    for jump in (3600 * SECOND, -3600 * SECOND):
        clock = AgentClock()
        clock.answered(0, stamp(0, 1000), 1000, MILLISECOND)
        clock.answered(SECOND, stamp(SECOND, 1000, OFFSET + jump), 1000, SECOND + MILLISECOND)
        bounds = clock.bounds(SECOND)
        assert bounds is not None
        assert bounds.low <= OFFSET + jump <= bounds.high


def test_without_an_answer_nothing_is_known() -> None:
    clock = AgentClock()
    clock.told(stamp(0, 1), 0)
    assert clock.bounds(0) is None
