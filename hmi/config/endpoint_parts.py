"""What endpoints of several protocols have in common: paces, where secrets are found, sound addresses."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Annotated, Final

from pydantic import AfterValidator, model_validator

from hmi.config.base import Config, Seconds

_PREFIX: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_SECRETS: Final = frozenset(("password", "passwd", "pass", "secret", "token", "pin"))


class Paces(Config):
    """Requested update intervals in seconds, for each pace that a tag can ask for."""

    live: Seconds = 0.05
    normal: Seconds = 0.2
    slow: Seconds = 1.0

    def of(self, pace: str) -> float:
        """The interval of one pace."""
        interval: float = getattr(self, pace)
        return interval


def _absolute(path: str) -> str:
    if not PurePath(path).is_absolute():
        raise ValueError("expected an absolute path: the engine may be started in any folder")
    return path


FilePath = Annotated[str, AfterValidator(_absolute)]
"""An absolute path of a file on the engine's computer."""


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        # Not repeated: it may be the secret itself that somebody has written here.
        raise ValueError(
            "found something else than how the names of two environment variables begin, expected capital "
            "letters, digits and _, as MILL07 for MILL07_USER and MILL07_PASSWORD"
        )
    return text


def _no_secret(given: object) -> object:
    if isinstance(given, dict) and (written := [key for key in given if str(key).casefold() in _SECRETS]):
        raise ValueError(
            f"found `{written[0]}`, but secrets never stand in YAML, where many can read them: expected "
            "where it is found, {environment: PREFIX} for the variables PREFIX_USER and PREFIX_PASSWORD, or "
            "{keyring: SERVICE, user: NAME}; and take what stood here for known to others: change it"
        )
    return given


class CredentialReference(Config):
    """Where a log-in is found. Secrets never stand in YAML.

    ``environment``  prefix P: variables ``P_USER`` and ``P_PASSWORD``
    ``keyring``      service name in the operating system's keyring; ``user`` names the entry
    ``certificate``  file of a person's or role's X.509 certificate (OPC UA only), its private key in ``key``
    """

    environment: Annotated[str, AfterValidator(_prefix)] | None = None
    keyring: str | None = None
    user: str | None = None
    certificate: FilePath | None = None
    key: FilePath | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_secret(cls, given: object) -> object:
        return _no_secret(given)

    def model_post_init(self, _context: object) -> None:
        """Refuse a reference that is not exactly one of the three kinds."""
        kinds = (self.environment, self.keyring, self.certificate)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("expected exactly one of `environment`, `keyring` and `certificate`")
        if (self.keyring is None) != (self.user is None):
            raise ValueError("expected `keyring` and `user` together")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("expected `certificate` and `key` together")


def without_secrets(address: str) -> str:
    """Accept an address that has no log-in in it.

    Raises:
        ValueError: it has; the words do not repeat it.
    """
    if "@" in address:
        raise ValueError(
            "found a user name or password in the address, expected the address alone; the log-in of an "
            "OPC UA endpoint stands beside it as a reference, `credentials: {environment: PREFIX}` or "
            "`{keyring: SERVICE, user: NAME}`, and Modbus and MTConnect endpoints take none"
        )
    return address


def host_alone(host: str) -> str:
    """Accept the name or address of a host without anything around it.

    Raises:
        ValueError: it is something else.
    """
    if not host or any(each.isspace() or each in "/" for each in host):
        raise ValueError(f"found '{host}', expected the name or the IP address of a host alone")
    return host
