"""How a machine's devices are reached, per protocol."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from hmi.config.base import Config, Seconds


class Paces(Config):
    """Requested update intervals in seconds, for each pace that a tag can ask for."""

    live: Seconds = 0.05
    normal: Seconds = 0.2
    slow: Seconds = 1.0

    def of(self, pace: str) -> float:
        """The interval of one pace."""
        interval: float = getattr(self, pace)
        return interval


class CredentialReference(Config):
    """Where a user name and password are found. Secrets never stand in YAML.

    ``environment``  prefix P: variables ``P_USER`` and ``P_PASSWORD``
    ``keyring``      service name in the operating system's keyring; ``user`` names the entry
    """

    environment: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    keyring: str | None = None
    user: str | None = None

    def model_post_init(self, _context: object) -> None:
        """Refuse a reference that is not exactly one of the two kinds."""
        if (self.environment is None) == (self.keyring is None):
            raise ValueError("expected exactly one of `environment` and `keyring`")
        if self.keyring is not None and self.user is None:
            raise ValueError("expected `user` beside `keyring`")


def without_secrets(address: str) -> str:
    """Accept an address that has no log-in in it.

    Raises:
        ValueError: it has; the words do not repeat it.
    """
    if "@" in address:
        raise ValueError(
            "found a user name or password in the address, expected the address alone, and beside it "
            "`credentials` with a reference: {environment: PREFIX} or {keyring: SERVICE, user: NAME}"
        )
    return address


def _opcua_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme == "opc.tcp" and bool(parts.hostname) and bool(parts.port)
    except ValueError:  # brackets that do not match, a port past 65535
        sound = False
    if not sound or any(each.isspace() for each in url):
        expected = "opc.tcp://host:port/ with a port from 1 to 65535 (4840 is the usual one)"
        raise ValueError(f"found '{url}', expected {expected}")
    return url


def _host(host: str) -> str:
    if not host or any(each.isspace() or each in "/" for each in host):
        raise ValueError(f"found '{host}', expected the name or the IP address of a host alone")
    return host


class OpcUaEndpoint(Config):
    """An OPC UA server. ``publishing`` overrides the publishing interval, else the pace's interval."""

    protocol: Literal["opcua"]
    url: Annotated[str, AfterValidator(without_secrets), AfterValidator(_opcua_url)]
    security: Literal["none"] = "none"
    credentials: CredentialReference | None = None
    paces: Paces = Paces()
    publishing: Seconds | None = None
    timeout: Seconds = 2.0


class ModbusEndpoint(Config):
    """A Modbus TCP device or gateway.

    ``gap``           registers that may be read along between two wanted ones to save a request
    ``max_registers`` at most this many registers (or 16 × as many bits) in one read
    """

    protocol: Literal["modbus"]
    host: Annotated[str, AfterValidator(without_secrets), AfterValidator(_host)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 502
    paces: Paces = Paces()
    timeout: Seconds = 1.0
    gap: Annotated[int, Field(ge=0, le=120)] = 8
    max_registers: Annotated[int, Field(ge=1, le=125)] = 125


class SimulatedEndpoint(Config):
    """Signals made by the engine itself; said so on screen."""

    protocol: Literal["simulated"]
    paces: Paces = Paces()


Endpoint = Annotated[OpcUaEndpoint | ModbusEndpoint | SimulatedEndpoint, Field(discriminator="protocol")]
