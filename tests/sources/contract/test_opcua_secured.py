"""The OPC UA source under the whole contract again, over channels that are signed and encrypted."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from hmi.config.credentials import resolve
from hmi.config.endpoint_parts import Paces
from hmi.config.opcua import OpcUaEndpoint
from hmi.model.clock import SystemClock
from hmi.sources.certificates.facts import facts
from hmi.sources.certificates.folder import CertificateFolder
from hmi.sources.certificates.trust import TrustList
from hmi.sources.opcua import OpcUaSource, make_opcua_source
from hmi.testing.certificates import server_certificate
from hmi.testing.device_contract import DeviceContract
from hmi.testing.fork_server import ForkServer
from hmi.testing.harness import ChildDevice, DeviceHarness
from tests.sources.contract.test_opcua import OpcUaHarness


class SecuredHarness(OpcUaHarness):
    """The same device, which offers one secured endpoint and nothing else."""

    def __init__(self, forks: ForkServer, folder: Path, policy: str) -> None:
        pair = server_certificate()
        self.certificates = CertificateFolder(folder / "certificates", "contract")
        self.certificates.prepare()
        TrustList(self.certificates).add_certificate(facts(pair.certificate))
        certificate, key = folder / "server.der", folder / "server.pem"
        certificate.write_bytes(pair.certificate)
        key.write_bytes(pair.key)
        super().__init__(forks)
        files = ["--certificate", str(certificate), "--key", str(key)]

        def command() -> Sequence[str]:
            return ["--port", str(self.port), *files, "--policies", f"{policy}_SignAndEncrypt"]

        self._device = ChildDevice(command, forks)

    def source(self) -> OpcUaSource:
        endpoint = OpcUaEndpoint(
            protocol="opcua",
            url=f"opc.tcp://127.0.0.1:{self.port}/",
            paces=Paces(live=0.05, normal=0.2),
        )
        tags = list(enumerate(self.tags))
        return make_opcua_source(endpoint, tags, SystemClock(), resolve, self.certificates)


class SecuredContract(DeviceContract):
    policy: str

    @pytest.fixture(scope="class")
    @classmethod
    def forks(cls) -> Iterator[ForkServer]:
        with ForkServer("hmi.testing.opcua_device") as forks:
            yield forks

    @pytest.fixture(autouse=True)
    def _quiet(self) -> Iterator[None]:
        logger = logging.getLogger("asyncua")
        before = logger.level
        logger.setLevel(logging.CRITICAL)
        yield
        logger.setLevel(before)

    @pytest.fixture
    async def harness(self, forks: ForkServer, tmp_path: Path) -> AsyncIterator[DeviceHarness]:
        harness = SecuredHarness(forks, tmp_path, self.policy)
        try:
            yield harness
        finally:
            await harness.stop()


class TestAes256(SecuredContract):
    policy = "Aes256Sha256RsaPss"


@pytest.mark.full
class TestAes128(SecuredContract):
    policy = "Aes128Sha256RsaOaep"


@pytest.mark.full
class TestBasic256(SecuredContract):
    policy = "Basic256Sha256"
