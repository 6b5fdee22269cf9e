"""The fixed-rate schedule: on its grid for ever, never late on purpose, never catching up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.clock import MILLISECOND, SECOND
from hmi.sources.schedule import FixedRate, Reached


@given(
    st.integers(1, 10**9),
    st.integers(0, 10**12),
    st.lists(st.integers(0, 5 * 10**9), max_size=50),
)
def test_rounds_stay_on_the_grid_and_are_skipped_not_queued(
    interval: int, start: int, lasted: list[int]
) -> None:
    schedule = FixedRate(interval, start)
    for each in lasted:
        before, over = schedule.due, schedule.due + each
        due = schedule.advance(over)
        assert (due - start) % interval == 0
        assert due > before
        assert due >= over, "a round that is already past would be made up for"
        assert due < over + interval or due == before + interval, "a round was skipped without need"


def told(reached: Reached, interval: float, seconds: float, since: float) -> list[float]:
    """What is told in so many seconds of rounds that start every ``interval`` ms, in ms."""
    rounds = range(1, round(seconds * 1000 / interval) + 1)
    news = [reached.news(round(since * SECOND + each * interval * MILLISECOND)) for each in rounds]
    return [each / MILLISECOND for each in news if each is not None]


def test_the_reached_interval_is_told_when_it_is_another_and_again_when_it_is_as_asked() -> None:
    reached = Reached(50 * MILLISECOND)
    assert told(reached, 50, 20, since=0) == []
    slow = told(reached, 300, 20, since=20)
    assert slow[-1] == 300
    assert len(slow) <= 3
    assert told(reached, 310, 20, since=40) == [], "within 5 % is no news"
    back = told(reached, 50, 20, since=60)
    assert back[-1] == 50
    slightly = told(reached, 59, 20, since=80)
    assert slightly[-1] == pytest.approx(59, rel=0.05)
    back = told(reached, 50, 20, since=100)
    assert back[-1] == pytest.approx(50, rel=0.05), "what was told once does not stay"


@given(st.lists(st.integers(0, 25), min_size=400, max_size=400))
def test_a_late_start_of_a_round_is_no_other_interval(late: list[int]) -> None:
    reached = Reached(50 * MILLISECOND)
    starts = [(50 * number + each) * MILLISECOND for number, each in enumerate(late)]
    assert [reached.news(each) for each in starts] == [None] * len(starts)
