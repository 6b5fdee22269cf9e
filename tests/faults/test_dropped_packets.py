"""A cable that is cut: packets vanish, and neither side's TCP says so for minutes.

Needs root, and the program ``ip``; the failure of a test that cannot have them says what is missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from hmi.model.clock import SECOND, monotonic_ns
from hmi.model.samples import Confirmation, LinkEvent, LinkState, SourceMessage, WriteOutcome
from hmi.sources.pauses import LONGEST
from hmi.testing.fork_server import ForkServer
from hmi.testing.heard import Heard, check_confirmations
from hmi.testing.lossy_network import FAR, NEAR, LossyNetwork
from tests.faults.plant import INT, WAIT, Plant, cause, is_down, live, tag
from tests.faults.truth import TimedListener

TAGS = [tag("stamp", INT), tag("speed", access="write")]
PLAN = {"nodes": {"stamp": ["Int64", 0], "speed": ["Double", 1.0]}, "stamps": {"stamp": 0.05}}
TRY = 2.0
"""Seconds after which an attempt to connect is given up, and the next one made."""

SLACK = 3.0
"""Seconds that a busy machine may take longer."""


@pytest.fixture
def network() -> Iterator[LossyNetwork]:
    with LossyNetwork() as made:
        yield made


@pytest.fixture
async def plant(network: LossyNetwork, forks: ForkServer) -> AsyncIterator[Plant]:
    """A device on the far side; the test itself is on the near one."""
    made = Plant(forks, FAR)
    with network.inside(NEAR):
        try:
            await made.start(network=network.path(FAR), **PLAN)
            yield made
        finally:
            await made.device.stop()


def since_down(messages: list[SourceMessage], since: int) -> LinkEvent:
    return next(m for m in messages[since:] if isinstance(m, LinkEvent) and m.state is LinkState.DOWN)


@pytest.mark.parametrize("seconds", [1.0, pytest.param(12.0, marks=pytest.mark.full)])
async def test_packets_that_vanish_are_noticed_within_the_limit_and_a_new_connection_is_made(
    plant: Plant, network: LossyNetwork, seconds: float
) -> None:
    source = plant.source(*TAGS)
    async with TimedListener(source) as listener:
        heard = Heard(TAGS, listener.messages)
        await live(listener, heard, "stamp", "speed")
        limit = source.silence_limit
        since = len(heard.messages)
        network.drop(True)
        cut = monotonic_ns()
        result = await source.write(1, 5.0, 0.3)
        assert result.outcome is WriteOutcome.UNKNOWN
        await listener.until(lambda: is_down(heard), "DOWN", WAIT)
        noticed = (since_down(heard.messages, since).at.monotonic - cut) / SECOND
        assert noticed <= limit + SLACK
        assert "nothing heard" in cause(heard)
        vouched = [m.at.monotonic for m in heard.messages[since:] if isinstance(m, Confirmation)]
        assert all(at <= cut + SECOND // 5 for at in vouched), "vouched for by nobody"
        # As long as nothing passes nothing is told, however often it is tried.
        await asyncio.sleep(seconds)
        assert heard.links(since) == [LinkState.DOWN]
        network.drop(False)
        healed = monotonic_ns()
        await listener.until(lambda: LinkState.UP in heard.links(since), "UP", WAIT)
        up = next(m for m in heard.messages[since:] if isinstance(m, LinkEvent) and m.state is LinkState.UP)
        # Not the old connection, whose TCP waits ever longer before it sends again.
        assert (up.at.monotonic - healed) / SECOND <= LONGEST + TRY + SLACK
        await live(listener, heard, "stamp", "speed", since=heard.messages.index(up))
        for true, bound, _ in listener.changes(0):
            assert bound <= true
        assert heard.samples("speed")[-1][1] in (1.0, 5.0)
    check_confirmations(heard.messages)


@pytest.mark.full
async def test_a_gap_that_is_shorter_than_the_limit_costs_no_link(
    plant: Plant, network: LossyNetwork
) -> None:
    source = plant.source(*TAGS)
    async with TimedListener(source) as listener:
        heard = Heard(TAGS, listener.messages)
        await live(listener, heard, "stamp", "speed")
        assert source.silence_limit > 1.0
        network.drop(True)
        await asyncio.sleep(0.2)
        network.drop(False)
        seen = len(list(listener.changes(0)))
        await listener.until(lambda: len(list(listener.changes(0))) > seen + 20, "it goes on", WAIT)
        for true, bound, came in listener.changes(0):
            assert bound <= true <= came
        assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
    check_confirmations(heard.messages)
