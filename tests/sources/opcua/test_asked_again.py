"""What a server sends once more is as old as it is: not of the moment at which we asked for it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from asyncua import ua

from hmi.config.opcua import OpcUaAddress
from hmi.config.tags import Tag
from hmi.model.clock import SECOND, Instant
from hmi.model.samples import Batch, Confirmation, SourceMessage
from hmi.model.values import ValueType
from hmi.simulation.tcp_proxy import TcpProxy
from hmi.sources.opcua.clock_offset import OffsetEstimator
from hmi.sources.opcua.held import Held
from hmi.sources.opcua.plan import Group
from hmi.sources.opcua.publish_response import Notification
from hmi.sources.opcua.publishing import Publishing
from hmi.sources.opcua.services import CreatedSubscription
from hmi.sources.opcua.session import Published
from hmi.sources.opcua.subscription import Subscription
from hmi.testing.harness import Listener
from hmi.testing.heard import check_confirmations
from tests.sources.opcua.running import WAIT, change, reads, source, subscriptions, two_numbers


async def test_what_was_held_up_and_asked_for_again_is_of_when_the_server_spoke() -> None:
    """The second notification gets lost, and we stand still when the third arrives."""
    async with (
        two_numbers() as server,
        TcpProxy("127.0.0.1", server.port) as proxy,
        # Published once a second: the link outlives three of that without a word.
        Listener(source(proxy.port, "speed", publishing=1.0)) as listener,
    ):
        said = listener.messages
        await listener.until(reads(said, 0, 1.0), "live", WAIT)
        (subscription,) = subscriptions(server)
        send, spoke = subscription.pub_result_callback, []

        async def swallow(result: ua.PublishResult, *request: Any) -> None:
            if not result.NotificationMessage.NotificationData:
                await send(result, *request)
                return
            spoke.append(time.monotonic_ns())
            if len(spoke) > 1:
                proxy.frozen = True
                await send(result, *request)

        subscription.pub_result_callback = swallow
        since = len(said)
        for value in (2.0, 3.0):
            before = len(spoke)
            await change(server, speed=value)
            async with asyncio.timeout(WAIT):
                while len(spoke) == before:
                    await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        proxy.frozen = False
        await listener.until(reads(said, 0, 3.0), "both", WAIT)
    at = [
        (float(batch.raw.view("<f8")[0]), following.at.monotonic)
        for batch, following in zip(said[since:], said[since + 1 :], strict=False)
        if isinstance(batch, Batch) and isinstance(following, Confirmation)
    ]
    assert [value for value, _ in at] == [2.0, 3.0]
    assert [late for (_, late), moment in zip(at, spoke, strict=True) if late > moment] == []
    check_confirmations(said)


class _Held:
    """A session whose server has one notification more, and whose clock stands where it is put."""

    url = "opc.tcp://held"

    def __init__(self, now: Instant, more: Notification) -> None:
        self._now = now
        self._more = more

    def now(self) -> Instant:
        return self._now

    async def republish(self, _subscription: int, _sequence: int) -> Notification:
        return self._more


async def test_a_value_without_a_time_may_have_changed_since_the_one_before_was_put_together() -> None:
    utc, now = 10**18, 100 * SECOND
    clock = OffsetEstimator()
    clock.add(now - SECOND - 1000, utc + now - SECOND, now - SECOND + 1000)

    def notification(sequence: int, seconds_ago: float) -> Notification:
        item = ua.MonitoredItemNotification(
            ClientHandle=0, Value=ua.DataValue(ua.Variant(float(sequence), ua.VariantType.Double))
        )
        assembled = now - round(seconds_ago * SECOND)
        return Notification(sequence, utc + assembled, keep_alive=False, changes=([item],))

    tag = Tag(id="m/t", machine="m", name="t", wire=ValueType.FLOAT, address=OpcUaAddress(node="i=1"))
    subscription = Subscription(
        Group("live", ((0, tag),), 0.1, 0.1, 0.5), CreatedSubscription(1, 0.1, 5), now - 10 * SECOND
    )
    subscription.expect(0, tag)
    said: list[SourceMessage] = []
    held: Any = _Held(Instant(utc + now, now), notification(2, 3.1))
    released = Held(said.append)
    released.release()
    publishing = Publishing(held, {1: subscription}, clock, released)
    first = Instant(utc + now - 4 * SECOND, now - 4 * SECOND)
    await publishing._take(Published(1, notification(1, 4.0), now - 5 * SECOND, first), subscription)
    await publishing._take(Published(1, notification(3, 3.0), now - 4 * SECOND, held.now()), subscription)
    _, second, third = (each for each in said if isinstance(each, Batch))
    assert second.not_before[0] <= now - 4.1 * SECOND, "its sampling before the first was put together"
    assert now - 3.3 * SECOND < third.not_before[0] <= now - 3.2 * SECOND
    vouched = [each.at.monotonic for each in said if isinstance(each, Confirmation)]
    assert vouched[1] <= now - 3.1 * SECOND
    assert vouched[2] <= now - 3.0 * SECOND
