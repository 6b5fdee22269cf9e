"""Log-in at real servers: who is let in with what, and where a password never goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client

from hmi.config.credentials import Credentials, Secret
from hmi.config.endpoint_parts import CredentialReference
from hmi.config.opcua import OpcUaSecurity
from hmi.sources.certificates.folder import CertificateFolder
from hmi.testing.certificates import server_certificate
from hmi.testing.opcua_device import UNSECURED
from tests.sources.opcua.secured import (
    ALL,
    LOGIN,
    RIGHT,
    WAIT,
    Machine,
    causes,
    listener,
    refused,
    served,
    trust,
)


def password(*typed: str) -> Callable[[CredentialReference], Secret]:
    """Gives one after the other, the last for ever."""
    left = list(typed)

    def lookup(asked: CredentialReference) -> Secret:
        assert asked == LOGIN
        return Credentials("panel", left.pop(0) if len(left) > 1 else left[0])

    return lookup


@pytest.mark.parametrize("mode", ["sign_and_encrypt", "sign"])
async def test_only_the_right_password_gets_in(
    machine: Machine, folder: CertificateFolder, mode: Any
) -> None:
    pair = server_certificate()
    trust(folder, pair)
    offered = [*ALL, "Basic256Sha256_Sign"]
    keys = {"credentials": LOGIN, "security": OpcUaSecurity(mode=mode)}
    async with (
        machine.up(pair, offered, "--user", f"panel:{RIGHT}"),
        listener(machine, folder, password("wrong one", RIGHT), **keys) as listening,
    ):
        await listening.until(lambda: bool(causes(listening)), "DOWN", WAIT)
        (cause,) = causes(listening)
        assert "refuses this user name or password (BadUserAccessDenied)" in cause
        assert f"{LOGIN.environment}_PASSWORD" in cause
        assert "wrong one" not in cause
        await served(listening)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every ActivateSession request that went out."""
    sent: list[Any] = []
    activate = Client.activate_session

    async def noted(client: Client, *args: Any, **keys: Any) -> Any:
        sent.append((args, keys))
        return await activate(client, *args, **keys)

    monkeypatch.setattr(Client, "activate_session", noted)
    return sent


async def test_a_password_never_goes_out_in_the_clear(
    machine: Machine, folder: CertificateFolder, told: list[Any]
) -> None:
    keys = {"credentials": LOGIN, "security": UNSECURED}
    async with (
        machine.up(None, [], "--user", f"panel:{RIGHT}"),
        listener(machine, folder, password(RIGHT), **keys) as listening,
    ):
        assert "would take the password without sound encryption" in await refused(listening)
    assert told == []


async def test_over_an_open_link_a_password_goes_to_a_trusted_server_alone(
    machine: Machine, folder: CertificateFolder, told: list[Any]
) -> None:
    pair = server_certificate()
    keys = {"credentials": LOGIN, "security": UNSECURED}
    async with (
        machine.up(pair, ["NoSecurity", *ALL], "--user", f"panel:{RIGHT}"),
        listener(machine, folder, password(RIGHT), **keys) as listening,
    ):
        assert "is not trusted" in await refused(listening)
        assert told == []
        trust(folder, pair)
        await served(listening)


@pytest.mark.parametrize("security", [OpcUaSecurity(), UNSECURED], ids=["secured", "open"])
async def test_a_users_certificate_gets_in(
    machine: Machine, folder: CertificateFolder, tmp_path: Path, security: OpcUaSecurity
) -> None:
    server, user, other = server_certificate(), server_certificate(key=2), server_certificate(key=3)
    trust(folder, server)
    certificate, key = tmp_path / "user.der", tmp_path / "user.pem"
    for path, content in ((certificate, user.certificate), (key, user.key)):
        path.write_bytes(content)
    key.chmod(0o644)
    reference = CredentialReference(certificate=str(certificate), key=str(key))
    more = ["--user-certificate", str(certificate)]
    async with (
        machine.up(server, ["NoSecurity", *ALL], *more),
        listener(machine, folder, credentials=reference, security=security) as listening,
    ):
        assert "user.pem can be read by others (mode 0644)" in await refused(listening)
        key.chmod(0o600)
        await served(listening)
    key.write_bytes(other.key)
    async with (
        machine.up(server, ["NoSecurity", *ALL], *more),
        listener(machine, folder, credentials=reference, security=security) as listening,
    ):
        assert "is not the key of" in await refused(listening)
