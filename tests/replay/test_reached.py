"""How fast a replay really goes on."""

from __future__ import annotations

from hmi.model.clock import SECOND
from hmi.replay.reached import ReachedRate


def test_it_is_that_of_the_last_second() -> None:
    reached = ReachedRate()
    assert reached.rate == 0.0
    now = 0
    for _ in range(100):
        now += SECOND // 50
        reached.note(now, SECOND // 50, SECOND)
    assert reached.rate == 50.0
    for _ in range(60):
        now += SECOND // 50
        reached.note(now, SECOND // 50, SECOND // 100)
    assert reached.rate == 0.5
    reached.begin()
    assert reached.rate == 0.0
