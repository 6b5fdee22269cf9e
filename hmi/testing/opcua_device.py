"""The contract's device as an OPC UA server, to be run in a child process; see `hmi.testing.harness`.

Requests, one JSON object a line: ``{"set": name, "value": v}``, ``{"fail": name}``, ``{"writes": name}``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from asyncua.server.address_space import AddressSpace

from hmi.config.opcua import OpcUaSecurity
from hmi.model.status import BAD_SENSOR_FAILURE
from hmi.model.values import Value, ValueType
from hmi.simulation.opcua_nodes import add_standard_nodes
from hmi.simulation.opcua_server import MachineServer, ServerSecurity, Variable
from hmi.testing.certificates import URI

NAMESPACE: Final = "urn:twinpane:contract-device"

UNSECURED: Final = OpcUaSecurity(unsecured_because="The server under test runs on this computer.")
"""What a test says of a server that has no certificate; without a word, a link is secured."""

_VARIABLES: Final[tuple[tuple[str, Value, ValueType], ...]] = (
    ("a_float", 0.0, ValueType.FLOAT),
    ("an_int", 0, ValueType.INT),
    ("a_bool", False, ValueType.BOOL),
    ("an_enum", 0, ValueType.ENUM),
    ("a_string", "", ValueType.STRING),
    ("a_setpoint", 0.0, ValueType.FLOAT),
    ("an_array", (), ValueType.FLOATS),
    ("an_int_array", (), ValueType.INTS),
)


async def serve(
    port: int, security: ServerSecurity | None = None, user: str = "", password: str = ""
) -> None:
    """Serve until the standard input ends."""
    variables = [
        Variable(("Device", name), f"Device.{name}", value, kind, writable=name == "a_setpoint")
        for name, value, kind in _VARIABLES
    ]
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    writes: Counter[str] = Counter()
    async with MachineServer(
        NAMESPACE,
        variables,
        name="Contract device",
        port=port,
        user=user,
        password=password,
        security=security,
    ) as server:
        server.on_write = lambda node, _value: writes.update([node])
        _say({"port": server.port})
        while line := await lines.readline():
            request = json.loads(line)
            if "writes" in request:
                _say({"writes": writes[f"Device.{request['writes']}"]})
                continue
            if "set" in request:
                value = request["value"]
                server.set(f"Device.{request['set']}", tuple(value) if isinstance(value, list) else value)
            else:
                server.set(f"Device.{request['fail']}", _of_its_type(request["fail"]), BAD_SENSOR_FAILURE)
            await server.flush()
            _say({"done": True})
    transport.close()


def _of_its_type(name: str) -> Value:
    return next(value for each, value, _ in _VARIABLES if each == name)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def prepare() -> None:
    """Do once what every device would do anew; for `hmi.testing.fork_server`."""
    add_standard_nodes(AddressSpace())


def main(arguments: Sequence[str]) -> None:
    """``--port PORT``: serve there; with ``--policies``, secured by the files given and nothing else."""
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user", default="", help="NAME:PASSWORD, without which nobody gets in")
    parser.add_argument("--user-certificate", type=Path, nargs="*", default=[])
    parser.add_argument("--policies", nargs="*", default=[])
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    given = parser.parse_args(arguments)
    security = None
    users = tuple(path.read_bytes() for path in given.user_certificate)
    user, _, password = given.user.partition(":")
    if given.policies:
        key_pair = given.certificate.read_bytes(), given.key.read_bytes()
        security = ServerSecurity(*key_pair, uri=URI, policies=tuple(given.policies), users=users)
    asyncio.run(serve(given.port, security, user, password))


if __name__ == "__main__":
    main(sys.argv[1:])
