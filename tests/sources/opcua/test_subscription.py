"""What a notification means, without a server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import ua

from hmi.config.opcua import OpcUaAddress
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.model.samples import Batch, Confirmation, Lost, SourceMessage
from hmi.model.values import ValueType
from hmi.sources.opcua.clock_offset import Estimate
from hmi.sources.opcua.plan import Group
from hmi.sources.opcua.publish_response import Notification, from_library, from_message
from hmi.sources.opcua.services import CreatedSubscription
from hmi.sources.opcua.session import Published
from hmi.sources.opcua.subscription import Subscription

UTC_ZERO = 1_700_000_000 * SECOND
UNCERTAIN = status.UNCERTAIN
CLOCK = Estimate(offset=UTC_ZERO, uncertainty=SECOND // 1000)


def tag(name: str) -> Tag:
    return Tag(id=f"m/{name}", machine="m", name=name, wire=ValueType.FLOAT, address=OpcUaAddress(node="i=1"))


@pytest.fixture
def subscription() -> Subscription:
    tags = ((3, tag("a")), (5, tag("b")), (8, tag("missing")))
    made = Subscription(Group("live", tags, 0.05, 0.05, 0.5), CreatedSubscription(1, 0.05, 10), 10 * SECOND)
    for index, each in tags:
        made.expect(index, each)
    made.made_item(3, 0.05, 11)
    made.made_item(5, 0.1, 12)
    made.refused_item(8)
    return made


def value(handle: int, code: int = status.GOOD) -> ua.MonitoredItemNotification:
    variant = ua.Variant(1.0, ua.VariantType.Double)
    return ua.MonitoredItemNotification(
        ClientHandle=handle, Value=ua.DataValue(variant, StatusCode=ua.StatusCode(code))
    )


def take(
    subscription: Subscription, number: int, *parts: Any, at: int = 20, asked: int = 19
) -> list[SourceMessage]:
    result = ua.PublishResult(
        SubscriptionId=1,
        NotificationMessage=ua.NotificationMessage(
            SequenceNumber=number,
            PublishTime=datetime.fromtimestamp((UTC_ZERO + at * SECOND) / SECOND, UTC),
            NotificationData=list(parts),
        ),
    )
    received = Instant(UTC_ZERO + at * SECOND, at * SECOND)
    answer = from_library(result)
    gap = subscription.gap(answer.notification)
    said = subscription.take(Published(1, answer.notification, asked * SECOND, received), CLOCK)
    return [Lost(len(gap), str(gap), received), *said] if gap else said


def change(*items: ua.MonitoredItemNotification) -> ua.DataChangeNotification:
    return ua.DataChangeNotification(MonitoredItems=list(items))


def lost(said: list[SourceMessage]) -> int:
    """How many notifications are missing."""
    return sum(message.count for message in said if isinstance(message, Lost))


def test_samples_come_before_the_confirmation_of_all_items_that_have_a_value(
    subscription: Subscription,
) -> None:
    take(subscription, 1, change(value(3)))
    batch, confirmation = take(subscription, 2, change(value(5)), change(value(5)))
    assert isinstance(batch, Batch)
    assert batch.index.tolist() == [5, 5]
    assert isinstance(confirmation, Confirmation)
    assert confirmation.index.tolist() == [3, 5]


def test_an_item_that_has_sent_nothing_or_a_bad_value_is_not_confirmed(subscription: Subscription) -> None:
    assert take(subscription, 1) == []
    (batch, confirmation) = take(subscription, 1, change(value(3), value(5, status.BAD_TIMEOUT)))
    assert isinstance(batch, Batch)
    assert isinstance(confirmation, Confirmation)
    assert confirmation.index.tolist() == [3]
    (batch,) = take(subscription, 2, change(value(3), value(3, status.BAD_TIMEOUT)))
    assert isinstance(batch, Batch)
    assert take(subscription, 3) == []
    (_, confirmation) = take(subscription, 3, change(value(5, status.BAD_TIMEOUT), value(5, UNCERTAIN)))
    assert isinstance(confirmation, Confirmation)
    assert confirmation.index.tolist() == [5], "the last of the two counts; Uncertain is a value"


def test_a_keep_alive_confirms_and_says_nothing_else(subscription: Subscription) -> None:
    take(subscription, 1, change(value(3), value(5)))
    (confirmation,) = take(subscription, 2)
    assert isinstance(confirmation, Confirmation)
    assert confirmation.index.tolist() == [3, 5]


def test_unbroken_numbers_lose_nothing(subscription: Subscription) -> None:
    said = [take(subscription, n, change(value(3))) for n in (1, 2, 3)]
    said += [take(subscription, 4), take(subscription, 4), take(subscription, 4, change(value(3)))]
    said += [take(subscription, 5)]
    assert [lost(each) for each in said] == [0] * 7


def test_a_gap_is_told_where_it_is_seen_and_once(subscription: Subscription) -> None:
    take(subscription, 1, change(value(3)))
    assert lost(take(subscription, 4, change(value(3)))) == 2
    assert lost(take(subscription, 5, change(value(3)))) == 0
    assert lost(take(subscription, 8)) == 2, "a keep-alive carries the number of the next notification"
    assert lost(take(subscription, 8, change(value(3)))) == 0


def test_a_keep_alive_that_numbers_what_was_last_or_nothing_is_no_gap(subscription: Subscription) -> None:
    said = [take(subscription, 1, change(value(3))), take(subscription, 1), take(subscription, 0)]
    said += [take(subscription, 2, change(value(3))), take(subscription, 2)]
    said += [take(subscription, 3, change(value(3)))]
    assert [lost(each) for each in said] == [0] * 6
    assert lost(take(subscription, 5, change(value(3)))) == 1


def test_a_gap_over_the_last_number_of_all_is_as_long_as_it_is(subscription: Subscription) -> None:
    take(subscription, 2**32 - 2, change(value(3)))
    gap = subscription.gap(Notification(2, NO_TIME, keep_alive=False))
    assert gap is not None
    assert list(gap.numbers()) == [2**32 - 1, 1]


def test_a_confirmation_is_of_the_moment_at_which_the_server_spoke(subscription: Subscription) -> None:
    take(subscription, 1, change(value(3)))
    message = ua.NotificationMessage(
        SequenceNumber=2, PublishTime=datetime.fromtimestamp((UTC_ZERO + 25 * SECOND) / SECOND, UTC)
    )
    read = Instant(UTC_ZERO + 60 * SECOND, 60 * SECOND)
    (confirmation,) = subscription.take(Published(1, from_message(message), 24 * SECOND, read), CLOCK)
    assert isinstance(confirmation, Confirmation)
    spoken = 25 * SECOND - CLOCK.uncertainty
    assert confirmation.at == Instant(UTC_ZERO + spoken, spoken), "not of when we came to read it"


@pytest.mark.parametrize("granted", [float("nan"), float("inf"), -1.0, 1e300, 0.0])
def test_any_granted_interval_is_survived(subscription: Subscription, granted: float) -> None:
    subscription.made_item(3, granted, 11)
    (batch, _) = take(subscription, 1, change(value(3), value(3)))
    assert isinstance(batch, Batch)
    assert batch.not_before[1] <= 10 * SECOND
    assert all(0 <= each.sampling <= 86_400 for each in subscription.granted())


def test_numbers_begin_again_at_one(subscription: Subscription) -> None:
    take(subscription, 2**32 - 1, change(value(3)))
    assert lost(take(subscription, 1, change(value(3)))) == 0


def test_an_overflowed_queue_is_a_loss_of_unknown_size(subscription: Subscription) -> None:
    said = take(subscription, 1, change(value(3), value(5, status.GOOD | 0x480)))
    assert [m.count for m in said if isinstance(m, Lost)] == [0]
    assert isinstance(said[0], Batch)
    assert len(said[0]) == 2, "the sample that tells of the loss is a sample"


def test_without_times_a_value_may_be_as_old_as_the_notification_before(subscription: Subscription) -> None:
    (first, _) = take(subscription, 1, change(value(3), value(3)), at=20)
    assert isinstance(first, Batch)
    since_it_was_made = 10 * SECOND - SECOND // 20
    assert first.not_before.tolist() == [NO_TIME, since_it_was_made], "the first is no observed change"
    (second, _) = take(subscription, 2, change(value(3), value(5), value(5)), at=21)
    assert isinstance(second, Batch)
    previous = 20 * SECOND - CLOCK.uncertainty
    assert second.not_before.tolist() == [previous - SECOND // 20, NO_TIME, previous - SECOND // 10]


def test_granted_intervals_are_told_by_interval(subscription: Subscription) -> None:
    told = [
        (granted.index.tolist(), granted.sampling, granted.publishing) for granted in subscription.granted()
    ]
    assert told == [([3], 0.05, 0.05), ([5], 0.1, 0.05)]


def test_the_end_of_a_subscription_is_the_end_of_the_link(subscription: Subscription) -> None:
    ended = ua.StatusChangeNotification(Status=ua.StatusCode(status.BAD_TIMEOUT))
    take(subscription, 1, change(value(3)))
    assert not subscription.ended
    (batch, _) = take(subscription, 2, change(value(3)), ended)
    assert isinstance(batch, Batch), "what came with it is not lost"
    assert "BadTimeout" in subscription.ended
    assert take(subscription, 3, ended) == [], "nobody vouches any more"
