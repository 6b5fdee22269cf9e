"""Alignment against a loop that does the obvious, one instant at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model import status
from hmi.model.clock import NO_TIME
from hmi.twin.alignment import Series, align

Rows = list[tuple[int, float, int]]

times = st.integers(0, 50)
codes = st.sampled_from(
    [
        status.GOOD,
        status.UNCERTAIN,
        status.UNCERTAIN_LAST_USABLE_VALUE,
        status.BAD,
        status.BAD_TIMEOUT,
        0xC0000000,
    ]
)
rows = st.lists(st.tuples(times, st.floats(-1e6, 1e6), codes), max_size=8).map(
    lambda r: sorted(r, key=lambda sample: sample[0])
)


def series(samples: Rows) -> Series:
    return Series(
        np.array([s[0] for s in samples], np.int64),
        np.array([s[1] for s in samples], np.float64),
        np.array([s[2] for s in samples], np.uint32),
    )


def naive(all_rows: list[Rows], at: int) -> tuple[list[float], int, int]:
    held: list[tuple[int, float, int]] = []
    for samples in all_rows:
        last = (NO_TIME, math.nan, status.BAD_WAITING_FOR_INITIAL_DATA)
        for sample in samples:
            if sample[0] <= at:
                last = sample
        held.append(last)
    worst = held[0][2]
    for _, _, code in held[1:]:
        if status.severity(code) > status.severity(worst):
            worst = code
    return [value for _, value, _ in held], worst, min(time for time, _, _ in held)


@given(st.lists(rows, min_size=1, max_size=4), st.lists(st.integers(-5, 60), max_size=12))
def test_it_agrees_with_the_naive_loop(all_rows: list[Rows], grid: list[int]):
    result = align([series(samples) for samples in all_rows], np.array(grid, np.int64))
    assert result.value.shape == (len(all_rows), len(grid))
    for column, at in enumerate(grid):
        value, worst, oldest = naive(all_rows, at)
        np.testing.assert_array_equal(result.value[:, column], value)
        assert result.status[column] == worst
        assert result.oldest[column] == oldest
        assert result.age[column] == (NO_TIME if oldest == NO_TIME else at - oldest)


def test_a_value_between_two_samples_is_the_earlier_one():
    one = series([(0, 10.0, status.GOOD), (100, 20.0, status.GOOD)])
    assert align([one], np.array([99], np.int64)).value[0, 0] == 10.0


def test_nanoseconds_of_today_stay_exact():
    now = 1_700_000_000_123_456_789
    result = align([series([(now, 1.0, 0)])], np.array([now - 1, now, now + 1], np.int64))
    assert math.isnan(result.value[0, 0])
    assert result.age.tolist() == [NO_TIME, 0, 1]


def test_series_refuse_what_is_not_in_order_or_whole():
    with pytest.raises(ValueError, match="fall"):
        series([(2, 0.0, 0), (1, 0.0, 0)])
    with pytest.raises(ValueError, match="length"):
        Series(np.zeros(2, np.int64), np.zeros(1), np.zeros(2, np.uint32))
    with pytest.raises(ValueError, match="nothing"):
        align([], np.zeros(1, np.int64))
