"""Live and past samples become one series: nothing twice, nothing lost, gaps where nothing was known."""

from __future__ import annotations

import numpy as np
import pytest

from hmi.model.clock import SECOND
from tests.present.trend_feeding import feeding


def test_live_samples_stand_at_their_own_time():
    fed, _, feed = feeding()
    fed.put(t=-1.0)
    times = [fed.clock.now().utc]
    feed.feed(fed.frame(0.1))
    for number in range(5):
        fed.put(t=float(number), source_time=fed.clock.now().utc - 7)
        times.append(fed.clock.now().utc - 7)
        feed.feed(fed.frame(0.1))
    held = feed.series(0).read()
    assert held.time.tolist() == times
    assert held.value.tolist() == [-1, 0, 1, 2, 3, 4]


def test_a_level_value_goes_on_as_long_as_it_is_confirmed():
    fed, _, feed = feeding()
    fed.put(t=5.0)
    for _ in range(20):
        feed.feed(fed.frame(0.5))
    now = fed.clock.now().utc
    assert feed.series(0).at(now) == 5.0
    assert len(feed.series(0)) == 1


def test_history_is_joined_without_doubles_and_what_is_newer_stays():
    fed, past, feed = feeding()
    start = fed.clock.now().utc
    fed.put(t=1.0)
    feed.feed(fed.frame())
    feed.want(start - 60 * SECOND, start, SECOND, start)
    assert [(a, b) for _, a, b, _ in past.asked] == [(start - 60 * SECOND, start)]
    fed.clock.advance(SECOND // 2)
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
