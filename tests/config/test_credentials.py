from __future__ import annotations

import copy
import pickle  # noqa: TID251 - to show that it is refused
import traceback
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from hmi.config.credentials import CredentialError, Credentials, resolve
from hmi.config.endpoint_parts import CredentialReference

SECRET = "s3cr3t-of-the-press"  # noqa: S105 - not a secret


class MemoryKeyring(KeyringBackend):
    priority = 1
    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringError("locked")
        return SECRET if (service, username) == ("press", "panel") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def memory_keyring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def test_from_environment() -> None:
    reference = CredentialReference(environment="PRESS")
    found = resolve(reference, {"PRESS_USER": "panel", "PRESS_PASSWORD": SECRET})
    assert (found.user, found.reveal()) == ("panel", SECRET)


def test_from_the_process_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESS_USER", "panel")
    monkeypatch.setenv("PRESS_PASSWORD", SECRET)
    assert resolve(CredentialReference(environment="PRESS")).reveal() == SECRET


def test_missing_variables_are_named() -> None:
    with pytest.raises(CredentialError, match=r"lacks PRESS_PASSWORD") as caught:
        resolve(CredentialReference(environment="PRESS"), {"PRESS_USER": SECRET})
    assert SECRET not in str(caught.value)


def test_from_keyring(memory_keyring: MemoryKeyring) -> None:
    found = resolve(CredentialReference(keyring="press", user="panel"))
    assert (found.user, found.reveal()) == ("panel", SECRET)
    with pytest.raises(CredentialError, match=r"no entry for service press, user other"):
        resolve(CredentialReference(keyring="press", user="other"))
    memory_keyring.locked = True
    with pytest.raises(CredentialError, match=r"cannot be read for press / panel"):
        resolve(CredentialReference(keyring="press", user="panel"))


def test_shown_nowhere() -> None:
    credentials = Credentials("panel", SECRET)
    shown = f"{credentials} {credentials!r} {[credentials]} {credentials!s:>5}"
    try:
        raise RuntimeError(credentials)
    except RuntimeError:
        shown += traceback.format_exc()
    assert SECRET not in shown
    assert not hasattr(credentials, "__dict__")
    with pytest.raises(TypeError, match=r"not serialised"):
        pickle.dumps(credentials)
    with pytest.raises(TypeError, match=r"not serialised"):
        copy.copy(credentials)
