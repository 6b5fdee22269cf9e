from __future__ import annotations

from hmi.model.clock import SECOND, ManualClock
from hmi.model.samples import LinkEvent, LinkState, SourceMessage
from hmi.sources.link import Link


def test_another_reason_is_told_with_the_time_of_the_loss_and_the_same_one_never_twice() -> None:
    clock, said = ManualClock(), list[SourceMessage]()
    link = Link(said.append, clock)
    link.connecting()
    link.up()
    clock.advance(5 * SECOND)
    lost = clock.now()
    for cause in ("cut", "refused", "refused", "not trusted"):
        link.down(cause)
        clock.advance(SECOND)
    link.up()
    told = [(each.state, each.cause, each.at) for each in said[2:] if isinstance(each, LinkEvent)]
    assert told[:3] == [(LinkState.DOWN, cause, lost) for cause in ("cut", "refused", "not trusted")]
    assert [state for state, _, _ in told[3:]] == [LinkState.UP]


def test_only_a_link_that_has_lasted_is_tried_again_at_once() -> None:
    clock = ManualClock()
    link = Link(lambda _message: None, clock)
    link.connecting()
    clock.advance(60 * SECOND)
    assert not link.has_settled, "it never was up"
    link.up()
    clock.advance(SECOND)
    assert not link.has_settled, "a server that loses a notification at once is not asked without a pause"
    clock.advance(60 * SECOND)
    assert link.has_settled
    link.down("cut")
    assert not link.has_settled
