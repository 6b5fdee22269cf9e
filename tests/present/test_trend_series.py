"""Ring, coverage and columns against models that do the obvious."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.present.trend_columns import columns, runs
from hmi.present.trend_coverage import Coverage
from hmi.present.trend_gaps import united
from hmi.present.trend_series import Samples, TrendSeries

value = st.one_of(st.floats(-100, 100), st.just(math.nan))
sample = st.tuples(st.integers(0, 60), value)
actions = st.lists(
    st.one_of(
        st.tuples(st.just("append"), sample),
        st.tuples(
            st.just("replace"),
            st.tuples(st.integers(0, 60), st.integers(0, 30), st.lists(sample, max_size=6)),
        ),
    ),
    max_size=25,
)


def held_at(model: dict[int, float], time: int) -> float:
    known = [t for t in model if t <= time]
    return model[max(known)] if known else math.nan


@given(actions)
def test_the_ring_says_at_every_moment_what_a_plain_map_says(steps: list[tuple[str, tuple[object, ...]]]):
    series, model = TrendSeries(capacity=1000), dict[int, float]()
    for kind, what in steps:
        if kind == "append":
            time, number = what
            assert isinstance(time, int)
            assert isinstance(number, float)
            series.append(time, number)
            model[time] = number
        else:
            begin, length, rows = what
            assert isinstance(begin, int)
            assert isinstance(length, int)
            assert isinstance(rows, list)
            rows = sorted(rows, key=lambda row: row[0])
            end = begin + length
            series.replace(
                begin, end, np.array([t for t, _ in rows], np.int64), np.array([v for _, v in rows], float)
            )
            model = {t: v for t, v in model.items() if not begin <= t <= end}
            model |= {t: v for t, v in rows if begin <= t <= end}
    series.held_until = 1000
    held = series.read()
    assert np.all(np.diff(held.time) > 0)
    for time in range(-1, 100):
        assert series.at(time) == pytest.approx(held_at(model, time), nan_ok=True)


def test_the_ring_is_bounded_and_keeps_the_newest():
    series = TrendSeries(capacity=10)
    for time in range(1000):
        series.append(time, float(time))
    assert series.read().time.tolist() == list(range(990, 1000))
    series.replace(0, 5, np.arange(6), np.zeros(6))
    assert len(series) == 10


def test_gaps_are_the_spells_after_a_gap_row():
    series = TrendSeries()
    for time, number in ((10, 1.0), (20, math.nan), (30, 2.0), (40, math.nan)):
        series.append(time, number)
    assert series.gaps(0, 100) == [(20, 30), (40, 100)]
    assert series.gaps(25, 45) == [(25, 30), (40, 45)]
    assert series.gaps(31, 39) == []
    series.append(45, math.nan)
    series.append(50, 1.0)
    assert series.gaps(35, 100) == [(40, 50)]
    assert math.isnan(series.at(25))
    assert series.at(30) == 2.0


def test_what_lies_after_the_last_confirmation_is_not_known():
    series = TrendSeries()
    series.append(10, 1.0)
    series.held_until = 15
    assert series.at(15) == 1.0
    assert math.isnan(series.at(16))


def naive_columns(
    rows: list[tuple[int, float]], held_until: int, begin: int, duration: int, count: int
) -> list[tuple[float, float, float, float, bool]]:
    """Every integer moment of every column, one at a time."""
    end = max([held_until, *(t for t, _ in rows)]) if rows else begin - 1
    found = []
    for c in range(count):
        first = begin + c * duration
        known: list[float] = []
        gap = False
        for moment in range(first, first + duration):
            past = [v for t, v in rows if t <= moment]
            if not past or first > end:
                continue
            if math.isnan(past[-1]):
                gap = True
            else:
                known.append(past[-1])
        enter = held_at(dict(rows), first) if first <= end else math.nan
        leave = held_at(dict(rows), first + duration - 1) if first <= end else math.nan
        low, high = (min(known), max(known)) if known else (math.nan, math.nan)
        found.append((enter, low, high, leave, gap))
    return found


rows = st.dictionaries(st.integers(0, 60), value, max_size=30).map(lambda d: sorted(d.items()))


@given(rows, st.integers(0, 80), st.integers(-10, 30), st.integers(1, 9), st.integers(1, 12))
def test_every_extreme_and_every_gap_survives_the_columns(
    samples: list[tuple[int, float]], held_until: int, begin: int, duration: int, count: int
):
    given_samples = Samples(
        np.array([t for t, _ in samples], np.int64), np.array([v for _, v in samples], np.float64)
    )
    reduced = columns(given_samples, held_until, begin, duration, count)
    expected = naive_columns(samples, held_until, begin, duration, count)
    for c, (enter, low, high, leave, gap) in enumerate(expected):
        found = (reduced.enter[c], reduced.low[c], reduced.high[c], reduced.leave[c])
        assert found == pytest.approx((enter, low, high, leave), nan_ok=True)
        assert bool(reduced.gap[c]) == gap
    drawn = [c for first, after in runs(reduced) for c in range(first, after)]
    assert drawn == [c for c, one in enumerate(expected) if not math.isnan(one[1])]
    for (_, after), (first, _) in zip(runs(reduced), runs(reduced)[1:], strict=False):
        assert any(expected[c][4] for c in range(after - 1, first + 1))  # only gaps break it


def test_nothing_is_interpolated():
    two = Samples(np.array([0, 90], np.int64), np.array([0.0, 9.0]))
    reduced = columns(two, 100, 0, 10, 10)
    assert reduced.low.tolist() == [0.0] * 9 + [9.0]
    assert reduced.enter.tolist() == [0.0] * 9 + [9.0]


stretches = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20), st.sampled_from([0, 5, 10])), max_size=12
)


@given(stretches, st.integers(0, 70), st.integers(1, 30), st.sampled_from([1, 5, 10]))
def test_coverage_misses_just_what_no_stretch_holds(
    given_stretches: list[tuple[int, int, int]], begin: int, length: int, resolution: int
):
    coverage = Coverage()
    held: set[int] = set()
    for first, width, fineness in given_stretches:
        coverage.add(first, first + width, fineness)
        if fineness <= resolution:
            held |= set(range(first, first + width))
    missing = coverage.missing(begin, begin + length, resolution)
    units = {u for a, b in missing for u in range(a, b)}
    assert units == set(range(begin, begin + length)) - held
    assert missing == sorted(missing)


def test_coverage_is_bounded():
    coverage = Coverage()
    for number in range(1000):
        coverage.add(10 * number, 10 * number + 1)
    assert len(coverage._stretches) <= 64
    assert coverage.missing(9990, 9991, 1) == []


def test_spells_are_united():
    assert united([(5, 9), (0, 2), (2, 3), (6, 7), (8, 12)]) == [(0, 3), (5, 12)]
