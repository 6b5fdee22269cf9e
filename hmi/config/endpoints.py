"""How a machine's devices are reached, per protocol."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

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


class OpcUaEndpoint(Config):
    """An OPC UA server. ``publishing`` overrides the publishing interval, else the pace's interval."""

    protocol: Literal["opcua"]
    url: Annotated[str, Field(pattern=r"^opc\.tcp://[^\s@]+$")]
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
    host: str
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
