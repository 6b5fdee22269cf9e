"""A secured server at one address, and the source that it has to let in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hmi.config.credentials import Secret, resolve
from hmi.config.endpoint_parts import CredentialReference, Paces
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import SystemClock
from hmi.model.samples import Batch, LinkEvent, LinkState
from hmi.model.values import ValueType
from hmi.sources.certificates.facts import facts
from hmi.sources.certificates.folder import CertificateFolder
from hmi.sources.certificates.trust import TrustList
from hmi.sources.opcua import make_opcua_source
from hmi.sources.opcua.security import POLICIES
from hmi.testing.certificates import KeyPair
from hmi.testing.fork_server import ForkServer
from hmi.testing.harness import ChildDevice, Listener
from hmi.testing.opcua_device import NAMESPACE

WAIT = 60.0
ALL = [f"{name.replace('_', '')}_SignAndEncrypt" for name in POLICIES]
RIGHT = "a right one"
LOGIN = CredentialReference(environment="MILL")


@dataclass
class Machine:
    """A server that can be started again with another certificate, at the same address."""

    port: int
    folder: Path
    forks: ForkServer

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/"

    @asynccontextmanager
    async def up(
        self, pair: KeyPair | None, policies: Sequence[str], *more: str
    ) -> AsyncIterator[ChildDevice]:
        arguments = ["--port", str(self.port), *more]
        if pair is not None:
            certificate, key = self.folder / "server.der", self.folder / "server.pem"
            certificate.write_bytes(pair.certificate)
            key.write_bytes(pair.key)
            arguments += ["--certificate", str(certificate), "--key", str(key), "--policies", *policies]
        device = ChildDevice(lambda: arguments, self.forks)
        try:
            await device.start()
            await device.ask({"set": "a_float", "value": 1.5})
            yield device
        finally:
            await device.stop()


def listener(
    machine: Machine,
    folder: CertificateFolder | None,
    lookup: Callable[[CredentialReference], Secret] = resolve,
    **keys: Any,
) -> Listener:
    tag = Tag(
        id="m/a_float",
        machine="m",
        name="a_float",
        wire=ValueType.FLOAT,
        address=OpcUaAddress(node=f"nsu={NAMESPACE};s=Device.a_float"),
    )
    endpoint = OpcUaEndpoint(
        protocol="opcua", url=machine.url, paces=Paces(normal=0.05), **({"timeout": 10.0} | keys)
    )
    return Listener(make_opcua_source(endpoint, [(0, tag)], SystemClock(), lookup, folder))


def trust(folder: CertificateFolder, pair: KeyPair) -> None:
    TrustList(folder).add_certificate(facts(pair.certificate))


def causes(listening: Listener) -> list[str]:
    return [m.cause for m in listening.messages if isinstance(m, LinkEvent) and m.state is LinkState.DOWN]


async def refused(listening: Listener) -> str:
    await listening.until(lambda: bool(causes(listening)), "DOWN", WAIT)
    assert LinkState.UP not in [m.state for m in listening.messages if isinstance(m, LinkEvent)]
    return causes(listening)[0]


async def served(listening: Listener, since: int = 0) -> None:
    await listening.until(
        lambda: any(
            isinstance(m, Batch) and m.status[0] == status.GOOD and m.raw.view("<f8")[0] == 1.5
            for m in listening.messages[since:]
        ),
        "a value",
        WAIT,
    )
