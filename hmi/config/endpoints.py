"""How a machine's devices are reached: an endpoint of any protocol."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hmi.config.modbus import ModbusEndpoint
from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.opcua import OpcUaEndpoint
from hmi.config.simulated import SimulatedEndpoint

Endpoint = Annotated[
    OpcUaEndpoint | ModbusEndpoint | MtconnectEndpoint | SimulatedEndpoint, Field(discriminator="protocol")
]
