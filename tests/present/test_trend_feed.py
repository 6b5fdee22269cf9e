"""Live and past samples become one series: nothing twice, nothing lost, gaps where nothing was known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from hmi.config.tags import TagDescription
from hmi.link.messages import HistoryReply
from hmi.model import status
from hmi.model.clock import SECOND
from hmi.model.values import ValueType
from hmi.present.trend_feed import TrendFeed
from hmi.testing.hand_fed import HandFed


class Past:
    """An engine's history of one rising signal, answered when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, int, Callable[[HistoryReply], None]]] = []

    def request(
        self, index: int, begin_utc: int, end_utc: int, points: int, reply: Callable[[HistoryReply], None]
    ) -> None:
        self.asked.append((index, begin_utc, end_utc, reply))

    def answer(
        self, times: list[int], values: list[float], bad: tuple[int, ...] = (), since: int = 0
    ) -> None:
        index, _, _, reply = self.asked.pop(0)
        severity = np.zeros(len(times), np.uint8)
        severity[list(bad)] = 2
        reply(
            HistoryReply(
                1,
                index,
                np.array(times, "<i8").tobytes(),
                np.array(values, "<f8").tobytes(),
                severity.tobytes(),
                since,
            )
        )


def feeding() -> tuple[HandFed, Past, TrendFeed]:
    fed = HandFed({"t": TagDescription(max_age=1.0), "s": TagDescription(type=ValueType.STRING)})
    past = Past()
    feed = TrendFeed(fed.session, past)
    feed.follow([0])
    return fed, past, feed


def test_live_samples_stand_at_their_own_time():
    fed, _, feed = feeding()
    times = []
    for number in range(5):
        fed.put(t=float(number), source_time=fed.clock.now().utc - 7)
        times.append(fed.clock.now().utc - 7)
        feed.feed(fed.frame(0.1))
    held = feed.series(0).read()
    assert held.time.tolist() == times
    assert held.value.tolist() == [0, 1, 2, 3, 4]


def test_a_level_value_goes_on_as_long_as_it_is_confirmed():
    fed, _, feed = feeding()
    fed.put(t=5.0)
    for _ in range(20):
        feed.feed(fed.frame(0.5))
    now = fed.clock.now().utc
    assert feed.series(0).at(now) == 5.0
    assert len(feed.series(0)) == 1


def test_stale_is_a_gap_from_the_last_confirmation_until_the_next():
    fed, _, feed = feeding()
    fed.put(t=5.0)
    feed.feed(fed.frame(0.5))
    confirmed = fed.clock.now().utc
    fed.silent = {"t"}
    for _ in range(8):
        feed.feed(fed.frame(0.5))
    series = feed.series(0)
    assert series.at(confirmed) == 5.0
    assert math.isnan(series.at(confirmed + SECOND))
    fed.silent = set()
    feed.feed(fed.frame(0.5))
    back = fed.clock.now().utc
    assert series.at(back) == 5.0
    assert series.gaps(0, back) == [(confirmed + 1, back)]


def test_a_dead_engine_is_a_gap():
    fed, _, feed = feeding()
    fed.put(t=5.0)
    feed.feed(fed.frame(0.1))
    feed.feed(fed.frame(0.1, engine_alive=False))
    feed.feed(fed.frame(0.1, engine_alive=False))
    assert math.isnan(feed.series(0).at(fed.clock.now().utc))


def test_bad_is_a_gap_whatever_value_it_carries():
    fed, _, feed = feeding()
    fed.put(t=5.0)
    feed.feed(fed.frame(0.1))
    fed.put(t=99.0, status=status.BAD)
    feed.feed(fed.frame(0.1))
    feed.feed(fed.frame(0.1))
    held = feed.series(0).read()
    assert 99.0 not in held.value
    assert math.isnan(feed.series(0).at(fed.clock.now().utc))


def test_history_is_joined_without_doubles_and_what_is_newer_stays():
    fed, past, feed = feeding()
    start = fed.clock.now().utc
    fed.put(t=1.0)
    feed.feed(fed.frame())
    feed.want(start - 60 * SECOND, start, SECOND, start)
    assert [(a, b) for _, a, b, _ in past.asked] == [(start - 60 * SECOND, start)]
    fed.clock.advance(SECOND)
    fed.put(t=2.0)
    second = fed.clock.now().utc
    feed.feed(fed.frame(0.1))
    earlier = [start - 30 * SECOND, start - 20 * SECOND, start - 10 * SECOND, start]
    past.answer(earlier, [7.0, 0.0, 9.0, 1.0], bad=(1,), since=start - 30 * SECOND)
    held = feed.series(0).read()
    assert held.time.tolist() == [*earlier, second]
    assert held.value.tolist()[-2:] == [1.0, 2.0]
    assert np.isnan(held.value[1])
    assert np.all(np.diff(held.time) > 0)
    assert feed.begins(0) == start - 30 * SECOND


def test_nothing_is_asked_twice_while_an_answer_may_come_and_again_when_none_came():
    fed, past, feed = feeding()
    now = fed.clock.now().utc
    for _ in range(5):
        feed.want(now - 60 * SECOND, now, SECOND, now)
    assert len(past.asked) == 1
    feed.want(now - 60 * SECOND, now, SECOND, now + 10 * SECOND)
    assert len(past.asked) == 2
    past.answer([], [], since=now - 60 * SECOND)
    feed.want(now - 60 * SECOND, now, SECOND, now + 10 * SECOND)
    feed.want(now - 600 * SECOND, now, SECOND, now + 10 * SECOND)  # there is nothing before the beginning
    assert len(past.asked) == 1


def test_a_closer_look_asks_for_finer_points():
    _, past, feed = feeding()
    now = 10**18
    feed.want(now - 3600 * SECOND, now, 4 * SECOND, now)
    many = np.linspace(now - 3600 * SECOND, now, 8000).astype(np.int64).tolist()
    past.answer(many, [0.0] * len(many))
    feed.want(now - 3600 * SECOND, now, 4 * SECOND, now)
    assert past.asked == []
    feed.want(now - 60 * SECOND, now, SECOND // 10, now)
    assert [(a, b) for _, a, b, _ in past.asked] == [(now - 60 * SECOND, now)]


def test_what_a_screen_out_of_view_did_not_see_is_asked_for():
    fed, past, feed = feeding()
    begin = fed.clock.now().utc
    fed.put(t=1.0)
    feed.feed(fed.frame())
    feed.feed(fed.frame(0.5))
    left = fed.clock.now().utc
    feed.feed(fed.frame(120.0))
    now = fed.clock.now().utc
    feed.want(begin, now, SECOND, now)
    assert [(a, b) for _, a, b, _ in past.asked] == [(left, now)]


def test_a_text_has_no_trend():
    _, _, feed = feeding()
    with pytest.raises(ValueError, match="no number"):
        feed.follow([1])


def test_a_tag_that_is_kept_keeps_its_samples():
    fed, _, feed = feeding()
    fed.put(t=1.0)
    feed.feed(fed.frame())
    series = feed.series(0)
    feed.follow([0])
    assert feed.series(0) is series
    feed.follow([])
    assert feed.indexes == ()
