"""A server that gives keep-alives numbers of their own, other than the standard (OPC 10000-4, 5.14.1.1)."""

from __future__ import annotations

from typing import Any

import pytest
from asyncua import ua
from asyncua.server.internal_subscription import InternalSubscription

from hmi.model.clock import NO_TIME
from hmi.model.samples import Confirmation, LinkState, Lost
from hmi.sources.opcua.plan import Group
from hmi.sources.opcua.publish_response import Notification
from hmi.sources.opcua.services import CreatedSubscription
from hmi.sources.opcua.subscription import Subscription
from hmi.testing.harness import Listener
from hmi.testing.heard import check_confirmations
from tests.sources.opcua.running import WAIT, change, links, reads, source, two_numbers


async def test_it_is_believed_the_second_time_and_the_link_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    pop = InternalSubscription._pop_publish_result

    def counting(subscription: InternalSubscription) -> ua.PublishResult:
        result: ua.PublishResult = pop(subscription)
        if not result.NotificationMessage.NotificationData:
            subscription._notification_seq += 1
        return result

    monkeypatch.setattr(InternalSubscription, "_pop_publish_result", counting)
    async with two_numbers() as server, Listener(source(server.port, "speed")) as listener:
        said = listener.messages
        await listener.until(lambda: links(said).count(LinkState.UP) == 3, "the third link", WAIT)
        since = len(said)
        for value in (2.0, 3.0):
            await change(server, speed=value)
            await listener.until(reads(said, 0, value, since), f"{value}", WAIT)
            quiet = len(said)
            await listener.until(
                lambda n=quiet: sum(isinstance(m, Confirmation) for m in said[n:]) > 2,  # type: ignore[misc]
                "keep-alives",
                WAIT,
            )
        assert links(said[since:]) == []
        assert not [m for m in said[since:] if isinstance(m, Lost)]
    check_confirmations(said)


def message(sequence: int, *, keep_alive: bool = False) -> Notification:
    return Notification(sequence, NO_TIME, keep_alive)


def heard(counts_all: bool, *messages: Notification) -> list[Any]:
    """For each message how many are missing before it."""
    group = Group("slow", ((0, None),), 1.0, 1.0, 0.5)  # type: ignore[arg-type]
    subscription = Subscription(group, CreatedSubscription(1, 1.0, 5), 0, counts_all=counts_all)
    return [len(gap) if (gap := subscription.gap(each)) else 0 for each in messages]


def test_only_one_number_after_a_keep_alive_is_let_pass() -> None:
    idle = [message(n, keep_alive=True) for n in range(7)]
    assert heard(True, message(1), idle[2], idle[3], message(4), message(5), idle[6]) == [0] * 6
    assert heard(True, message(1), idle[2], message(4)) == [0, 0, 2]
    assert heard(True, message(1), message(3)) == [0, 1], "between notifications nothing is let pass"
    assert heard(False, message(1), idle[2], message(3)) == [0, 0, 1]


def test_one_that_turns_out_to_count_as_it_should_is_held_to_it() -> None:
    idle = [message(n, keep_alive=True) for n in range(7)]
    assert heard(True, message(1), idle[2], message(2), idle[3], message(4)) == [0, 0, 0, 0, 1]
