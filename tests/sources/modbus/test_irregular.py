"""What came unasked over a line is told in full, once for each kind at a time."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hmi.model.clock import Instant
from hmi.model.samples import Irregular
from hmi.sources.modbus.framing_rtu import Oddity
from hmi.sources.modbus.irregular import KINDS, Tally

NOW = Instant(0, 0)


def test_every_oddity_but_the_echo_of_a_two_wire_line_has_a_kind_of_its_own() -> None:
    assert set(Oddity) - set(KINDS) == {Oddity.ECHO}
    assert len(set(KINDS.values())) == len(KINDS)


@given(st.lists(st.lists(st.sampled_from(Oddity))), st.lists(st.sampled_from(Oddity)))
def test_what_is_told_is_what_came_since_the_connection_began(
    rounds: list[list[Oddity]], before: list[Oddity]
) -> None:
    seen, told = Counter(before), Counter[Irregular]()
    tally = Tally(seen)
    for came in rounds:
        seen.update(came)
        news = tally.news(NOW)
        assert len({each.kind for each in news}) == len(news)
        assert all(each.count > 0 for each in news)
        told.update({each.kind: each.count for each in news})
    came_all = Counter(KINDS[each] for came in rounds for each in came if each is not Oddity.ECHO)
    assert told == came_all
    assert tally.news(NOW) == []
