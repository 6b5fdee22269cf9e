"""One wayward device and the sources before it, with questions about what a source has said of it."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from typing import Any, Final

from hmi.config.credentials import resolve
from hmi.config.endpoint_parts import Paces
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import SystemClock
from hmi.model.samples import LinkEvent, LinkState
from hmi.model.values import ValueType
from hmi.sources.opcua import OpcUaSource, make_opcua_source
from hmi.testing.fork_server import ForkServer
from hmi.testing.harness import ChildDevice, Listener
from hmi.testing.heard import Heard
from hmi.testing.opcua_device import UNSECURED
from hmi.testing.wayward_opcua_device import NAMESPACE

WAIT: Final = 60.0
"""Seconds that anything may take on a machine that is busy with other tests."""

FLOAT, INT, STRING = ValueType.FLOAT, ValueType.INT, ValueType.STRING


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def tag(name: str, wire: ValueType = FLOAT, *, path: bool = False, **keys: Any) -> Tag:
    if path:
        address = OpcUaAddress(path=(f"{{{NAMESPACE}}}{name}",))
    else:
        address = OpcUaAddress(node=f"nsu={NAMESPACE};s={name}")
    return Tag(id=f"d/{name}", machine="d", name=name, type=wire, wire=wire, address=address, **keys)


def source(port: int, tags: Sequence[Tag], host: str = "127.0.0.1", **keys: Any) -> OpcUaSource:
    keys = {"paces": Paces(live=0.02, normal=0.05, slow=0.1), "security": UNSECURED} | keys
    endpoint = OpcUaEndpoint(protocol="opcua", url=f"opc.tcp://{host}:{port}/", **keys)
    return make_opcua_source(endpoint, list(enumerate(tags)), SystemClock(), resolve)


class Plant:
    """A `hmi.testing.wayward_opcua_device` at one port, restarted with other plans."""

    def __init__(self, forks: ForkServer, host: str = "127.0.0.1") -> None:
        self.port = free_port()
        self.host = host
        self._plan: dict[str, Any] = {}
        self.device = ChildDevice(lambda: [json.dumps(self._plan)], forks)

    async def start(self, **plan: Any) -> None:
        """Start the device anew by this plan; killed before if it runs."""
        await self.device.stop()
        self._plan = {"port": self.port, "host": self.host} | plan
        await self.device.start()

    async def set(self, name: str, value: Any = None, **keys: Any) -> None:
        await self.device.ask({"set": name, "value": value} | keys)

    def source(self, *tags: Tag, port: int | None = None, **keys: Any) -> OpcUaSource:
        return source(self.port if port is None else port, tags, self.host, **keys)


def is_down(heard: Heard) -> bool:
    return heard.links()[-1:] == [LinkState.DOWN]


def is_up(heard: Heard) -> bool:
    return heard.links()[-1:] == [LinkState.UP]


def cause(heard: Heard) -> str:
    """Why the link went down last."""
    return next(
        m.cause for m in reversed(heard.messages) if isinstance(m, LinkEvent) and m.state is LinkState.DOWN
    )


def last_status(heard: Heard, name: str, since: int = 0) -> int | None:
    found = heard.samples(name, since)
    return found[-1][0] if found else None


async def live(listener: Listener, heard: Heard, *names: str, since: int = 0) -> None:
    """Wait until the last sample of each is Good, and the link up."""
    for name in names:
        await listener.until(
            lambda n=name: is_up(heard) and last_status(heard, n, since) == status.GOOD,  # type: ignore[misc]
            f"{name} good",
            WAIT,
        )
