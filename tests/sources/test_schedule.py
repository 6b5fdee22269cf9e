"""The fixed-rate schedule: on its grid for ever, never late on purpose, never catching up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

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


def test_the_reached_interval_is_told_once_when_it_is_another() -> None:
    reached = Reached(50)
    assert [reached.news(50 * i) for i in range(20)] == [None] * 20
    told = [news for i in range(40) if (news := reached.news(1000 + 300 * i)) is not None]
    assert told[-1] == 300
    assert len(told) <= 3
    assert [reached.news(13_000 + 310 * i) for i in range(20)] == [None] * 20, "within 20 % is no news"
    back = [news for i in range(40) if (news := reached.news(20_000 + 50 * i)) is not None]
    assert back[-1] == 50
