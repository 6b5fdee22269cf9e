"""What node-opcua allows and does in its own way: few operations, sessions and items, an announced end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hmi.config.endpoint_parts import Paces
from hmi.model.samples import Granted, LinkEvent, LinkState, WriteOutcome
from hmi.model.values import ValueType
from hmi.testing.harness import Listener
from hmi.testing.heard import Heard, check_confirmations, heard_value
from tests.foreign.opcua.harness import TAGS, ForeignHarness, tag
from tests.foreign.opcua.node_server import NodeServer

Start = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("node-opcua")


@asynccontextmanager
async def started(harness: ForeignHarness) -> AsyncIterator[ForeignHarness]:
    await harness.start()
    try:
        yield harness
    finally:
        await harness.stop()


def many(number: int) -> tuple[Any, ...]:
    """The contract's tags and more of them, half by their node, half by their path."""
    return (*TAGS, *(tag(f"more_{row}", ValueType.FLOAT, path=row % 2 == 0) for row in range(number)))


async def test_a_server_that_takes_few_operations_at_once_is_asked_for_few(folder: Path) -> None:
    limits = {
        "maxNodesPerRead": 3,
        "maxNodesPerTranslateBrowsePathsToNodeIds": 5,
        "maxMonitoredItemsPerCall": 7,
    }
    tags = many(200)
    server = NodeServer("contract_device.js", folder, more=200, limits={"operationLimits": limits})
    async with started(ForeignHarness(server, tags)) as harness, Listener(harness.source()) as listener:
        heard = Heard(tags, listener.messages)
        await listener.until(lambda: all(heard.samples(each.name) for each in tags), "a sample of each tag")
        for row in range(200):
            assert heard.has(f"more_{row}", float(row))
        result = await listener.source.write(heard.index("a_setpoint"), 4.5, timeout=20.0)
        assert result.outcome is WriteOutcome.ACCEPTED, result
        assert heard.links() == [LinkState.CONNECTING, LinkState.UP]


async def test_namespaces_in_another_order_after_a_restart_are_found_again(folder: Path) -> None:
    server = NodeServer("contract_device.js", folder)
    async with started(ForeignHarness(server)) as harness, Listener(harness.source()) as listener:
        heard = Heard(harness.tags, listener.messages)
        await harness.set("an_int", 7)
        await heard_value(listener, heard, "an_int", 7)
        await harness.stop()
        since = len(listener.messages)
        server.options["otherNamespaces"] = 3
        await harness.start()
        await harness.set("an_int", 8)
        await listener.until(lambda: heard.has("an_int", 8, since), "the value behind the new index")
        assert heard.is_bad("a_ghost", since)


async def test_a_server_without_a_free_session_is_told_and_tried_again(folder: Path) -> None:
    server = NodeServer("contract_device.js", folder, limits={"maxSessions": 1})
    async with AsyncExitStack() as stack:
        harness = await stack.enter_async_context(started(ForeignHarness(server)))
        first = await stack.enter_async_context(Listener(harness.source()))
        holder = Heard(harness.tags, first.messages)
        await first.until(lambda: LinkState.UP in holder.links(), "the only session")
        second = await stack.enter_async_context(Listener(harness.source()))
        waiter = Heard(harness.tags, second.messages)
        await second.until(lambda: LinkState.DOWN in waiter.links(), "refused")
        cause = next(each.cause for each in second.messages if isinstance(each, LinkEvent) and each.cause)
        assert "BadTooManySessions" in cause
        await first.cancel()
        await second.until(lambda: LinkState.UP in waiter.links(), "the session that the first gave back")
        assert waiter.links() == [LinkState.CONNECTING, LinkState.DOWN, LinkState.UP]


@pytest.mark.parametrize(
    ("limits", "cause"),
    [({"maxSubscriptionsPerSession": 1}, "BadTooManySubscriptions")],
)
async def test_a_server_that_grants_too_few_subscriptions_is_told(
    folder: Path, limits: dict[str, int], cause: str
) -> None:
    server = NodeServer("contract_device.js", folder, limits=limits)
    async with started(ForeignHarness(server)) as harness, Listener(harness.source()) as listener:
        heard = Heard(harness.tags, listener.messages)
        await listener.until(lambda: LinkState.DOWN in heard.links(), "refused")
        told = next(each.cause for each in listener.messages if isinstance(each, LinkEvent) and each.cause)
        assert cause in told


async def test_items_past_a_servers_limit_are_bad_and_the_others_live(folder: Path) -> None:
    tags = many(20)
    server = NodeServer(
        "contract_device.js", folder, more=20, limits={"maxMonitoredItemsPerSubscription": 15}
    )
    async with started(ForeignHarness(server, tags)) as harness, Listener(harness.source()) as listener:
        heard = Heard(tags, listener.messages)
        await listener.until(lambda: all(heard.samples(each.name) for each in tags), "a sample of each tag")
        bad = [each.name for each in tags if heard.is_bad(each.name)]
        assert len(bad) == len(tags) - 1 - 15, "one live item in a subscription of its own, 15 others"
        await harness.set("a_float", 3.5)
        await heard_value(listener, heard, "a_float", 3.5)
        assert LinkState.DOWN not in heard.links()
    check_confirmations(listener.messages)


async def test_an_announced_end_is_told_once_and_with_its_cause(folder: Path) -> None:
    server = NodeServer("contract_device.js", folder)
    async with started(ForeignHarness(server)) as harness, Listener(harness.source()) as listener:
        heard = Heard(harness.tags, listener.messages)
        await listener.until(lambda: bool(heard.samples("a_float")), "live")
        await harness.device.ask({"shutdown": 1000})
        await listener.until(lambda: LinkState.DOWN in heard.links(), "down")
        await harness.stop()
        await harness.start()
        await listener.until(lambda: heard.links()[-1] is LinkState.UP, "up again")
        assert heard.links() == [LinkState.CONNECTING, LinkState.UP, LinkState.DOWN, LinkState.UP]


@pytest.mark.parametrize(
    ("fastest", "granted_ms"),
    [
        pytest.param({}, 50, id="what node-opcua grants by default"),
        pytest.param({"fastest": 10}, 10, id="10 ms"),
        pytest.param({"fastest": 25}, 25, id="25 ms"),
    ],
)
async def test_the_interval_that_was_granted_is_told_not_the_one_that_was_asked_for(
    folder: Path, fastest: dict[str, int], granted_ms: int
) -> None:
    server = NodeServer("contract_device.js", folder, **fastest)
    harness = ForeignHarness(server, paces=Paces(live=0.01, normal=0.2))
    async with started(harness), Listener(harness.source()) as listener:
        heard = Heard(harness.tags, listener.messages)
        await listener.until(lambda: all(heard.samples(each.name) for each in TAGS), "a sample of each tag")
        granted = {
            int(index): (each.sampling, each.publishing)
            for each in listener.messages
            if isinstance(each, Granted)
            for index in each.index
        }
        assert granted[heard.index("a_float")] == (granted_ms / 1000, granted_ms / 1000)
        assert granted[heard.index("an_int")][0] == 0.2


async def test_a_server_that_is_busy_with_the_first_values_is_not_given_up(folder: Path) -> None:
    """Each new attempt would make it as busy again, and no value would ever come."""
    server = NodeServer("contract_device.js", folder, busy=2500)
    harness = ForeignHarness(server, paces=Paces(live=0.05, normal=1.0), timeout=20.0)
    assert harness.frozen_limit < 2.0
    async with started(harness), Listener(harness.source()) as listener:
        heard = Heard(TAGS, listener.messages)
        await listener.until(lambda: all(heard.samples(each.name) for each in TAGS), "a sample of each tag")
        assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
