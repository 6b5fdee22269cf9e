"""What the host took is told as a share of the time that passed, and when it took it."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.app.bench.stolen import ProcessorTimes
from hmi.app.bench.stolen_watch import StolenWatch, rises
from hmi.app.bench.thefts import Thefts

STAT = "cpu  {user} 5 7 {idle} 11 13 17 {steal} 1000 1000\ncpu0 1 2 3 4 5 6 7 8 9 10\n"


def test_the_share_is_of_all_time_and_counts_no_guest_twice() -> None:
    before = ProcessorTimes.read(STAT.format(user=100, idle=200, steal=10))
    after = ProcessorTimes.read(STAT.format(user=150, idle=340, steal=20))
    assert after.stolen_percent_since(before) == 5.0
    assert before.stolen_percent_since(before) == 0.0


@pytest.mark.parametrize("stat", ["", "intr 5 6\n", "cpu  1 2 3\n"])
def test_another_form_is_refused(stat: str) -> None:
    with pytest.raises(ValueError, match="times of all processors"):
        ProcessorTimes.read(stat)


def test_this_computer_tells() -> None:
    found = ProcessorTimes.now()
    assert found is not None
    assert found.all > found.stolen >= 0


@given(st.lists(st.floats(0, 10), max_size=20).map(sorted), st.lists(st.floats(0, 10), max_size=20))
def test_a_moment_is_spared_when_no_theft_falls_into_its_window(
    thefts: list[float], moments: list[float]
) -> None:
    found = Thefts(thefts).none_around(moments, 0.25, 0.5)
    assert found == [not any(each - 0.25 <= theft < each + 0.5 for theft in thefts) for each in moments]


def test_a_rise_is_told_at_the_look_that_found_it() -> None:
    counts = [5, 5, 7, 7, None, 9, 10]
    looks = [(float(i), None if n is None else ProcessorTimes(100, n)) for i, n in enumerate(counts)]
    assert rises(looks) == [2.0, 6.0], "after a look that failed nobody knows when"


def test_the_watch_ends_when_it_is_told_and_what_it_saw_lies_within_its_time() -> None:
    began = time.time()
    with ExitStack() as running:
        found = StolenWatch(running).end()
    assert found is not None
    assert all(found.none_around([began - 1.0, time.time() + 1.0], 0.0, 1.0)), "only while it looked"
