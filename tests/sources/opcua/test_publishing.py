"""Requests kept waiting at a server, over a session whose server answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from asyncua import ua

from hmi.config.opcua import OpcUaAddress
from hmi.config.tags import Tag
from hmi.model.clock import NO_TIME, Instant, SystemClock
from hmi.model.samples import SourceMessage
from hmi.model.values import ValueType
from hmi.sources.opcua.clock_offset import OffsetEstimator
from hmi.sources.opcua.errors import GivenUpError, ServiceFaultError
from hmi.sources.opcua.held import Held
from hmi.sources.opcua.plan import Group
from hmi.sources.opcua.publish_response import Notification
from hmi.sources.opcua.publishing import ASKED_ANEW, Publishing
from hmi.sources.opcua.services import CreatedSubscription
from hmi.sources.opcua.session import Published
from hmi.sources.opcua.subscription import Subscription

TIMED_OUT, TOO_MANY = (
    ServiceFaultError(code, "a fault")
    for code in (ua.StatusCodes.BadTimeout, ua.StatusCodes.BadTooManyPublishRequests)
)


class Scripted:
    """Answers requests in turn, then the last answer for ever."""

    url = "opc.tcp://scripted"

    def __init__(self, *answers: int | ServiceFaultError) -> None:
        self._answers = [*answers]
        self.acknowledged: list[list[int]] = []

    def now(self) -> Instant:
        return SystemClock().now()

    async def publish(self, acknowledge: Sequence[ua.SubscriptionAcknowledgement]) -> Published:
        self.acknowledged.append([each.SequenceNumber for each in acknowledge])
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        await asyncio.sleep(0)
        if isinstance(answer, ServiceFaultError):
            raise answer
        now = self.now()
        return Published(1, Notification(answer, NO_TIME, keep_alive=False), now.monotonic, now)


def publishing(session: Any) -> Publishing:
    tag = Tag(id="m/t", machine="m", name="t", wire=ValueType.FLOAT, address=OpcUaAddress(node="i=1"))
    made = CreatedSubscription(1, 1.0, 5)
    subscription = Subscription(Group("slow", ((0, tag),), 1.0, 1.0, 0.5), made, 0)
    said: list[SourceMessage] = []
    held = Held(said.append)
    held.release()
    return Publishing(session, {1: subscription}, OffsetEstimator(), held)


async def test_a_server_that_times_each_request_out_at_once_is_not_asked_without_a_pause() -> None:
    session = Scripted(TIMED_OUT)
    rounds = 5
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(rounds * ASKED_ANEW):
            await publishing(session).run()
    # Two requests wait at a server for one subscription; a busy machine makes it fewer rounds.
    assert 2 <= len(session.acknowledged) <= 2 * (rounds + 1)


async def test_what_was_acknowledged_in_vain_is_acknowledged_again() -> None:
    session = Scripted(1, 2, TIMED_OUT, TIMED_OUT, 3, TOO_MANY)
    with pytest.raises(GivenUpError):
        await publishing(session).run()
    heard = [set(each) for each in session.acknowledged]
    assert heard[2] | heard[3] == {1, 2}
    assert heard[4] | heard[5] == {1, 2}, "after both had timed out"
    assert heard[-1] == {3}


class Watched(Scripted):
    """Notes when it is asked."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__(1, 2, TOO_MANY)
        self._heard = heard

    async def publish(self, acknowledge: Sequence[ua.SubscriptionAcknowledgement]) -> Published:
        self._heard.append("asked")
        return await super().publish(acknowledge)


async def test_who_waits_for_values_is_told_before_the_server_is_asked_for_more() -> None:
    heard: list[str] = []
    session = Watched(heard)
    asking = publishing(session)
    loop = asyncio.get_running_loop()
    # As the engine rings: in the turn after the values.
    asking._emit = lambda message: loop.call_soon(heard.append, "rung")
    asking._subscriptions[1].take = lambda *_: [object()]
    with pytest.raises(GivenUpError):
        await asking.run()
    first = heard.index("rung")
    assert heard[:first] == ["asked", "asked"], "both requests that wait at the server"
    assert heard.count("rung") == 2
    assert heard[first : first + 2] in (["rung", "asked"], ["rung", "rung"])
