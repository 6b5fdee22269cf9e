"""Other addresses for endpoints than the site file gives: free ports of a demo or a test."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from hmi.config.endpoint_parts import without_secrets
from hmi.config.endpoints import Endpoint
from hmi.config.modbus import ModbusEndpoint
from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.opcua import OpcUaEndpoint
from hmi.config.problems import suggestion
from hmi.config.simulated import SimulatedEndpoint
from hmi.config.site import Site

_OPCUA_SCHEME = "opc.tcp://"
_AGENT_SCHEME = "http://"


def override_endpoints(site: Site, addresses: Mapping[str, str]) -> Site:
    """The site with ``machine.endpoint`` → ``opc.tcp://host:port/…``, ``host:port`` or ``/dev/…`` in place.

    Raises:
        ValueError: an endpoint that the site does not have, or an address that does not fit it.
    """
    known = [f"{machine.id}.{name}" for machine in site.machines for name in machine.endpoints]
    for key in addresses:
        if key not in known:
            hint = suggestion(key, known) or f", expected one of {', '.join(known)}"
            raise ValueError(f"{key}: the site has no such endpoint{hint}")
    machines = []
    for machine in site.machines:
        endpoints = dict(machine.endpoints)
        for name, endpoint in machine.endpoints.items():
            key = f"{machine.id}.{name}"
            if address := addresses.get(key):
                try:
                    endpoints[name] = moved(endpoint, address)
                except ValueError as error:
                    raise ValueError(f"{key}: {error}") from None
        machines.append(machine.model_copy(update={"endpoints": endpoints}))
    return site.model_copy(update={"machines": tuple(machines)})


def moved(endpoint: Endpoint, address: str) -> Endpoint:
    """The endpoint at another address.

    Raises:
        ValueError: the address does not fit the endpoint's protocol.
    """
    without_secrets(address)
    try:
        return _moved(endpoint, address)
    except ValidationError as error:
        detail = error.errors()[0]
        if detail["type"] == "value_error":  # our own words
            raise ValueError(str(detail["ctx"]["error"])) from None
        raise ValueError(f"found {address!r}, expected host:port with a port from 1 to 65535") from None


def _moved(endpoint: Endpoint, address: str) -> Endpoint:
    match endpoint:
        case OpcUaEndpoint():
            url = address if "://" in address else _OPCUA_SCHEME + address
            return OpcUaEndpoint.model_validate({**dict(endpoint), "url": url})
        case ModbusEndpoint():
            if address.startswith("/"):
                serial = {**(dict(endpoint.serial) if endpoint.serial else {}), "device": address}
                kept = {k: v for k, v in dict(endpoint).items() if k not in ("host", "port", "framing")}
                return ModbusEndpoint.model_validate({**kept, "serial": serial})
            host, separator, port = address.rpartition(":")
            if not separator or not host or not port.isascii() or not port.isdigit():
                raise ValueError(f"found {address!r}, expected host:port")
            at = {"host": host, "port": int(port), "serial": None}
            return ModbusEndpoint.model_validate({**dict(endpoint), **at})
        case MtconnectEndpoint():
            url = address if "://" in address else _AGENT_SCHEME + address
            return MtconnectEndpoint.model_validate({**dict(endpoint), "url": url})
        case SimulatedEndpoint():
            raise ValueError("a simulated endpoint has no address, expected none")
