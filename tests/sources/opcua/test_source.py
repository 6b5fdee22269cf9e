"""The source against real servers, where the contract for all protocols does not reach."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from asyncua import Server, ua

from hmi.config.credentials import Credentials, resolve
from hmi.config.endpoint_parts import CredentialReference, Paces
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import SECOND, SystemClock
from hmi.model.samples import (
    Batch,
    ClockOffset,
    Confirmation,
    Granted,
    LinkEvent,
    LinkState,
    SourceMessage,
    WriteOutcome,
)
from hmi.model.values import ValueType
from hmi.simulation import opcua_sessions
from hmi.simulation.opcua_load import LoadServer
from hmi.simulation.opcua_load import node as load_node
from hmi.simulation.opcua_server import MachineServer, Variable
from hmi.sources.opcua import OpcUaSource, connection, make_opcua_source
from hmi.testing.harness import Listener
from hmi.testing.opcua_device import UNSECURED
from tests.sources.opcua.running import last

URI = "urn:twinpane:test-mill"
WAIT = 60.0


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def tag(name: str, wire: ValueType = ValueType.FLOAT, node: str = "", **keys: Any) -> Tag:
    address = OpcUaAddress(node=node or f"nsu={URI};s={name}")
    return Tag(id=f"mill/{name}", machine="mill", name=name, type=wire, wire=wire, address=address, **keys)


def source(
    port: int,
    tags: Sequence[Tag],
    lookup: Callable[[CredentialReference], Credentials] = resolve,
    **keys: Any,
) -> OpcUaSource:
    keys = {"security": UNSECURED} | keys
    endpoint = OpcUaEndpoint(protocol="opcua", url=f"opc.tcp://127.0.0.1:{port}/", **keys)
    return make_opcua_source(endpoint, list(enumerate(tags)), SystemClock(), lookup)


def links(messages: Sequence[SourceMessage]) -> list[LinkEvent]:
    return [message for message in messages if isinstance(message, LinkEvent)]


def is_down(messages: Sequence[SourceMessage]) -> bool:
    return [event.state for event in links(messages)][-1:] == [LinkState.DOWN]


class OtherOrder:
    """A server of the same machine that gives its namespace another index."""

    def __init__(self, port: int, value: float) -> None:
        self.port, self.value = port, value

    async def __aenter__(self) -> None:
        self.server = Server(iserver=opcua_sessions.SessionKeeper())
        await self.server.init()
        self.server.disable_clock()
        self.server.set_endpoint(f"opc.tcp://127.0.0.1:{self.port}/")
        self.server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        for number in range(5):
            decoy = await self.server.register_namespace(f"urn:decoy:{number}")
            await self.server.nodes.objects.add_variable(
                ua.NodeId("speed", decoy), ua.QualifiedName("speed", decoy), -1.0
            )
        index = await self.server.register_namespace(URI)
        await self.server.nodes.objects.add_variable(
            ua.NodeId("speed", index), ua.QualifiedName("speed", index), self.value
        )
        await self.server.start()

    async def __aexit__(self, *_exc: object) -> None:
        await opcua_sessions.stop(self.server)


async def test_namespaces_are_looked_up_anew_after_a_restart(port: int) -> None:
    speed = tag("speed")
    by_path = tag("path").model_copy(update={"address": OpcUaAddress(path=(f"{{{URI}}}speed",))})
    variables = [Variable(("speed",), "speed", 1.0, ValueType.FLOAT)]
    async with Listener(source(port, [speed, by_path])) as listener:
        said = listener.messages
        async with MachineServer(URI, variables, name="mill", port=port):
            for index in (0, 1):
                await listener.until(lambda i=index: last(said, i) == (status.GOOD, 1.0), "first", WAIT)  # type: ignore[misc]
        await listener.until(lambda: is_down(said), "DOWN", WAIT)
        async with OtherOrder(port, 2.0):
            for index in (0, 1):
                await listener.until(lambda i=index: last(said, i) == (status.GOOD, 2.0), "again", WAIT)  # type: ignore[misc]


async def test_a_missing_secret_is_told_as_the_cause(port: int) -> None:
    reference = CredentialReference(environment="NOBODY_HAS_SET_THIS")
    async with Listener(source(port, [tag("speed")], credentials=reference)) as listener:
        await listener.until(lambda: len(links(listener.messages)) == 2, "DOWN", WAIT)
        assert "NOBODY_HAS_SET_THIS_USER" in links(listener.messages)[-1].cause


async def test_types_writes_intervals_and_the_clock(port: int) -> None:
    variables = [
        Variable(("small",), "small", 5, ValueType.INT, variant="Int16", writable=True),
        Variable(("text",), "text", "x", ValueType.STRING),
        Variable(("speed",), "speed", 1.0, ValueType.FLOAT, variant="Float"),
    ]
    tags = [
        tag("small", pace="live", access="write"),
        tag("text", pace="slow", access="write"),
        tag("speed", pace="slow", access="write"),
        tag("odd", node="s=no-namespace=but;fine"),
        tag("bent", node="Spindle"),
    ]
    paces = Paces(live=0.03, normal=0.2, slow=0.4)
    async with (
        MachineServer(URI, variables, name="mill", port=port) as server,
        Listener(source(port, tags, paces=paces)) as listener,
    ):
        said = listener.messages
        for index, expected in enumerate(
            [
                (status.GOOD, 5.0),
                (status.BAD_TYPE_MISMATCH, 0.0),
                (status.GOOD, 1.0),
                (status.BAD_NODE_ID_UNKNOWN, 0.0),
                (status.BAD_NODE_ID_INVALID, 0.0),
            ]
        ):
            await listener.until(lambda i=index: last(said, i) is not None, f"a sample of {index}", WAIT)  # type: ignore[misc]
            assert last(said, index) == expected
        written: list[tuple[str, object]] = []
        server.on_write = lambda node, value: written.append((node, value))
        live = listener.source
        assert (await live.write(0, 7.0, 20.0)).outcome is WriteOutcome.ACCEPTED
        assert written == [("small", 7)]
        for index, value, code in (
            (0, 7.5, status.BAD_OUT_OF_RANGE),
            (0, 40_000.0, status.BAD_OUT_OF_RANGE),
            (0, True, status.BAD_TYPE_MISMATCH),
            (4, 1.0, status.BAD_NODE_ID_UNKNOWN),
        ):
            result = await live.write(index, value, 20.0)
            assert result.outcome is WriteOutcome.REFUSED
            assert result.status in (code, status.BAD_NOT_WRITABLE)
            assert result.cause
        refused = await live.write(2, 2.0, 20.0)
        assert refused.outcome is WriteOutcome.REFUSED, "the server has it read-only, whatever the tag says"
        assert refused.cause
        assert written == [("small", 7)]
        await listener.until(lambda: last(said, 0) == (status.GOOD, 7.0), "read back", WAIT)
        granted = {
            (int(i), message.publishing)
            for message in said
            if isinstance(message, Granted)
            for i in message.index
        }
        assert granted == {(0, 0.03), (1, 0.4), (2, 0.4)}
        offset = next(message for message in said if isinstance(message, ClockOffset))
        assert abs(offset.offset) <= offset.uncertainty + SECOND // 100, "it is the same clock"


async def test_a_node_that_appears_later_is_found(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SEARCH_INTERVAL", 0.3)
    variables = [Variable(("speed",), "speed", 1.0, ValueType.FLOAT)]
    tags = [tag("speed"), tag("late", access="write")]
    async with (
        MachineServer(URI, variables, name="mill", port=port) as server,
        Listener(source(port, tags)) as listener,
    ):
        said = listener.messages
        await listener.until(lambda: last(said, 1) == (status.BAD_NODE_ID_UNKNOWN, 0.0), "missing", WAIT)
        assert server._server is not None
        late = await server._server.nodes.objects.add_variable(
            ua.NodeId("late", server._index), ua.QualifiedName("late", server._index), 3.0
        )
        await late.set_writable()
        await listener.until(lambda: last(said, 1) == (status.GOOD, 3.0), "found", WAIT)
        assert (await listener.source.write(1, 4.0, 20.0)).outcome is WriteOutcome.ACCEPTED
        since = len(said)
        await listener.until(
            lambda: any(isinstance(m, Confirmation) and 1 in m.index for m in said[since:]), "confirmed", WAIT
        )
        bad = [m for m in said if isinstance(m, Batch) and 1 in m.index and m.status[0] != status.GOOD]
        assert len(bad) == 1, "what stays missing is told once"


async def test_a_server_that_publishes_slower_than_asked_is_asked_for_keep_alives_that_fit() -> None:
    async with LoadServer(tags=3, hz=0.2, publish_ms=200) as server:
        tags = [tag(f"t{i}", node=load_node(i), pace="live") for i in range(3)]
        wanted = source(server.port, tags, publishing=0.01)
        async with Listener(wanted) as listener:
            said = listener.messages
            await listener.until(lambda: last(said, 0) is not None, "a sample", WAIT)
            (granted,) = [message for message in said if isinstance(message, Granted)]
            assert granted.publishing == 0.2
            assert wanted.silence_limit == pytest.approx(3 * 0.4)


async def test_a_link_that_fails_while_it_is_cancelled_ends(port: int) -> None:
    variables = [Variable(("speed",), "speed", 1.0, ValueType.FLOAT)]
    async with MachineServer(URI, variables, name="mill", port=port) as server:
        assert server._server is not None
        # The news of the end reach the source some turns of the loop later: hit each of them.
        for turns in range(8):
            async with Listener(source(port, [tag("speed")])) as listener:
                await listener.until(lambda m=listener.messages: last(m, 0) is not None, "live", WAIT)  # type: ignore[misc]
                for client in server._server.bserver.clients:
                    client.transport.abort()
                for _ in range(turns):
                    await asyncio.sleep(0)
                async with asyncio.timeout(10.0):
                    await listener.cancel()


async def test_a_server_that_is_closed_leaves_no_task_behind(port: int) -> None:
    before = asyncio.all_tasks()
    variables = [Variable(("speed",), "speed", 1.0, ValueType.FLOAT)]
    async with Listener(source(port, [tag("speed")])) as listener:
        async with MachineServer(URI, variables, name="mill", port=port):
            await listener.until(lambda: last(listener.messages, 0) is not None, "live", WAIT)
        assert {task for task in asyncio.all_tasks() - before if "asyncua" in repr(task.get_coro())} == set()
    assert asyncio.all_tasks() == before


async def test_every_end_of_a_link_frees_the_server(port: int) -> None:
    variables = [Variable(("speed",), "speed", 1.0, ValueType.FLOAT)]
    async with MachineServer(URI, variables, name="mill", port=port) as server:
        for _ in range(3):
            async with Listener(source(port, [tag("speed")])) as listener:
                await listener.until(lambda m=listener.messages: last(m, 0) is not None, "live", WAIT)  # type: ignore[misc]
        assert server._server is not None
        subscriptions = server._server.iserver.subscription_service.subscriptions
        async with asyncio.timeout(WAIT):
            while subscriptions:
                await asyncio.sleep(0.05)
