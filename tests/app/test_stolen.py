"""What the host took is told as a share of the time that passed."""

from __future__ import annotations

import pytest

from hmi.app.bench.stolen import ProcessorTimes

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
