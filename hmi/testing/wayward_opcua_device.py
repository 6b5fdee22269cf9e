"""An OPC UA server for bad days: other nodes after each start, odd values, few places, a clock of its own.

Run in a child process, see `hmi.testing.harness.ChildDevice`; its one argument is a JSON object, all keys
optional:

``host``, ``port``  where it listens
``network``  `hmi.testing.lossy_network.LossyNetwork.path` of the side on which it does
``decoys``   so many namespaces are registered before its own, each with the same names and the value −1
``stamps``   name of an Int64 variable → seconds after which it is always set to the time, see
             `hmi.testing.wayward_opcua_server.WaywardServer.stamp`
``nodes``    name → [built-in type, value], added in this order
``limits``   see `hmi.testing.wayward_opcua_server.Limits`
``clock``    ``ahead`` seconds and ``drift`` (seconds per second) of the device's clock

Requests, one JSON object a line:

``{"set": name, "value": v}``  with ``times`` the text or array repeated so often, ``type`` another built-in
             type, ``status`` a StatusCode; ``burst``: a list of values in place of ``value``, at once
``{"add": name, "type": t, "value": v}``
``{"limits": {…}}``, ``{"clock": {…}}``  from now on
``{"ask": true}``  only the answer: ``sessions``, ``connections``, and ``utc``, ns by the device's clock
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from typing import Any, Final

from asyncua import ua
from asyncua.server.address_space import AddressSpace

from hmi.simulation.opcua_nodes import add_standard_nodes
from hmi.testing import lossy_network
from hmi.testing.device_clock import DeviceClock
from hmi.testing.wayward_opcua_server import Limits, WaywardServer

NAMESPACE: Final = "urn:twinpane:wayward-device"


async def serve(plan: dict[str, Any]) -> None:
    """Serve until the standard input ends."""
    clock = DeviceClock(**plan.get("clock", {}))
    clock.take_over()
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    server = WaywardServer(
        NAMESPACE,
        clock,
        host=plan.get("host", "127.0.0.1"),
        port=plan.get("port", 0),
        decoys=plan.get("decoys", 0),
        limits=Limits(**plan.get("limits", {})),
    )
    for name, (kind, value) in plan.get("nodes", {}).items():
        server.first[name] = _variant(kind, value, 1)
    async with server:
        stamps = [loop.create_task(server.stamp(*each)) for each in plan.get("stamps", {}).items()]
        _say(server)
        while line := await lines.readline():
            await _carry_out(server, clock, json.loads(line))
            _say(server)
        for each in stamps:
            each.cancel()
        await asyncio.gather(*stamps, return_exceptions=True)
    transport.close()


async def _carry_out(server: WaywardServer, clock: DeviceClock, request: dict[str, Any]) -> None:
    match request:
        case {"set": str(name)}:
            kind = request.get("type") or server.kind(name)
            values = request["burst"] if "burst" in request else [request.get("value")]
            variants = [_variant(kind, each, request.get("times", 1)) for each in values]
            await server.set(name, variants, request.get("status", 0))
        case {"add": str(name)}:
            await server.add(name, _variant(request["type"], request["value"], 1))
        case {"limits": dict(limits)}:
            server.limits = Limits(**limits)
        case {"clock": dict(setting)}:
            clock.set(**setting)


def _variant(kind: str, value: Any, times: int) -> ua.Variant:
    return ua.Variant(value * times if times > 1 else value, ua.VariantType[kind])


def _say(server: WaywardServer) -> None:
    answer = {
        "port": server.port,
        "sessions": server.sessions,
        "connections": server.connections,
        "utc": server.clock.utc_ns(),
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def prepare() -> None:
    """Do once what every device would do anew; for `hmi.testing.fork_server`."""
    add_standard_nodes(AddressSpace())


def main(arguments: Sequence[str]) -> None:
    """Serve what the first argument describes."""
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    plan = json.loads(arguments[0])
    if "network" in plan:
        lossy_network.enter(plan["network"])
    asyncio.run(serve(plan))


if __name__ == "__main__":
    main(sys.argv[1:])
