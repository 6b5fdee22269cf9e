"""The Modbus device of the contract, in a process of its own; see `hmi.testing.fork_server`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from hmi.config.modbus import ModbusAddress
from hmi.config.modbus_lines import SerialLine
from hmi.simulation.modbus_server import ModbusMachineServer


async def serve(addresses: dict[str, ModbusAddress], **line: Any) -> None:
    writes: Counter[str] = Counter()
    async with ModbusMachineServer(addresses, **line) as server:
        server.on_write = lambda name, _value: writes.update([name])
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
        _say({"port": server.port})
        while line := await lines.readline():
            request = json.loads(line)
            name = request["name"]
            match request["do"]:
                case "set":
                    server.fail(name, False)
                    server.set(name, request["value"])
                case "fail":
                    server.fail(name)
            _say({"writes": writes[name]})


def _say(answer: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--addresses", required=True)
    parser.add_argument("--rtu", action="store_true")
    parser.add_argument("--serial")
    given = parser.parse_args(arguments)
    addresses = {
        name: ModbusAddress.model_validate_json(json.dumps(each))
        for name, each in json.loads(given.addresses).items()
    }
    if given.serial:
        line = SerialLine(device=given.serial, baud=115_200, parity="none")
        asyncio.run(serve(addresses, serial=line))
    else:
        asyncio.run(serve(addresses, port=given.port, framing="rtu" if given.rtu else "tcp"))
