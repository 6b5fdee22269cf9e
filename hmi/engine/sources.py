"""Which driver serves which protocol; each is imported only when a site uses it."""

from __future__ import annotations

from collections.abc import Sequence

from hmi.config.credentials import resolve
from hmi.config.endpoints import Endpoint, ModbusEndpoint, OpcUaEndpoint, SimulatedEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import Clock
from hmi.sources.protocol import Source

Tags = Sequence[tuple[int, Tag]]


def make_source(endpoint: Endpoint, tags: Tags, clock: Clock) -> Source:
    """The source for an endpoint and its (index, tag) pairs."""
    match endpoint:
        case OpcUaEndpoint():
            from hmi.sources.opcua import make_opcua_source

            return make_opcua_source(endpoint, tags, clock, resolve)
        case ModbusEndpoint():
            from hmi.sources.modbus import make_modbus_source

            return make_modbus_source(endpoint, tags, clock)
        case SimulatedEndpoint():
            from hmi.sources.simulated import make_simulated_source

            return make_simulated_source(endpoint, tags, clock)
