"""The contract's harness around an OPC UA server that we did not write."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from hmi.config.credentials import resolve
from hmi.config.endpoint_parts import Paces
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import SystemClock
from hmi.model.values import Value, ValueType
from hmi.sources.certificates.folder import CertificateFolder
from hmi.sources.opcua import OpcUaSource, make_opcua_source
from hmi.testing.harness import EXACT, ChildDevice
from hmi.testing.opcua_device import NAMESPACE


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tag(name: str, wire: ValueType, *, path: bool = False, **description: Any) -> Tag:
    address = (
        OpcUaAddress(path=(f"{{{NAMESPACE}}}Device", f"{{{NAMESPACE}}}{name}"))
        if path
        else OpcUaAddress(node=f"nsu={NAMESPACE};s=Device.{name}")
    )
    given = {"pace": "live" if name == "a_float" else "normal"} | description
    given |= {"id": f"device/{name}", "machine": "device", "name": name, "address": address}
    return Tag(type=wire, wire=wire, **given)


TAGS = (
    tag("a_float", ValueType.FLOAT),
    tag("an_int", ValueType.INT, path=True),
    tag("a_bool", ValueType.BOOL),
    tag("an_enum", ValueType.ENUM),
    tag("a_string", ValueType.STRING),
    tag("a_setpoint", ValueType.FLOAT, access="write"),
    tag("a_ghost", ValueType.FLOAT),
    tag("an_array", ValueType.FLOATS),
    tag("an_int_array", ValueType.INTS),
)


class ForeignHarness:
    """A device behind ``servers``, which starts its process; see `hmi.testing.harness.DeviceHarness`."""

    def __init__(
        self,
        servers: Any,
        tags: tuple[Tag, ...] = TAGS,
        certificates: CertificateFolder | None = None,
        **endpoint: Any,
    ) -> None:
        """``certificates``: ours, and which servers we trust; ``endpoint``: all but its address."""
        self.port = free_port()
        self.tags = tags
        self.certificates = certificates
        self.exact: Mapping[str, Value] = dict(EXACT) | {
            "an_array": (0.1 + 0.2, -1e300, 5e-324),
            "an_int_array": (2**53 + 1, -(2**63), 0),
        }
        self.device = ChildDevice(lambda: [str(self.port)], servers)
        self._endpoint = OpcUaEndpoint.model_validate(
            {
                "protocol": "opcua",
                "url": f"opc.tcp://127.0.0.1:{self.port}/",
                "security": {"unsecured_because": "The server runs on this same computer."},
                "paces": Paces(live=0.05, normal=0.2),
            }
            | endpoint
        )
        self.frozen_limit = self.source().silence_limit
        self.one_at_a_time = False

    async def start(self) -> None:
        await self.device.start()

    async def stop(self) -> None:
        await self.device.stop()

    async def freeze(self) -> None:
        await self.device.freeze()

    async def thaw(self) -> None:
        await self.device.thaw()

    async def set(self, name: str, value: Value) -> None:
        # Whole numbers of 64 bits travel as text: JSON's numbers are doubles in most languages.
        wide: Any = value
        if name == "an_int":
            wide = str(value)
        elif name == "an_int_array":
            assert isinstance(value, tuple)
            wide = [str(each) for each in value]
        await self.device.ask({"set": name, "value": wide})

    async def fail(self, name: str) -> None:
        await self.device.ask({"fail": name})

    async def writes(self, name: str) -> int:
        count: int = (await self.device.ask({"writes": name}))["writes"]
        return count

    def source(self) -> OpcUaSource:
        tags = list(enumerate(self.tags))
        return make_opcua_source(self._endpoint, tags, SystemClock(), resolve, self.certificates)
