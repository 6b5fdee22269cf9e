"""The OPC UA source over secured channels to node-opcua: its own certificate, cryptography and log-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hmi.model.samples import LinkEvent, LinkState, WriteOutcome
from hmi.sources.certificates.facts import facts
from hmi.sources.certificates.folder import CertificateFolder
from hmi.sources.certificates.trust import TrustList
from hmi.testing.device_contract import DeviceContract
from hmi.testing.harness import DeviceHarness, Listener
from hmi.testing.heard import Heard, heard_value
from tests.foreign.opcua.harness import ForeignHarness
from tests.foreign.opcua.node_server import NodeServer

POLICIES: Final = ("Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss")
SECURED: Final = "http://opcfoundation.org/UA/SecurityPolicy#"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of the server and of our side: made once, as making keys takes seconds."""
    return tmp_path_factory.mktemp("secured")


class SecuredHarness(ForeignHarness):
    """A server that a person has confirmed before anybody asks for it."""

    def __init__(self, folder: Path, policy: str, **endpoint: object) -> None:
        server = NodeServer("contract_device.js", folder / "node-opcua")
        certificates = CertificateFolder(folder / "certificates", "test")
        # Its certificate is for the host by which it names itself, which is not the one we reach it by.
        security = {"policy": policy, "check_host": False}
        super().__init__(server, certificates=certificates, security=security, **endpoint)
        self._shown = folder / "node-opcua" / "server" / "own" / "certs" / "certificate.pem"

    async def start(self) -> None:
        await super().start()
        assert self.certificates is not None
        self.certificates.prepare()
        der = x509.load_pem_x509_certificate(self._shown.read_bytes()).public_bytes(Encoding.DER)
        TrustList(self.certificates).add_certificate(facts(der))


def cause(listener: Listener) -> str:
    return next(each.cause for each in listener.messages if isinstance(each, LinkEvent) and each.cause)


@pytest.mark.parametrize("policy", POLICIES)
async def test_values_and_writes_go_over_each_policy(folder: Path, policy: str) -> None:
    harness = SecuredHarness(folder, policy)
    await harness.start()
    try:
        async with Listener(harness.source()) as listener:
            heard = Heard(harness.tags, listener.messages)
            await harness.set("an_int", 2**62 + 1)
            await heard_value(listener, heard, "an_int", 2**62 + 1)
            result = await listener.source.write(heard.index("a_setpoint"), 42.5, timeout=20.0)
            assert result.outcome is WriteOutcome.ACCEPTED, result
            await heard_value(listener, heard, "a_setpoint", 42.5)
            told = await harness.device.ask({"sessions": True})
            assert told["sessions"] == [["SignAndEncrypt", SECURED + policy]]
            assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
    finally:
        await harness.stop()


async def test_a_server_is_taken_once_a_person_has_confirmed_it(folder: Path, tmp_path: Path) -> None:
    harness = SecuredHarness(folder, "auto")
    harness.certificates = certificates = CertificateFolder(tmp_path / "certificates", "test")
    await ForeignHarness.start(harness)
    try:
        async with Listener(harness.source()) as listener:
            heard = Heard(harness.tags, listener.messages)
            await listener.until(lambda: LinkState.DOWN in heard.links(), "not trusted yet")
            (waiting,) = TrustList(certificates).waiting()
            assert waiting.certificate.fingerprint[:8] in cause(listener).replace(" ", "").replace(":", "")
            TrustList(certificates).add(waiting.certificate.fingerprint)
            await listener.until(lambda: bool(heard.samples("a_float")), "values of a confirmed server")
            told = await harness.device.ask({"sessions": True})
            assert told["sessions"] == [["SignAndEncrypt", SECURED + "Aes256_Sha256_RsaPss"]]
    finally:
        await harness.stop()


@pytest.mark.parametrize(("password", "let_in"), [("let me in", True), ("let me out", False)])
async def test_a_user_logs_in_with_the_right_password_alone(
    folder: Path, password: str, let_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOREIGN_USER", "operator")
    monkeypatch.setenv("FOREIGN_PASSWORD", password)
    harness = SecuredHarness(folder, "auto", credentials={"environment": "FOREIGN"})
    await harness.start()
    try:
        async with Listener(harness.source()) as listener:
            heard = Heard(harness.tags, listener.messages)
            await listener.until(lambda: len(heard.links()) == 2, "let in or not")
            assert heard.links()[1] is (LinkState.UP if let_in else LinkState.DOWN)
            assert let_in or password not in cause(listener)
    finally:
        await harness.stop()


@pytest.mark.full
class TestSecuredNodeOpcUa(DeviceContract):
    @pytest.fixture(params=POLICIES)
    async def harness(self, folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[DeviceHarness]:
        harness = SecuredHarness(folder, request.param)
        yield harness
        await harness.stop()
