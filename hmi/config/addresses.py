"""Where a tag lies in a device, for each protocol that its machine type is met with."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hmi.config.base import Config
from hmi.config.modbus import ModbusAddress
from hmi.config.mtconnect import MtconnectAddress
from hmi.config.opcua import OpcUaAddress
from hmi.config.simulated import SimulatedAddress

Address = Annotated[
    OpcUaAddress | ModbusAddress | MtconnectAddress | SimulatedAddress, Field(discriminator="protocol")
]


class Addresses(Config):
    """A tag's address for each protocol that the machine type is met with."""

    opcua: OpcUaAddress | None = None
    modbus: ModbusAddress | None = None
    mtconnect: MtconnectAddress | None = None
    simulated: SimulatedAddress | None = None

    def of(self, protocol: str) -> Address | None:
        """The address for one protocol (``opcua``, ``modbus``, ``mtconnect``, ``simulated``), if given."""
        found: Address | None = getattr(self, protocol)
        return found
