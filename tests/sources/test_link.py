from __future__ import annotations

from hmi.model.clock import SECOND, ManualClock
from hmi.model.samples import LinkEvent, LinkState, SourceMessage
from hmi.sources.link import Link


def test_every_change_is_told_once_and_at_its_time() -> None:
    clock, said = ManualClock(), list[SourceMessage]()
    link = Link(said.append, clock)
    link.connecting()
    link.down("refused")
    clock.advance(SECOND)
    link.down("refused again")
    up = clock.advance(SECOND)
    link.up()
    states = [(m.state, m.cause) for m in said if isinstance(m, LinkEvent)]
    assert states == [(LinkState.CONNECTING, ""), (LinkState.DOWN, "refused"), (LinkState.UP, "")]
    assert isinstance(said[-1], LinkEvent)
    assert said[-1].at == up


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
