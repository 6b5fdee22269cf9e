"""A server that lives is told when we give it up: else it keeps session after session until it is full."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import pytest
from asyncua import ua
from asyncua.server.internal_session import InternalSession
from asyncua.server.uaprocessor import UaProcessor

from hmi.model.samples import LinkEvent, LinkState
from hmi.simulation.opcua_server import MachineServer
from hmi.simulation.tcp_proxy import TcpProxy
from hmi.testing.harness import Listener
from tests.sources.opcua.running import WAIT, links, reads, source, two_numbers

CREATE, CLOSE = (
    ua.FourByteNodeId(number)
    for number in (
        ua.ObjectIds.CreateSessionRequest_Encoding_DefaultBinary,
        ua.ObjectIds.CloseSessionRequest_Encoding_DefaultBinary,
    )
)


@pytest.fixture
async def server() -> AsyncIterator[MachineServer]:
    async with two_numbers() as running:
        yield running


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[ua.NodeId]:
    """The kinds of the requests that servers of this process were sent."""
    kinds: list[ua.NodeId] = []
    process = UaProcessor._process_message

    async def note(processor: UaProcessor, kind: ua.NodeId, *rest: Any) -> Any:
        kinds.append(kind)
        return await process(processor, kind, *rest)

    monkeypatch.setattr(UaProcessor, "_process_message", note)
    return kinds


async def _no_namespaces(server: MachineServer, _monkeypatch: pytest.MonkeyPatch) -> None:
    assert server._server is not None
    server._server.iserver.set_attribute_value_callback(
        ua.NodeId(ua.ObjectIds.Server_NamespaceArray),
        lambda _node, _attribute: ua.DataValue(ua.Variant(None, ua.VariantType.Null)),
    )


async def _no_results(_server: MachineServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def create(_session: InternalSession, _parameters: Any) -> list[Any]:
        return []

    monkeypatch.setattr(InternalSession, "create_monitored_items", create)


def _interval(milliseconds: float) -> Callable[[MachineServer, pytest.MonkeyPatch], Any]:
    async def grant(_server: MachineServer, monkeypatch: pytest.MonkeyPatch) -> None:
        create = InternalSession.create_subscription

        async def bent(session: InternalSession, *arguments: Any, **keys: Any) -> Any:
            made = await create(session, *arguments, **keys)
            return dataclasses.replace(made, RevisedPublishingInterval=milliseconds)

        monkeypatch.setattr(InternalSession, "create_subscription", bent)

    return grant


SPOILT: Final = {
    "namespaces": _no_namespaces,
    "results": _no_results,
    "nan": _interval(float("nan")),
    "negative": _interval(-1.0),
}


@pytest.mark.parametrize("what", SPOILT)
async def test_each_session_of_a_server_that_makes_no_sense_is_given_back(
    server: MachineServer, asked: list[ua.NodeId], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    await SPOILT[what](server, monkeypatch)
    async with Listener(source(server.port, "speed")) as listener:
        async with asyncio.timeout(WAIT):
            while asked.count(CREATE) < 3:
                await asyncio.sleep(0.02)
        assert asked.count(CLOSE) >= 2
        assert links(listener.messages) == [LinkState.CONNECTING, LinkState.DOWN]
        (down,) = (m for m in listener.messages if isinstance(m, LinkEvent) and m.state is LinkState.DOWN)
        assert str(server.port) in down.cause or "results" in down.cause
    # One of which the server has not told us yet when the source ends cannot be named to it.
    assert asked.count(CLOSE) >= asked.count(CREATE) - 1


@pytest.mark.parametrize("milliseconds", [1e-320, 5e-324, 1e300])
async def test_an_interval_that_no_clock_has_is_granted_and_survived(
    server: MachineServer, asked: list[ua.NodeId], monkeypatch: pytest.MonkeyPatch, milliseconds: float
) -> None:
    await _interval(milliseconds)(server, monkeypatch)
    async with Listener(source(server.port, "speed")) as listener:
        await listener.until(reads(listener.messages, 0, 1.0), "live", WAIT)
    assert asked.count(CLOSE) == asked.count(CREATE) == 1


async def test_a_source_that_is_stopped_while_it_logs_in_gives_its_session_back(
    server: MachineServer, asked: list[ua.NodeId], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with TcpProxy("127.0.0.1", server.port) as proxy:
        activate = InternalSession.activate_session

        def held_up(session: InternalSession, *arguments: Any, **keys: Any) -> Any:
            proxy.to_client.frozen = True
            return activate(session, *arguments, **keys)

        monkeypatch.setattr(InternalSession, "activate_session", held_up)
        async with Listener(source(proxy.port, "speed", timeout=WAIT)) as listener:
            async with asyncio.timeout(WAIT):
                while not proxy.to_client.frozen:
                    await asyncio.sleep(0.01)
            await listener.cancel()
        async with asyncio.timeout(WAIT):
            while asked.count(CLOSE) < 1:
                await asyncio.sleep(0.01)
        proxy.to_client.frozen = False
