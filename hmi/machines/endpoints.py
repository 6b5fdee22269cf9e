"""Other addresses for endpoints than the site file gives: free ports of a demo or a test."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from hmi.config.endpoint_parts import without_secrets
from hmi.config.endpoints import Endpoint
from hmi.config.modbus import ModbusEndpoint
from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.opcua import OpcUaEndpoint, OpcUaSecurity
from hmi.config.problems import suggestion
from hmi.config.simulated import SimulatedEndpoint
from hmi.config.site import Site

SIMULATED: Final = "It is simulated for the demo on this same computer."
"""Why the OPC UA link of a demo is open, where that of the site's machine is not."""

_OPCUA_SCHEME = "opc.tcp://"
_AGENT_SCHEME = "http://"


def override_endpoints(site: Site, addresses: Mapping[str, str], *, simulated: bool = False) -> Site:
    """The site with ``machine.endpoint`` → ``opc.tcp://host:port/…``, ``host:port`` or ``/dev/…`` in place.

    ``simulated``: the addresses lead to simulators on this computer, which have neither certificates nor
    log-ins. Their OPC UA links are open with that reason, and no secret of the site is sent to them.

    Raises:
        ValueError: an endpoint that the site does not have, or an address that does not fit it; with
            ``simulated`` an OPC UA address that is not of this computer alone.
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
                    there = moved(endpoint, address)
                    endpoints[name] = _opened(there) if simulated else there
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


def _opened(endpoint: Endpoint) -> Endpoint:
    if not isinstance(endpoint, OpcUaEndpoint):
        return endpoint
    host = urlsplit(endpoint.url).hostname or ""
    try:
        here = ip_address(host).is_loopback
    except ValueError:  # a name, which may lead anywhere tomorrow
        here = False
    if not here:
        raise ValueError(
            f"found '{endpoint.url}' for a simulator, expected an address of this computer: 127.0.0.1"
        )
    open_link = OpcUaSecurity(unsecured_because=SIMULATED)
    return endpoint.model_copy(update={"security": open_link, "credentials": None})


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
