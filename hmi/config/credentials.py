"""Secrets, looked up at connect time and shown nowhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Never

from hmi.config.endpoint_parts import CredentialReference
from hmi.config.private_file import PrivateFileError, read_bounded, read_private


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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credentials) and (self.user, self._password) == (other.user, other._password)

    def __hash__(self) -> int:
        return hash(self.user)

    def __repr__(self) -> str:
        return "Credentials(…)"

    def __reduce__(self) -> Never:
        raise TypeError("credentials are not serialised")


class UserCertificate:
    """A user's X.509 certificate and private key, as the files hold them; the key is shown nowhere."""

    __slots__ = ("_key", "certificate")

    def __init__(self, certificate: bytes, key: bytes) -> None:
        self.certificate = certificate
        self._key = key

    def reveal(self) -> bytes:
        """The private key, for the one call that needs it."""
        return self._key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UserCertificate) and (self.certificate, self._key) == (
            other.certificate,
            other._key,
        )

    def __hash__(self) -> int:
        return hash(self.certificate)

    def __repr__(self) -> str:
        return "UserCertificate(…)"

    def __reduce__(self) -> Never:
        raise TypeError("keys are not serialised")


Secret = Credentials | UserCertificate


def resolve(reference: CredentialReference, environment: Mapping[str, str] | None = None) -> Secret:
    """The secret that a site file refers to. ``environment`` defaults to the process's own.

    Raises:
        CredentialError: a variable, keyring entry or file is missing, there is no keyring, or others can
            read the key.
    """
    if reference.environment is not None:
        return _from_environment(reference.environment, os.environ if environment is None else environment)
    if reference.certificate is not None:
        return _from_files(Path(reference.certificate), Path(str(reference.key)))
    return _from_keyring(str(reference.keyring), str(reference.user))


def _from_files(certificate: Path, key: Path) -> UserCertificate:
    try:
        return UserCertificate(read_bounded(certificate), read_private(key))
    except PrivateFileError as error:
        raise CredentialError(str(error)) from None


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
