"""A link is secured unless the site says in words why not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hmi.config.credentials import CredentialError, UserCertificate, resolve
from hmi.config.endpoint_parts import CredentialReference
from hmi.config.opcua import OpcUaEndpoint


def endpoint(**keys: Any) -> OpcUaEndpoint:
    return OpcUaEndpoint.model_validate({"protocol": "opcua", "url": "opc.tcp://h:4840", **keys})


def test_nothing_said_is_secured() -> None:
    security = endpoint().security
    assert (security.open, security.policy, security.mode) == (False, "auto", "sign_and_encrypt")
    assert security.check_host
    assert not endpoint(security={}).security.open


def test_a_reason_in_words_opens_it_and_survives_the_way_to_the_panel() -> None:
    said = endpoint(security={"unsecured_because": "The control is from 2009."})
    assert said.security.open
    assert OpcUaEndpoint.model_validate_json(said.model_dump_json()) == said


@pytest.mark.parametrize(
    ("security", "said"),
    [
        ("none", "found 'none', expected a mapping"),
        ({"policy": "None"}, "Basic256Sha256"),
        ({"policy": "Basic256"}, "Basic256Sha256"),
        ({"mode": "none"}, "sign_and_encrypt"),
        ({"unsecured_because": ""}, "at least 4 words"),
        ({"unsecured_because": "old control"}, "at least 4 words"),
        ({"unsecured_because": True}, "string"),
        ({"unsecured_because": "It is too old.", "mode": "sign"}, "not both"),
        ({"unsecured_because": "It is too old.", "policy": "Basic256Sha256"}, "not both"),
    ],
)
def test_less_than_that_does_not(security: object, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        endpoint(security=security)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"certificate": "/c"},
        {"key": "/k"},
        {"certificate": "/c", "key": "/k", "environment": "P"},
        {"certificate": "c", "key": "/k"},
        {"certificate": "/c", "key": "k"},
        {"environment": "P", "user": "u"},
        {"environment": "P", "key": "/k"},
    ],
)
def test_credentials_are_of_one_kind_and_whole(keys: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        CredentialReference(**keys)


def test_a_users_key_is_read_only_where_nobody_else_can(tmp_path: Any) -> None:
    certificate, key = tmp_path / "u.der", tmp_path / "u.pem"
    reference = CredentialReference(certificate=str(certificate), key=str(key))
    with pytest.raises(CredentialError, match=r"u\.der cannot be read"):
        resolve(reference)
    certificate.write_bytes(b"certificate")
    key.write_bytes(b"the secret key")
    key.chmod(0o640)
    with pytest.raises(CredentialError, match="can be read by others") as told:
        resolve(reference)
    assert "secret" not in str(told.value)
    key.chmod(0o600)
    found = resolve(reference)
    assert isinstance(found, UserCertificate)
    assert (found.certificate, found.reveal()) == (b"certificate", b"the secret key")
    assert "secret" not in repr(found)
    with pytest.raises(TypeError):
        found.__reduce__()
