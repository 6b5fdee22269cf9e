"""The open lock: links over which somebody else could say what the machine says, and nobody would notice."""

from __future__ import annotations

from collections.abc import Iterable

from hmi.config.endpoints import Endpoint
from hmi.config.modbus import ModbusEndpoint
from hmi.config.opcua import OpcUaEndpoint
from hmi.config.simulated import SimulatedEndpoint
from hmi.present.texts import Texts


def lock(endpoints: Iterable[Endpoint], texts: Texts) -> str:
    """``unsecured`` where one of the links can be forged by whoever is on its network, else ""."""
    return texts.text("machine.unsecured") if any(map(is_open, endpoints)) else ""


def is_open(endpoint: Endpoint) -> bool:
    """Whether a link is neither encrypted nor signed and goes over a network.

    OPC UA as its site says. Modbus and MTConnect have nothing of the kind; a serial cable is no network,
    and what the engine makes up goes over no link at all. A protocol that is not known here counts as open.
    """
    match endpoint:
        case OpcUaEndpoint():
            return endpoint.security.open
        case ModbusEndpoint():
            return endpoint.serial is None
        case SimulatedEndpoint():
            return False
        case _:
            return True
