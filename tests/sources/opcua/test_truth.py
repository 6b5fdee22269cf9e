"""What was lost is told, and nothing is vouched for before it has been sent anew: against real servers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import numpy as np
import pytest
from asyncua import ua
from asyncua.server.internal_subscription import InternalSubscription

from hmi.config.credentials import resolve
from hmi.config.endpoint_parts import Paces
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import NO_TIME, SystemClock
from hmi.model.samples import (
    Batch,
    Confirmation,
    Granted,
    Irregular,
    Irregularity,
    LinkEvent,
    LinkState,
    Lost,
    SourceMessage,
)
from hmi.model.values import ValueType
from hmi.simulation.opcua_load import encoding
from hmi.simulation.opcua_server import MachineServer, Variable
from hmi.simulation.tcp_proxy import TcpProxy
from hmi.sources.opcua import OpcUaSource, connection, make_opcua_source, plan
from hmi.testing.harness import Listener
from hmi.testing.heard import check_confirmations
from hmi.testing.opcua_device import UNSECURED
from tests.sources.opcua.running import last

URI: Final = "urn:twinpane:test-truth"
WAIT: Final = 60.0


@pytest.fixture
async def server() -> AsyncIterator[MachineServer]:
    variables = [
        Variable(("speed",), "speed", 1.0, ValueType.FLOAT),
        Variable(("load",), "load", 1.0, ValueType.FLOAT),
    ]
    async with MachineServer(URI, variables, name="mill") as running:
        yield running


def tag(name: str) -> Tag:
    address = OpcUaAddress(node=f"nsu={URI};s={name}")
    return Tag(id=f"m/{name}", machine="m", name=name, wire=ValueType.FLOAT, address=address)


def source(port: int, *names: str, **keys: Any) -> OpcUaSource:
    tags = [tag(name) for name in names]
    keys = {"paces": Paces(normal=0.05), "security": UNSECURED} | keys
    endpoint = OpcUaEndpoint(protocol="opcua", url=f"opc.tcp://127.0.0.1:{port}/", **keys)
    return make_opcua_source(endpoint, list(enumerate(tags)), SystemClock(), resolve)


def live(listener: Listener, *indexes: int, value: float = 1.0) -> Any:
    return lambda: all(last(listener.messages, i) == (status.GOOD, value) for i in indexes)


def links(messages: Sequence[SourceMessage]) -> list[LinkState]:
    return [each.state for each in messages if isinstance(each, LinkEvent)]


def subscriptions(server: MachineServer) -> list[InternalSubscription]:
    assert server._server is not None
    return list(server._server.iserver.subscription_service.subscriptions.values())


def instead_of_next_changes(subscription: InternalSubscription, put: Any) -> None:
    """Replace the next changes that the server would publish by what ``put(result)`` does."""
    original = subscription._pop_triggered_datachanges

    def pop(result: ua.PublishResult) -> None:
        if not subscription._triggered_datachanges:
            return
        original(ua.PublishResult())
        put(result)
        subscription._pop_triggered_datachanges = original

    subscription._pop_triggered_datachanges = pop


async def change(server: MachineServer, **values: float) -> None:
    for name, value in values.items():
        server.set(name, value)
    await server.flush()


async def test_a_notification_that_never_came_is_told_and_its_old_values_are_not_vouched_for(
    server: MachineServer,
) -> None:
    async with Listener(source(server.port, "speed", "load")) as listener:
        said = listener.messages
        await listener.until(live(listener, 0, 1), "live", WAIT)
        (subscription,) = subscriptions(server)

        def lose(_result: ua.PublishResult) -> None:
            subscription._notification_seq += 1

        instead_of_next_changes(subscription, lose)
        since = len(said)
        await change(server, speed=2.0)
        await listener.until(lambda: last(said, 0) == (status.GOOD, 2.0), "the value is sent anew", WAIT)
        (lost,) = [m for m in said if isinstance(m, Lost)]
        assert "never came" in lost.cause
        told = said.index(lost)
        anew = next(i for i in range(told, len(said)) if isinstance(said[i], Batch))
        assert not [m for m in said[told:anew] if isinstance(m, Confirmation)], "vouched for what is no more"
        down = next(m for m in said[since:] if isinstance(m, LinkEvent))
        assert down.state is LinkState.DOWN
        assert "never came" in down.cause
        await listener.until(live(listener, 1), "the other one too", WAIT)
        assert len(subscriptions(server)) == 1, "what the link before had is given back"
    check_confirmations(said)


async def test_a_notification_that_never_came_is_asked_for_again_and_comes_in_its_place(
    server: MachineServer,
) -> None:
    async with Listener(source(server.port, "speed", "load")) as listener:
        said = listener.messages
        await listener.until(live(listener, 0, 1), "live", WAIT)
        (subscription,) = subscriptions(server)
        send, swallowed = subscription.pub_result_callback, []

        async def swallow(result: ua.PublishResult, *request: Any) -> None:
            if result.NotificationMessage.NotificationData and not swallowed:
                swallowed.append(result)
            else:
                await send(result, *request)

        subscription.pub_result_callback = swallow
        since = len(said)
        await change(server, speed=2.0)
        while not swallowed:
            await asyncio.sleep(0.01)
        await change(server, speed=3.0)
        await listener.until(lambda: last(said, 0) == (status.GOOD, 3.0), "the later change", WAIT)
        values = [each.raw.view("<f8").tolist() for each in said[since:] if isinstance(each, Batch)]
        assert values == [[2.0], [3.0]], "each once, in order"
        assert not [each for each in said if isinstance(each, Lost)]
        odd = [(each.kind, each.count) for each in said if isinstance(each, Irregularity)]
        assert odd == [(Irregular.ASKED_AGAIN, 1)], "counted, because a server that does so may lose some"
        assert links(said) == [LinkState.CONNECTING, LinkState.UP]
    check_confirmations(said)


async def test_what_cannot_be_decoded_is_told_and_everything_is_read_anew(server: MachineServer) -> None:
    def spoil(result: ua.PublishResult) -> None:
        kind = ua.FourByteNodeId(encoding.DATA_CHANGE_NOTIFICATION)
        result.NotificationMessage.NotificationData.append(ua.ExtensionObject(TypeId=kind, Body=b"\x01"))

    async with Listener(source(server.port, "speed", "load")) as listener:
        said = listener.messages
        await listener.until(live(listener, 0, 1), "live", WAIT)
        (subscription,) = subscriptions(server)
        instead_of_next_changes(subscription, spoil)
        await change(server, speed=2.0)
        await listener.until(lambda: last(said, 0) == (status.GOOD, 2.0), "the value is sent anew", WAIT)
        (lost,) = [m for m in said if isinstance(m, Lost)]
        assert "decoded" in lost.cause
        assert links(said) == [LinkState.CONNECTING, LinkState.UP, LinkState.DOWN, LinkState.UP]
    check_confirmations(said)


class Boastful(bytes):
    """Goes onto the wire with a length that it has not."""

    def __len__(self) -> int:
        return 1_000_000


async def test_a_structure_that_nobody_knows_is_bad_and_touches_no_link(server: MachineServer) -> None:
    assert server._server is not None
    broken = ua.ExtensionObject(TypeId=ua.FourByteNodeId(encoding.DATA_CHANGE_NOTIFICATION), Body=b"\x01")
    await server._server.nodes.objects.add_variable(
        ua.NodeId("odd", server._index),
        ua.QualifiedName("odd", server._index),
        ua.Variant(broken, ua.VariantType.ExtensionObject),
        datatype=ua.NodeId(ua.ObjectIds.Structure),
    )
    async with Listener(source(server.port, "speed", "odd", "load")) as listener:
        said = listener.messages
        await listener.until(
            lambda: last(said, 1) == (status.BAD_TYPE_MISMATCH, 0.0) and live(listener, 0, 2)(),
            "one bad, the others live",
            WAIT,
        )
    assert not [each for each in said if isinstance(each, Lost)]
    assert links(said) == [LinkState.CONNECTING, LinkState.UP]
    check_confirmations(said)


async def test_one_value_that_can_never_be_decoded_is_bad_and_takes_no_other_down(
    server: MachineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SEARCH_INTERVAL", 0.3)
    assert server._server is not None
    node = await server._server.nodes.objects.add_variable(
        ua.NodeId("odd", server._index),
        ua.QualifiedName("odd", server._index),
        ua.Variant(Boastful(b"odd"), ua.VariantType.ByteString),
    )
    async with Listener(source(server.port, "speed", "odd", "load")) as listener:
        said = listener.messages
        await listener.until(
            lambda: last(said, 1) == (status.BAD_DECODING_ERROR, 0.0) and live(listener, 0, 2)(),
            "one bad, the others live",
            WAIT,
        )
        settled = len(said)
        await change(server, speed=2.0)
        await listener.until(lambda: last(said, 0) == (status.GOOD, 2.0), "a change", WAIT)
        await asyncio.sleep(1.0)
        assert not [m for m in said[settled:] if isinstance(m, LinkEvent | Lost)], "the link goes on"
        value = ua.DataValue(ua.Variant(b"sound", ua.VariantType.ByteString))
        await server._server.iserver.write_attribute_value(node.nodeid, value, ua.AttributeIds.Value)
        await listener.until(lambda: last(said, 1) == (status.BAD_TYPE_MISMATCH, 0.0), "subscribed", WAIT)
    check_confirmations(said)


async def test_a_thousand_nodes_that_appear_late_all_get_their_first_value(
    server: MachineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SEARCH_INTERVAL", 0.3)
    names = [f"late{number}" for number in range(1100)]
    async with Listener(source(server.port, "speed", *names)) as listener:
        said = listener.messages
        await listener.until(lambda: last(said, len(names)) is not None, "missing", WAIT)
        assert server._server is not None
        aspace, index = server._server, server._index
        folder = await aspace.nodes.objects.add_folder(ua.NodeId("f", index), ua.QualifiedName("f", index))
        for name in names:
            await folder.add_variable(ua.NodeId(name, index), ua.QualifiedName(name, index), 3.0)
        found = np.zeros(1 + len(names), np.bool_)
        heard = 0

        def all_found() -> bool:
            nonlocal heard
            for batch in said[heard:]:
                if isinstance(batch, Batch):
                    found[batch.index[batch.status == status.GOOD]] = True
            heard = len(said)
            return bool(found.all())

        await listener.until(all_found, "all of them", WAIT)
    check_confirmations(said)


async def test_a_confirmation_that_was_held_up_is_of_when_the_server_spoke(server: MachineServer) -> None:
    spoke: list[int] = []
    async with (
        TcpProxy("127.0.0.1", server.port) as proxy,
        # Published once a second: the link outlives three of that without a word.
        Listener(source(proxy.port, "speed", publishing=1.0)) as listener,
    ):
        said = listener.messages
        await listener.until(live(listener, 0), "live", WAIT)
        (subscription,) = subscriptions(server)
        original = subscription._pop_publish_result

        def pop() -> ua.PublishResult:
            result: ua.PublishResult = original()
            spoke.append(time.monotonic_ns())
            return result

        subscription._pop_publish_result = pop
        since = len(said)
        await listener.until(
            lambda: bool(spoke) and any(isinstance(m, Confirmation) for m in said[since:]), "one", WAIT
        )
        proxy.frozen = True
        await asyncio.sleep(0.1)
        before, since = len(spoke), len(said)
        async with asyncio.timeout(WAIT):
            while len(spoke) == before:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        proxy.frozen = False
        await listener.until(
            lambda: any(isinstance(m, Confirmation | LinkEvent) for m in said[since:]), "thawed", WAIT
        )
        first = next(m for m in said[since:] if isinstance(m, Confirmation | LinkEvent))
        assert isinstance(first, Confirmation), first
        assert first.at.monotonic <= spoke[before]


async def test_a_subscription_that_the_server_forgot_is_made_anew(
    server: MachineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "LONGEST_STALL", 2.0)
    async with Listener(source(server.port, "speed")) as listener:
        said = listener.messages
        await listener.until(live(listener, 0), "live", WAIT)
        (subscription,) = subscriptions(server)
        assert subscription._task is not None
        subscription._task.cancel()
        # The server goes on answering the question for the time, which is all that is heard of it.
        monkeypatch.setattr(connection, "CLOCK_INTERVAL", 0.2)
        since = len(said)
        await listener.until(
            lambda: (
                [m.state for m in said[since:] if isinstance(m, LinkEvent)] == [LinkState.DOWN, LinkState.UP]
            ),
            "a fresh link",
            WAIT,
        )
        await listener.until(lambda: last(said, 0, since) == (status.GOOD, 1.0), "live again", WAIT)
    check_confirmations(said)


async def test_granted_intervals_are_told_again_on_every_link(server: MachineServer) -> None:
    async with (
        TcpProxy("127.0.0.1", server.port) as proxy,
        Listener(source(proxy.port, "speed", "load")) as listener,
    ):
        said = listener.messages
        await listener.until(live(listener, 0, 1), "live", WAIT)
        since = len(said)
        await proxy.cut()
        await listener.until(lambda: last(said, 1, since) == (status.GOOD, 1.0), "live again", WAIT)
        for part in (said[:since], said[since:]):
            told = np.concatenate([m.index for m in part if isinstance(m, Granted)])
            assert sorted(told.tolist()) == [0, 1]
        firsts = [m for m in said[since:] if isinstance(m, Batch)]
        assert (firsts[0].not_before == NO_TIME).all(), "what a new link brings is no observed change"


@pytest.mark.parametrize(
    "url",
    [
        "opc.tcp://127.0.0.1:99999/",
        "opc.tcp://127.0.0.1:0/",
        "opc.tcp://127.0.0.1/",
        "opc.tcp://[::1:4840/",
        "opc.tcp:///",
        "nonsense",
        "opc.tcp://" + "a" * 300 + ":4840/",
        "",
    ],
)
async def test_an_address_that_leads_nowhere_is_a_link_that_is_down(url: str) -> None:
    endpoint = OpcUaEndpoint.model_construct(protocol="opcua", url=url, security=UNSECURED, timeout=0.5)
    async with Listener(make_opcua_source(endpoint, [(0, tag("speed"))], SystemClock(), resolve)) as listener:
        said = listener.messages
        await listener.until(lambda: len(said) == 2, "DOWN", WAIT)
        await asyncio.sleep(0.6)
        events = [m for m in said if isinstance(m, LinkEvent)]
        assert [each.state for each in events] == [LinkState.CONNECTING, LinkState.DOWN]
        assert events[-1].cause
