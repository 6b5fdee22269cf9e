from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.endpoint_parts import Paces
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model.values import ValueType
from hmi.sources.opcua import plan


def tag(name: str, pace: Any, max_age: float = 2.0) -> Tag:
    return Tag(
        id=f"m/{name}",
        machine="m",
        name=name,
        wire=ValueType.FLOAT,
        pace=pace,
        max_age=max_age,
        address=OpcUaAddress(node="i=1"),
    )


def endpoint(**keys: Any) -> OpcUaEndpoint:
    return OpcUaEndpoint(protocol="opcua", url="opc.tcp://127.0.0.1:4840/", **keys)


TAGS = [(4, tag("a", "live")), (9, tag("b", "slow")), (2, tag("c", "live"))]


def test_one_group_for_each_pace_that_occurs() -> None:
    live, slow = plan.groups(endpoint(), TAGS)
    assert [index for index, _ in live.tags] == [4, 2]
    assert (live.pace, live.sampling, live.publishing) == ("live", 0.05, 0.05)
    assert (slow.pace, slow.sampling) == ("slow", 1.0)


def test_a_slow_group_publishes_often_enough_to_be_known_alive() -> None:
    (_, slow) = plan.groups(endpoint(), TAGS)
    assert slow.publishing == slow.keep_alive == 0.5
    (short_lived,) = plan.groups(endpoint(), [(0, tag("a", "slow", max_age=0.3))])
    assert short_lived.keep_alive == pytest.approx(0.075)


def test_an_explicit_publishing_interval_is_asked_for_as_it_is() -> None:
    live, slow = plan.groups(endpoint(publishing=0.01, paces=Paces(live=0.02)), TAGS)
    assert (live.publishing, live.sampling) == (0.01, 0.02)
    assert slow.publishing == 0.01


@given(publishing=st.floats(0.001, 10), sampling=st.floats(0.001, 10))
def test_the_queue_holds_what_is_sampled_between_two_publishes(publishing: float, sampling: float) -> None:
    (group,) = plan.groups(
        endpoint(publishing=publishing, paces=Paces(live=sampling)), [(0, tag("a", "live"))]
    )
    assert group.queue_size > 1
    assert group.queue_size >= publishing / sampling + 1


@given(publishing=st.floats(0.001, 5), keep_alive=st.floats(0.01, 0.5))
def test_counts_keep_the_promises_of_the_specification(publishing: float, keep_alive: float) -> None:
    keep_alives = plan.keep_alive_count(publishing, keep_alive)
    assert keep_alives >= 1
    assert keep_alives == 1 or keep_alives * publishing <= keep_alive + 1e-6
    lifetime = plan.lifetime_count(publishing, keep_alives)
    assert lifetime >= 3 * keep_alives
    assert lifetime * publishing >= plan.ORPHAN_LIFETIME


def test_silence_is_measured_by_the_liveliest_group_and_never_under_a_second() -> None:
    assert plan.silence_limit([0.5, 3.0]) == 1.5
    assert plan.silence_limit([0.1]) == 1.0
    assert plan.silence_limit([]) == 1.0
    assert plan.silence_limit([1e10]) == 30.0, "a server may grant anything"


def test_a_subscription_is_given_up_later_than_a_silent_server() -> None:
    assert plan.stall_limit(0.5) == plan.LONGEST_STALL > plan.silence_limit([0.5])
    assert plan.stall_limit(5.0) == 30.0 > plan.silence_limit([5.0])
