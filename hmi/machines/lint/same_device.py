"""Endpoints of one site that lead to the same device agree on how it is reached."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from hmi.config.endpoints import Endpoint
from hmi.config.modbus import ModbusEndpoint
from hmi.config.modbus_lines import SerialLine
from hmi.config.opcua import OpcUaEndpoint
from hmi.config.problems import Problem
from hmi.config.site import Site
from hmi.config.yaml_file import Loaded
from hmi.config.yaml_text import DataPath

Words = Mapping[str, object]
"""What two endpoints of one device have to say alike: key of the site file → what is said."""


def check(site: Loaded[Site]) -> Iterator[Problem]:
    """Modbus lines that are described in two ways, OPC UA servers that are both secured and not.

    A line is opened once for all its endpoints, so only one description could hold; and a server that is
    also reached openly is as good as open for who stands between. Time-outs and paces are each endpoint's
    own. The problem stands at the second place and names the first one.
    """
    if site.model is None:
        return
    seen: dict[tuple[str, ...], tuple[DataPath, Words]] = {}
    for position, machine in enumerate(site.model.machines):
        for name, endpoint in machine.endpoints.items():
            if (device := device_of(endpoint)) is None:
                continue
            here: DataPath = ("machines", position, "endpoints", name)
            words = _words(endpoint)
            there, others = seen.setdefault(device, (here, words))
            for key, said in words.items():
                if said != others[key]:
                    yield _differs(site, key, (here, said), (there, others[key]), device)


def device_of(endpoint: Endpoint) -> tuple[str, ...] | None:
    """Equal where two endpoints lead to one device, however it is spelled; None: nothing is shared."""
    match endpoint:
        case OpcUaEndpoint():
            return ("the server", endpoint.url.rstrip("/").casefold())
        case ModbusEndpoint() if isinstance(endpoint.line, SerialLine):
            return ("the line", posixpath.normpath(endpoint.line.device))
        case ModbusEndpoint():
            return ("the line", f"{endpoint.line}".casefold())
        case _:
            return None


def _words(endpoint: Endpoint) -> Words:
    match endpoint:
        case OpcUaEndpoint(security=security):
            if security.open:
                return {"security": "no security (`unsecured_because`)"}
            check = "" if security.check_host else ", the host not checked"
            return {"security": f"{security.policy}, {security.mode}{check}"}
        case ModbusEndpoint(serial=SerialLine() as line):
            return {f"serial.{key}": said for key, said in line.model_dump().items()}
        case ModbusEndpoint():
            return {"host": endpoint.host, "framing": endpoint.framing or "tcp"}
        case _:
            return {}


def _differs(
    site: Loaded[Site],
    key: str,
    here: tuple[DataPath, object],
    there: tuple[DataPath, object],
    device: tuple[str, ...],
) -> Problem:
    path = (*here[0], *key.split("."))
    other = (*there[0], *key.split("."))
    line = site.document.line(*other)
    place, at = ".".join(map(str, path)), f"{site.document.file.name}:{line}"
    text = (
        f"{place}: found {here[1]}, but {'.'.join(map(str, there[0]))} has {there[1]} ({at}), "
        f"expected {' '.join(device)} described alike"
    )
    return site.problem(text, *path)
