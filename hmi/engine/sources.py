"""Which driver serves which protocol; each is imported only when a site uses it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hmi.config.credentials import resolve
from hmi.config.endpoints import Endpoint
from hmi.config.epoch import Epoch
from hmi.config.modbus import ModbusEndpoint
from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.opcua import OpcUaEndpoint
from hmi.config.simulated import SimulatedEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import Clock
from hmi.sources.certificates.folder import CertificateFolder
from hmi.sources.protocol import Source

if TYPE_CHECKING:
    from hmi.sources.modbus.lines import Lines

Tags = Sequence[tuple[int, Tag]]

_DRIVERS: Final = {
    "opcua": "hmi.sources.opcua.source",
    "modbus": "hmi.sources.modbus.source",
    "mtconnect": "hmi.sources.mtconnect.source",
    "simulated": "hmi.sources.simulated.source",
}


def load_drivers(epoch: Epoch) -> None:
    """Import the drivers that an epoch uses, now: it takes seconds, in which no loop should wait."""
    for machine in epoch.machines:
        for endpoint in machine.endpoints.values():
            importlib.import_module(_DRIVERS[endpoint.protocol])


@dataclass(slots=True)
class Shared:
    """What the sources of one epoch share: the site's certificates, the lines with several Modbus devices."""

    certificates: CertificateFolder | None = None
    modbus: Lines | None = None


def make_source(endpoint: Endpoint, tags: Tags, clock: Clock, shared: Shared) -> Source:
    """The source for an endpoint and its (index, tag) pairs."""
    match endpoint:
        case OpcUaEndpoint():
            from hmi.sources.opcua import make_opcua_source

            return make_opcua_source(endpoint, tags, clock, resolve, shared.certificates)
        case ModbusEndpoint():
            from hmi.sources.modbus import make_modbus_lines, make_modbus_source

            shared.modbus = shared.modbus or make_modbus_lines()
            return make_modbus_source(endpoint, tags, clock, shared.modbus)
        case MtconnectEndpoint():
            from hmi.sources.mtconnect import make_mtconnect_source

            return make_mtconnect_source(endpoint, tags, clock)
        case SimulatedEndpoint():
            from hmi.sources.simulated import make_simulated_source

            return make_simulated_source(endpoint, tags, clock)
