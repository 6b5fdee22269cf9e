"""Secured links to real servers in processes of their own: which are trusted, and what is refused."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest
from asyncua import Client, ua
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hmi.config.opcua import OpcUaSecurity
from hmi.model.samples import Batch, LinkEvent, LinkState, Lost
from hmi.model.values import ValueType
from hmi.present import causes as causes_text
from hmi.present.texts import Texts
from hmi.simulation.opcua_server import MachineServer, ServerSecurity, Variable
from hmi.sources.certificates import own
from hmi.sources.certificates.facts import facts, fingerprint, grouped
from hmi.sources.certificates.folder import CertificateFolder
from hmi.sources.certificates.own import own_identity
from hmi.sources.certificates.trust import TrustList
from hmi.sources.opcua import channel, connecting
from hmi.sources.opcua.security import POLICIES
from hmi.testing.certificates import URI, KeyPair, server_certificate
from hmi.testing.harness import Listener
from hmi.testing.opcua_device import NAMESPACE, UNSECURED
from tests.sources.opcua.secured import ALL, WAIT, Machine, causes, listener, refused, served, trust


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Policy and mode of each channel with a session, as the client really used them."""
    seen: list[tuple[str, str]] = []
    create = Client.create_session

    async def noted(client: Client) -> Any:
        used = client.uaclient.protocol._connection.security_policy
        seen.append((used.URI.partition("#")[2], used.Mode.name))
        return await create(client)

    monkeypatch.setattr(Client, "create_session", noted)
    return seen


@pytest.mark.parametrize("policy", POLICIES)
async def test_each_policy_carries_values(
    machine: Machine, folder: CertificateFolder, channels: list[tuple[str, str]], policy: str
) -> None:
    pair = server_certificate()
    trust(folder, pair)
    offered = [f"{policy.replace('_', '')}_SignAndEncrypt"]
    async with machine.up(pair, offered), listener(machine, folder) as listening:
        await served(listening)
    assert set(channels) == {(policy, "SignAndEncrypt")}
    (up,) = (m for m in listening.messages if isinstance(m, LinkEvent) and m.state is LinkState.UP)
    assert up.secured == f"{policy}, SignAndEncrypt, {facts(pair.certificate).fingerprint[:16]}…"


@pytest.mark.parametrize(
    ("offered", "security", "taken"),
    [
        (["NoSecurity", *ALL[::-1]], OpcUaSecurity(), ("Aes256_Sha256_RsaPss", "SignAndEncrypt")),
        (
            ["NoSecurity", "Basic256Sha256_Sign", "Basic256_SignAndEncrypt", "Basic256Sha256_SignAndEncrypt"],
            OpcUaSecurity(),
            ("Basic256Sha256", "SignAndEncrypt"),
        ),
        (ALL, OpcUaSecurity(policy="Aes128_Sha256_RsaOaep"), ("Aes128_Sha256_RsaOaep", "SignAndEncrypt")),
        (
            ["Aes256Sha256RsaPss_SignAndEncrypt", "Basic256Sha256_Sign"],
            OpcUaSecurity(mode="sign"),
            ("Basic256Sha256", "Sign"),
        ),
        (["NoSecurity", *ALL], UNSECURED, ("None", "None_")),
    ],
    ids=["the best", "never less than encrypted", "the named one", "signed alone", "none, as was said"],
)
async def test_what_is_taken_of_what_is_offered(
    machine: Machine,
    folder: CertificateFolder,
    channels: list[tuple[str, str]],
    offered: list[str],
    security: OpcUaSecurity,
    taken: tuple[str, str],
) -> None:
    pair = server_certificate()
    trust(folder, pair)
    async with machine.up(pair, offered), listener(machine, folder, security=security) as listening:
        await served(listening)
    assert set(channels) == {taken}


@pytest.mark.parametrize("offered", [None, ["NoSecurity", "Basic256_SignAndEncrypt", "Basic256Sha256_Sign"]])
async def test_a_server_with_nothing_good_enough_is_no_reason_for_less(
    machine: Machine, folder: CertificateFolder, offered: list[str] | None, channels: list[tuple[str, str]]
) -> None:
    pair = None if offered is None else server_certificate()
    async with machine.up(pair, offered or []), listener(machine, folder) as listening:
        cause = await refused(listening)
    assert "offers no endpoint with a sound security policy and SignAndEncrypt" in cause
    assert "only None, which is unsecured" in cause
    assert channels == []


async def test_a_stranger_waits_for_a_person_and_a_renewed_server_again(
    machine: Machine, folder: CertificateFolder
) -> None:
    first, second = server_certificate(), server_certificate(key=1)
    async with listener(machine, folder) as listening:
        async with machine.up(first, ALL):
            await listening.until(lambda: bool(TrustList(folder).waiting()), "the certificate waits", WAIT)
            (waiting,) = TrustList(folder).waiting()
            assert waiting.certificate.der == first.certificate
            assert waiting.url == machine.url
            await asyncio.sleep(1.0)
            assert not TrustList(folder).trusted(), "nobody has confirmed it"
            assert LinkState.UP not in [m.state for m in listening.messages if isinstance(m, LinkEvent)]
            TrustList(folder).add(grouped(waiting.certificate.fingerprint)[:20])
            await served(listening)
        since = len(listening.messages)
        async with machine.up(second, ALL):
            await listening.until(lambda: bool(TrustList(folder).waiting()), "the new one waits", WAIT)
            assert [each.certificate.der for each in TrustList(folder).waiting()] == [second.certificate]
            await asyncio.sleep(0.5)
            assert not [m for m in listening.messages[since:] if isinstance(m, Batch)]
            TrustList(folder).add(fingerprint(second.certificate))
            await served(listening, since)


async def test_the_cause_names_the_fingerprint_and_what_to_do(
    machine: Machine, folder: CertificateFolder
) -> None:
    pair = server_certificate()
    async with machine.up(pair, ALL), listener(machine, folder) as listening:
        cause = await refused(listening)
    digits = fingerprint(pair.certificate)
    assert grouped(digits) in cause
    assert f"twinpane trust add {digits[:16]}" in cause


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (server_certificate(begins=timedelta(days=-9), lasts=timedelta(days=8)), "has expired"),
        (server_certificate(begins=timedelta(days=1)), "is not valid before"),
        (server_certificate(uri="urn:another"), "for another application (urn:another)"),
        (server_certificate(hosts=("mill",)), "does not name the host 127.0.0.1 (it names mill)"),
    ],
    ids=["expired", "not yet valid", "another application's", "another host's"],
)
async def test_a_trusted_certificate_must_also_be_valid(
    machine: Machine, folder: CertificateFolder, pair: KeyPair, said: str
) -> None:
    trust(folder, pair)
    async with machine.up(pair, ALL), listener(machine, folder) as listening:
        assert said in await refused(listening)
    assert not TrustList(folder).waiting(), "it is confirmed; that is not what is wrong"


async def test_the_site_can_do_without_the_hosts_name(machine: Machine, folder: CertificateFolder) -> None:
    pair = server_certificate(hosts=("mill",))
    trust(folder, pair)
    security = OpcUaSecurity(check_host=False)
    async with machine.up(pair, ALL), listener(machine, folder, security=security) as listening:
        await served(listening)


async def test_without_a_folder_nothing_that_is_to_be_secured_is_connected(machine: Machine) -> None:
    pair = server_certificate()
    async with machine.up(pair, ["NoSecurity", *ALL]), listener(machine, None) as listening:
        assert "no folder for certificates" in await refused(listening)


async def test_a_key_that_others_can_read_is_not_used(machine: Machine, folder: CertificateFolder) -> None:
    pair = server_certificate()
    trust(folder, pair)
    own_identity(folder, facts(pair.certificate).not_before + timedelta(days=1))
    (folder.own / "key.pem").chmod(0o640)
    async with machine.up(pair, ALL), listener(machine, folder) as listening:
        cause = await refused(listening)
    assert "key.pem can be read by others (mode 0640)" in cause
    assert "chmod 600" in cause


async def test_our_key_is_made_off_the_loop_and_once_for_all_links(
    machine: Machine, folder: CertificateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    make = own.make_key

    def noted() -> Any:
        threads.append(threading.current_thread())
        return make()

    monkeypatch.setattr(own, "make_key", noted)
    pair = server_certificate()
    trust(folder, pair)
    async with (
        machine.up(pair, ALL),
        listener(machine, folder) as one,
        listener(machine, folder) as two,
    ):
        await served(one)
        await served(two)
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_the_channels_keys_are_renewed_under_way(
    machine: Machine, folder: CertificateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The library takes the old keys for a quarter of the time longer, and the machine may be busy.
    monkeypatch.setattr(connecting, "CHANNEL_LIFETIME", 4_000)
    renewals: list[float] = []
    open_channel = Client.open_secure_channel
    now = asyncio.get_running_loop().time

    async def noted(client: Client, renew: bool = False) -> None:
        await open_channel(client, renew)
        renewals.extend([now()] if renew else [])

    monkeypatch.setattr(Client, "open_secure_channel", noted)
    pair = server_certificate()
    trust(folder, pair)
    async with machine.up(pair, ALL) as device, listener(machine, folder) as listening:
        number = 0.0
        while not renewals or now() < renewals[0] + 2.5:  # past the end of the first keys
            number += 1.0
            await device.ask({"set": "a_float", "value": number})
            await listening.until(lambda n=number: last(listening) == n, f"{number}", WAIT)  # type: ignore[misc]
        assert causes(listening) == []
        assert not [m for m in listening.messages if isinstance(m, Lost)]


def last(listening: Listener) -> float | None:
    batches = [m for m in listening.messages if isinstance(m, Batch)]
    return float(batches[-1].raw.view("<f8")[-1]) if batches else None


async def test_an_endpoint_with_anothers_certificate(folder: CertificateFolder) -> None:
    """Who shows the certificate of a trusted server without its key gets no session."""
    mine, shown = server_certificate(), server_certificate(key=1)
    trust(folder, shown)
    security = ServerSecurity(mine.certificate, mine.key, URI, tuple(ALL))
    variables = [Variable(("x",), "Device.a_float", 1.5, ValueType.FLOAT)]
    async with MachineServer(NAMESPACE, variables, name="impostor", security=security) as server:
        assert server._server is not None
        for each in server._server.iserver.endpoints:
            each.ServerCertificate = shown.certificate
        machine = Machine(server.port, folder.root, forks=None)  # type: ignore[arg-type]
        async with listener(machine, folder, timeout=1.0) as listening:
            cause = await refused(listening)
    assert "may not trust this client's certificate yet: `twinpane trust own` gives it" in cause
    assert causes_text.in_words(cause, Texts.own("de")).endswith("damit ihm am Server vertraut wird")


async def test_a_wrong_signature_over_the_channel_is_told_as_what_it_is(folder: CertificateFolder) -> None:
    mine, other = server_certificate(), server_certificate(key=1)
    trust(folder, mine)
    security = ServerSecurity(mine.certificate, mine.key, URI, tuple(ALL))
    variables = [Variable(("x",), "Device.a_float", 1.5, ValueType.FLOAT)]
    async with MachineServer(NAMESPACE, variables, name="impostor", security=security) as server:
        assert server._server is not None
        for factory in server._server._policies:
            _sign_with(factory, other.key)
        async with listener(Machine(server.port, folder.root, forks=None), folder) as listening:  # type: ignore[arg-type]
            cause = await refused(listening)
    assert "does not hold the key of the certificate that it shows" in cause
    assert causes_text.in_words(cause, Texts.own("de")).endswith("oder jemand steht dazwischen")


def _sign_with(factory: Any, key: bytes) -> None:
    create = factory.create

    def wrong(peer: bytes) -> Any:
        policy = create(peer)
        if hasattr(policy.asymmetric_cryptography, "Signer"):
            policy.asymmetric_cryptography.Signer.host_privkey = load_pem_private_key(key, None)
        return policy

    factory.create = wrong


async def test_an_answer_that_was_weakened_under_way_is_found_out(
    machine: Machine, folder: CertificateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = channel._endpoints

    async def weakened(url: str, timeout: float) -> list[ua.EndpointDescription]:
        return [each for each in await ask(url, timeout) if "Aes" not in each.SecurityPolicyUri]

    monkeypatch.setattr(channel, "_endpoints", weakened)
    pair = server_certificate()
    trust(folder, pair)
    async with machine.up(pair, ALL), listener(machine, folder) as listening:
        assert "may have changed its first answer" in await refused(listening)
