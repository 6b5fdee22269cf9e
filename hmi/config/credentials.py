"""Secrets, looked up at connect time and shown nowhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Never

from hmi.config.endpoint_parts import CredentialReference


class CredentialError(LookupError):
    """A reference that leads to no secret; the text names the place, never a secret."""


class Credentials:
    """A user name and a password that no log, traceback or dump shows."""

    __slots__ = ("_password", "user")

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self._password = password

    def reveal(self) -> str:
        """The password, for the one call that needs it."""
        return self._password

    def __repr__(self) -> str:
        return "Credentials(…)"

    def __reduce__(self) -> Never:
        raise TypeError("credentials are not serialised")


def resolve(reference: CredentialReference, environment: Mapping[str, str] | None = None) -> Credentials:
    """The secret that a site file refers to. ``environment`` defaults to the process's own.

    Raises:
        CredentialError: a variable or keyring entry is missing, or there is no keyring.
    """
    if reference.environment is not None:
        return _from_environment(reference.environment, os.environ if environment is None else environment)
    return _from_keyring(str(reference.keyring), str(reference.user))


def _from_environment(prefix: str, environment: Mapping[str, str]) -> Credentials:
    names = (f"{prefix}_USER", f"{prefix}_PASSWORD")
    missing = [name for name in names if name not in environment]
    if missing:
        raise CredentialError(
            f"the environment lacks {' and '.join(missing)}, expected both {' and '.join(names)}"
        )
    return Credentials(*(environment[name] for name in names))


def _from_keyring(service: str, user: str) -> Credentials:
    # Its backends are looked for at import (D-Bus, files): only for sites that use it.
    import keyring  # noqa: PLC0415
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        password = keyring.get_password(service, user)
    except KeyringError as error:
        raise CredentialError(
            f"the keyring cannot be read for {service} / {user}: {type(error).__name__}"
        ) from None
    if password is None:
        raise CredentialError(f"the keyring has no entry for service {service}, user {user}: expected one")
    return Credentials(user, password)
