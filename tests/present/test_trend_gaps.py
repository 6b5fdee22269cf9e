"""Where nothing was known a trend has a gap: from when, until when, and on which clock."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.engine.history import History
from hmi.engine.scaling import Scaling
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND
from hmi.model.samples import Batch
from hmi.present.trend_feed import TrendFeed
from hmi.present.trend_memory import TrendMemory
from hmi.testing.hand_fed import HandFed
from tests.present.trend_feeding import feeding


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


def test_what_was_looked_at_and_never_heard_is_a_gap_until_the_first_sample():
    fed, _, feed = feeding()
    feed.feed(fed.frame(0.5, engine_alive=False))
    assert feed.series(0).gaps(0, fed.clock.now().utc) == [], "nobody looked"
    feed.feed(fed.frame(0.5))
    looked = fed.clock.now().utc
    for _ in range(8):
        feed.feed(fed.frame(0.5))
    assert feed.series(0).gaps(0, fed.clock.now().utc) == [(looked, fed.clock.now().utc)]
    heard = fed.clock.now().utc
    fed.put(t=5.0, source_time=heard - 3600 * SECOND)
    feed.feed(fed.frame(0.5))
    now = fed.clock.now().utc
    assert feed.series(0).gaps(0, now) == [(looked, heard)]
    assert feed.series(0).at(heard) == feed.series(0).at(now) == 5.0


@pytest.mark.parametrize("watched", [True, False], ids=["from the start", "opened later"])
@pytest.mark.parametrize("dated", [-3600, 0, 2], ids=["long before", "at the start", "while connecting"])
def test_two_panels_tell_the_same_of_the_time_before_a_link_came_up(watched: bool, dated: int):
    """One looked at a tag all the time, the other asks an engine that was there; the device dates a value."""
    fed, past, feed = feeding()
    engine = History(fed.epoch.tags, 1000, began=fed.clock.now().utc)
    began = fed.clock.now().utc
    if watched:
        feed.feed(fed.frame())
    for _ in range(10):
        frame = fed.frame(0.5)
        if watched:
            feed.feed(frame)
    heard = fed.clock.now().utc
    fed.put(t=5.0, source_time=began + dated * SECOND)
    engine.add(Scaling(fed.epoch.tags).samples(given_at(fed, 5.0, began + dated * SECOND), 0))
    for _ in range(10):
        feed.feed(fed.frame(0.5))
    now = fed.clock.now().utc
    feed.want(began - 60 * SECOND, now, SECOND // 100, now)
    while past.asked:
        _, begin, end, _ = past.asked[0]
        told = engine.told(0, begin, end)
        bad = tuple(np.flatnonzero(told.severity == 2))
        past.answer(told.time.tolist(), told.value.tolist(), bad, since=engine.complete_from(0))
    assert feed.series(0).gaps(0, now) == [(began, heard)]
    assert feed.series(0).at(heard) == feed.series(0).at(now) == 5.0
    assert feed.beginning(now) == began


def given_at(fed: HandFed, value: float, source_time: int) -> Batch:
    """A tag's first sample as a source gives it: whatever its date, nobody saw it change."""
    now = fed.clock.now()
    return Batch(
        index=np.zeros(1, np.uint32),
        raw=np.array([value]).view(np.uint64),
        status=np.zeros(1, np.uint32),
        source_time=np.array([source_time], np.int64),
        not_before=np.array([NO_TIME], np.int64),
        received=now,
    )


def test_a_dead_engine_is_a_gap():
    fed, _, feed = feeding()
    fed.put(t=5.0)
    feed.feed(fed.frame(0.1))
    feed.feed(fed.frame(0.1, engine_alive=False))
    feed.feed(fed.frame(0.1, engine_alive=False))
    assert math.isnan(feed.series(0).at(fed.clock.now().utc))


def lose_link(fed: HandFed, *, source_time: int | None) -> None:
    """As the engine says it: the value and its times stay, the status is Bad."""
    columns = fed._columns
    held = columns.value[0].copy()
    fed.put(t=0.0, status=status.BAD_NO_COMMUNICATION, source_time=source_time)
    columns.value[0] = held
    fed.silent = {"t"}


@pytest.mark.parametrize("dated", [True, False], ids=["device's clock", "no source time"])
def test_a_lost_link_is_a_gap_from_the_last_confirmation_and_leaves_what_was_before(dated: bool):
    fed, _, feed = feeding()
    given = fed.clock.now().utc
    source_time = given if dated else NO_TIME
    fed.put(t=5.0, source_time=source_time)
    for _ in range(20):
        feed.feed(fed.frame(0.5))
    confirmed = fed.clock.now().utc
    lose_link(fed, source_time=source_time)
    for _ in range(8):
        feed.feed(fed.frame(0.5))
    now = fed.clock.now().utc
    series = feed.series(0)
    assert series.at(given) == series.at((given + confirmed) // 2) == series.at(confirmed) == 5.0
    assert series.gaps(0, now) == [(confirmed + 1, now)]


def test_a_value_that_comes_back_with_an_old_date_leaves_the_gap_as_it_is_and_goes_on():
    fed, _, feed = feeding()
    given = fed.clock.now().utc
    fed.put(t=5.0, source_time=given)
    feed.feed(fed.frame(0.5))
    confirmed = fed.clock.now().utc
    lose_link(fed, source_time=given)
    for _ in range(8):
        feed.feed(fed.frame(0.5))
    fed.silent = set()
    back = fed.clock.now().utc
    fed.put(t=6.0, source_time=given + 1)
    fed._columns.not_before[0] = NO_TIME  # the first after the link came up
    for _ in range(4):
        feed.feed(fed.frame(0.5))
    now = fed.clock.now().utc
    series = feed.series(0)
    assert series.at(given + 2) == 5.0
    assert series.gaps(0, now) == [(confirmed + 1, back)]
    assert series.at(back) == series.at(now) == 6.0


def test_a_bad_value_that_the_device_dates_begins_then():
    fed, _, feed = feeding()
    fed.put(t=5.0)
    feed.feed(fed.frame(0.5))
    fed.clock.advance(SECOND // 4)
    turned = fed.clock.now().utc
    fed.put(t=0.0, status=status.BAD_SENSOR_FAILURE)
    feed.feed(fed.frame(0.25))
    now = fed.clock.now().utc
    assert feed.series(0).gaps(0, now) == [(turned, now)]


def test_another_engine_leaves_a_gap_between_what_was_before_and_what_it_says():
    fed, past, feed = feeding()
    memory = TrendMemory()
    feed = TrendFeed(fed.session, past, memory)
    feed.follow([0])
    began = fed.clock.now().utc
    fed.put(t=5.0)
    feed.feed(fed.frame())
    for _ in range(20):
        feed.feed(fed.frame(0.5))
    confirmed = fed.clock.now().utc
    fed.silent = {"t"}
    for _ in range(4):
        feed.feed(fed.frame(0.5, engine_alive=False))
    fed.silent = set()
    fed._columns.clear()  # a new engine knows nothing yet
    session = fed.begin()
    feed = TrendFeed(session, past, memory)
    feed.follow([0])
    feed.feed(fed.frame(0.5))
    fed.clock.advance(SECOND // 2)
    started = fed.clock.now().utc
    fed.put(t=6.0, source_time=began - 60 * SECOND)
    for _ in range(4):
        feed.feed(fed.frame(0.5))
    now = fed.clock.now().utc
    gap = [(confirmed + 1, started)]
    assert feed.series(0).gaps(0, now) == gap
    # What is asked of it is what the panel did not see; it answers with what the device dated long before.
    feed.want(began - 60 * SECOND, now, SECOND // 100, now)
    while past.asked:
        past.answer([began - 60 * SECOND], [6.0], since=started)
    series = feed.series(0)
    assert series.at(began) == series.at(confirmed) == 5.0
    assert series.gaps(0, now) == gap
    assert series.at(now) == 6.0
    assert feed.begins(0) == began
    assert math.isnan(series.at(began - 1))


def test_another_engine_at_once_leaves_a_gap_too():
    fed, _, _ = feeding()
    memory = TrendMemory()
    fed.put(t=5.0)
    memory.record(fed.epoch.tags[0])
    for _ in range(4):
        memory.feed(fed.session, fed.frame(0.5))
    fed.clock.advance(SECOND // 5)
    fed._columns.clear()
    fed.begin()
    fed.put(t=6.0)
    memory.feed(fed.session, fed.frame(0.2))
    now = fed.clock.now().utc
    ((first, after),) = memory.record(fed.epoch.tags[0]).series.gaps(0, now)
    assert after - first == pytest.approx(SECOND // 5, abs=2)


def test_an_answer_does_not_reach_back_over_a_gap_that_was_seen():
    fed, past, feed = feeding()
    began = fed.clock.now().utc
    fed.put(t=5.0)
    feed.feed(fed.frame())
    feed.feed(fed.frame(0.5))
    confirmed = fed.clock.now().utc
    fed.silent = {"t"}
    for _ in range(8):
        feed.feed(fed.frame(0.5))
    stale_to = fed.clock.now().utc
    fed.silent = set()
    feed.feed(fed.frame(30.0))  # not in view for a while
    now = fed.clock.now().utc
    feed.want(began, now, SECOND // 100, now)
    assert [(a, b) for _, a, b, _ in past.asked] == [(stale_to, now)]
    past.answer([began, now - 10 * SECOND], [5.0, 7.0], since=began - SECOND)
    assert feed.series(0).gaps(0, now) == [(confirmed + 1, stale_to)]
    assert feed.series(0).at(now - 5 * SECOND) == 7.0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "confirm", "silent", "lost", "dead", "bad"]),
            st.floats(0.05, 0.9),
            st.floats(0.0, 30.0),
        ),
        max_size=30,
    )
)
def test_a_line_is_drawn_only_where_somebody_vouched(steps: list[tuple[str, float, float]]):
    """Whatever happens: what is vouched for is there at once, and what was shown stays as it was shown."""
    fed, _, feed = feeding()
    value, up = 0.0, True
    fed.put(t=value)
    feed.feed(fed.frame())
    series = feed.series(0)
    shown: dict[int, float] = {}
    for what, seconds, older in steps:
        if what in ("put", "confirm"):
            if what == "put" or not up:
                value += 1.0
                fed.put(t=value, source_time=fed.clock.now().utc - (0 if up else round(older * SECOND)))
                if not up:
                    fed._columns.not_before[0] = NO_TIME
                up = True
            fed.silent = set()
        elif what in ("lost", "bad"):
            lose_link(fed, source_time=NO_TIME if what == "bad" else int(fed._columns.source_time[0]))
            up = False
        elif what == "silent":
            fed.silent = {"t"}
        feed.feed(fed.frame(seconds, engine_alive=what != "dead"))
        now = fed.clock.now().utc
        if what in ("put", "confirm"):
            assert series.at(now) == value
        if not up:
            assert math.isnan(series.at(now))
        if not math.isnan(series.at(now - 1)):
            shown[now - 1] = series.at(now - 1)
        for begin, end in series.gaps(0, now):
            shown[(begin + end) // 2] = math.nan
    for moment, number in shown.items():
        assert series.at(moment) == pytest.approx(number, nan_ok=True)


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


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_moves_the_trend_with_it(hours: int):
    """No point lies in the future, silence is a gap on the clock of now, and nothing old is asked again."""
    fed, past, feed = feeding()
    for number in range(10):
        fed.put(t=float(number))
        feed.feed(fed.frame(0.5))
    before = fed.clock.now()
    by = hours * 3600 * SECOND
    held = feed.series(0).read().time.copy()
    feed.want(before.utc - 60 * SECOND, before.utc, SECOND // 10, before.utc)
    fed.clock.set_wall(before.utc + by)
    fed.put(t=77.0)
    feed.feed(fed.frame(0.5))
    now = fed.clock.now().utc
    series = feed.series(0)
    assert series.at(now) == 77.0
    assert series.read().time.tolist()[:10] == (held + by).tolist()
    assert series.last is not None
    assert series.last[0] <= now
    assert series.gaps(before.utc + by, now) == []
    past.answer([before.utc - 30 * SECOND], [5.0])
    assert math.isnan(series.at(before.utc - 30 * SECOND)), "an answer on the clock of before is no answer"
    fed.silent = {"t"}
    for _ in range(10):
        feed.feed(fed.frame(0.5))
    assert math.isnan(series.at(fed.clock.now().utc))
    assert series.gaps(now, fed.clock.now().utc) == [(now + 1, fed.clock.now().utc)]
