"""Which values count as dead while a link comes back."""

from __future__ import annotations

import pytest

from hmi.config.tags import TagDescription
from hmi.model import status
from hmi.model.samples import LinkState
from hmi.present import dead_tags
from hmi.testing.hand_fed import MACHINE, HandFed


@pytest.mark.parametrize(
    ("code", "dead"),
    [(status.BAD_NO_COMMUNICATION, False), (status.BAD_SENSOR_FAILURE, True)],
)
def test_what_a_link_that_is_just_back_has_not_said_yet_is_not_dead(code: int, dead: bool) -> None:
    fed = HandFed({"t": TagDescription(max_age=1.0)})
    fed.put(t=1.0)
    fed.frame()
    fed.link(LinkState.DOWN)
    fed.put(status=code, t=0.0)
    fed.frame(3.0)
    fed.link(LinkState.UP)
    assert bool(len(dead_tags.find(fed.session, fed.frame(0.1), MACHINE))) is dead
    assert len(dead_tags.find(fed.session, fed.frame(6.0), MACHINE)), "it has had its time"
