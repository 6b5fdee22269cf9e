"""What is said of many values together is of one frame, often enough, and no claim of life outlasts it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hmi.model.clock import MILLISECOND, SECOND
from hmi.present.session import Frame
from hmi.present.summary_clock import EVERY, SummaryClock
from tests.ui.builders import Shop, epoch, machine, tag

SITE, MILL = ("site", ""), ("machine", "mill")


def shop() -> Shop:
    made = Shop(epoch([machine("mill")], [tag("mill", "x")]))
    made.clock.advance(SECOND - made.clock.now().utc % SECOND)
    return made


def after(made: Shop, milliseconds: int, *, alive: bool = True) -> Frame:
    made.clock.advance(milliseconds * MILLISECOND)
    return made.frame(alive=alive)


def test_it_is_said_four_times_a_second_and_when_the_clock_shows_another_one() -> None:
    made = shop()
    summary = SummaryClock()
    assert summary.due(made.frame(), SITE, 0)
    said = [n for n in range(1, 250) if summary.due(after(made, 20), SITE, 0)]
    assert 18 <= len(said) <= 26
    assert max(b - a for a, b in pairwise(said)) * 20 <= EVERY // MILLISECOND + 20


def test_another_screen_another_session_and_a_dead_engine_do_not_wait() -> None:
    made = shop()
    summary = SummaryClock()
    assert [summary.due(after(made, 1), each, 0) for each in (SITE, SITE, MILL, MILL, SITE)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    summary.begin()
    assert summary.due(after(made, 1), SITE, 0)
    assert [summary.due(after(made, 1, alive=False), SITE, 1) for _ in range(3)] == [True] * 3


@given(st.lists(st.tuples(st.integers(1, 120), st.integers(0, 3)), min_size=1, max_size=60))
def test_nothing_is_said_to_be_live_that_is_not(steps: list[tuple[int, int]]) -> None:
    made = shop()
    summary, said = SummaryClock(), 0
    for milliseconds, dead in steps:
        if summary.due(after(made, milliseconds), SITE, dead):
            said = dead
        assert said or not dead
