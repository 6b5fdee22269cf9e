"""The window through which trends look, and the axes that they are drawn on."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hmi.config.base import Span
from hmi.config.tags import TagDescription
from hmi.model.clock import SECOND
from hmi.present.trend_axis import STEPS, scale_ticks, time_ticks, value_span
from hmi.present.trend_window import LONGEST, SHORTEST, TrendWindow
from hmi.testing.epochs import epoch_of

NOW = 1_800_000_000 * SECOND
spans = st.integers(SHORTEST, LONGEST)
times = st.integers(NOW - LONGEST, NOW)


def test_live_goes_along_and_pausing_stands_still():
    window = TrendWindow(60 * SECOND)
    assert window.at(NOW) == (NOW - 60 * SECOND, NOW)
    paused = window.paused(NOW)
    assert not paused.live
    assert paused.at(NOW + SECOND) == (NOW - 60 * SECOND, NOW)
    assert paused.to_live() == window


@given(spans, times, st.integers(-LONGEST, LONGEST))
def test_a_window_that_stands_never_shows_the_future_and_goes_on_standing(span: int, end: int, by: int):
    moved = TrendWindow(span, end).moved(by, NOW)
    assert not moved.live
    assert moved.at(NOW)[1] == min(end + by, NOW)


@given(spans, st.integers(-LONGEST, LONGEST))
def test_a_live_window_stands_once_it_is_moved_back(span: int, by: int):
    assert TrendWindow(span).moved(by, NOW).live == (by >= 0)


@given(spans, times, st.integers(-LONGEST, LONGEST), times)
def test_one_cannot_go_back_to_where_nothing_is_known(span: int, end: int, by: int, first: int):
    window = TrendWindow(span, end)
    moved = window.moved(by, NOW, first)
    began, begins = window.at(NOW)[0], moved.at(NOW)[0]
    assert begins >= min(first - span // 20, began)
    if by > 0:
        assert begins >= began


def test_a_history_shorter_than_the_window_leaves_it_where_it_is():
    live = TrendWindow(300 * SECOND)
    assert live.moved(-600 * SECOND, NOW, NOW - 60 * SECOND) == live


@given(spans, times, st.floats(0.1, 10), st.floats(0, 1))
def test_zooming_keeps_the_moment_under_the_fingers(span: int, end: int, factor: float, share: float):
    around = end - round(share * span)
    zoomed = TrendWindow(span, end).zoomed(factor, around, NOW)
    assert SHORTEST <= zoomed.span <= LONGEST
    assert not zoomed.live
    begin, new_end = zoomed.at(NOW)
    assert begin < new_end <= NOW
    if new_end < NOW:
        assert abs((new_end - around) / zoomed.span - (end - around) / span) < 1e-6


@given(spans, times, st.floats(0.1, 10), st.floats(0, 1), times)
def test_what_is_known_stays_in_view_under_zoom(span: int, end: int, factor: float, share: float, first: int):
    zoomed = TrendWindow(span, end).zoomed(factor, end - round(share * span), NOW, first)
    begin, new_end = zoomed.at(NOW)
    assert new_end == NOW or begin >= first - zoomed.span // 20
    assert new_end <= NOW


def test_a_live_window_stays_live_under_zoom():
    assert TrendWindow(60 * SECOND).zoomed(2.0, NOW - 30 * SECOND, NOW).live


@given(times, st.integers(10, 86_400), st.integers(1, 12))
def test_time_ticks_are_round_in_local_time(begin: int, seconds: int, most: int):
    end = begin + seconds * SECOND
    ticks = time_ticks(begin, end, most)
    assert len(ticks) <= most + 1
    steps = {(b[0] - a[0]) // SECOND for a, b in pairwise(ticks)}
    assert len(steps) <= 1
    assert steps <= set(STEPS)
    for time, said in ticks:
        assert begin <= time <= end
        assert time % SECOND == 0
        assert f"{datetime.fromtimestamp(time // SECOND).astimezone():%H:%M:%S}".startswith(said)


def test_a_time_tick_stands_at_the_full_minute():
    minute = NOW // (60 * SECOND) * 60 * SECOND
    ticks = time_ticks(minute - 150 * SECOND, minute + 150 * SECOND, 5)
    assert minute in [time for time, _ in ticks]


TAG = epoch_of({"t": TagDescription(range=Span(low=0.0, high=100.0))}).tags[0]
FREE = epoch_of({"t": TagDescription()}).tags[0]
numbers = st.floats(-1e6, 1e6)


@given(numbers, numbers)
def test_the_scale_holds_every_value(a: float, b: float):
    low, high = min(a, b), max(a, b)
    for tag in (TAG, FREE):
        span = value_span(tag, low, high)
        assert span.low <= low <= high <= span.high
        assert value_span(tag, low, high, span) == span


@given(st.floats(0, 100), st.floats(0, 100))
def test_no_scale_goes_where_the_tag_cannot(a: float, b: float):
    assert TAG.range is not None
    span = value_span(TAG, min(a, b), max(a, b))
    assert TAG.range.low <= span.low < span.high <= TAG.range.high


def test_a_level_signal_is_not_blown_up_into_noise():
    span = value_span(TAG, 50.0, 50.001)
    assert span.high - span.low >= 4


def test_the_scale_stays_until_it_no_longer_fits():
    shown = Span(low=0.0, high=10.0)
    assert value_span(TAG, 2.0, 8.0, shown) == shown
    assert value_span(TAG, 2.0, 11.0, shown).high > 10.0
    assert value_span(TAG, 5.0, 5.1, Span(low=0.0, high=100.0)).high < 100.0


def test_without_values_the_scale_is_the_tags_range():
    nan = float("nan")
    assert value_span(TAG, nan, nan) == TAG.range
    assert value_span(FREE, nan, nan) == Span(low=0.0, high=1.0)


@given(numbers, st.floats(1e-3, 1e6), st.floats(20, 300))
def test_a_scale_says_at_least_two_numbers_that_differ(low: float, width: float, pixels: float):
    made = value_span(FREE, low, low + width)
    ticks = scale_ticks(made, pixels, 20, ".")
    assert len(ticks) >= 2
    assert len({said for _, said in ticks}) == len(ticks)
    for value, said in ticks:
        plain = float(said.replace("\N{THIN SPACE}", "").replace("\N{MINUS SIGN}", "-"))
        assert abs(plain - value) <= 1e-5 * (made.high - made.low)
