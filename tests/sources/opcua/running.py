"""A server with two numbers, a source that subscribes to them, and questions about what it said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from asyncua.server.internal_subscription import InternalSubscription

from hmi.config.credentials import resolve
from hmi.config.endpoint_parts import Paces
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import SystemClock
from hmi.model.samples import Batch, LinkEvent, LinkState, SourceMessage
from hmi.model.values import ValueType
from hmi.simulation.opcua_server import MachineServer, Variable
from hmi.sources.opcua import OpcUaSource, make_opcua_source
from hmi.testing.opcua_device import UNSECURED

URI: Final = "urn:twinpane:test-running"
WAIT: Final = 60.0


def two_numbers() -> MachineServer:
    """A server of ``speed`` and ``load``, 1.0 each."""
    variables = [Variable((name,), name, 1.0, ValueType.FLOAT) for name in ("speed", "load")]
    return MachineServer(URI, variables, name="mill")


def source(port: int, *names: str, **keys: Any) -> OpcUaSource:
    """A source of the named variables, tag 0, 1 and so on."""
    tags = [
        Tag(
            id=f"m/{name}",
            machine="m",
            name=name,
            wire=ValueType.FLOAT,
            address=OpcUaAddress(node=f"nsu={URI};s={name}"),
        )
        for name in names
    ]
    keys = {"paces": Paces(normal=0.05), "security": UNSECURED} | keys
    endpoint = OpcUaEndpoint(protocol="opcua", url=f"opc.tcp://127.0.0.1:{port}/", **keys)
    return make_opcua_source(endpoint, list(enumerate(tags)), SystemClock(), resolve)


def last(messages: Sequence[SourceMessage], index: int, since: int = 0) -> tuple[int, float] | None:
    """(status, float) of a tag's last sample."""
    for batch in reversed(messages[since:]):
        if isinstance(batch, Batch) and index in batch.index:
            row = (batch.index == index).nonzero()[0][-1]
            return int(batch.status[row]), float(batch.raw.view("<f8")[row])
    return None


def reads(messages: Sequence[SourceMessage], index: int, value: float, since: int = 0) -> Callable[[], bool]:
    """Whether a tag's last sample is this value, and good: a condition to wait for."""
    return lambda: last(messages, index, since) == (status.GOOD, value)


def links(messages: Sequence[SourceMessage]) -> list[LinkState]:
    """The states of the link that were told."""
    return [each.state for each in messages if isinstance(each, LinkEvent)]


def subscriptions(server: MachineServer) -> list[InternalSubscription]:
    """Those that the server has."""
    assert server._server is not None
    return list(server._server.iserver.subscription_service.subscriptions.values())


async def change(server: MachineServer, **values: float) -> None:
    """Change variables, and let the server publish it."""
    for name, value in values.items():
        server.set(name, value)
    await server.flush()
