"""The MTConnect agent of the contract, in a process of its own; see `hmi.testing.fork_server`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from hmi.simulation.mtconnect_agent import MtconnectAgent

MODEL = b"""<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.4">
<Header creationTime="2026-01-01T00:00:00Z" instanceId="1"/>
<Devices><Device id="d" name="device" uuid="u"><DataItems>
<DataItem category="SAMPLE" id="i_float" name="a_float" type="POSITION" subType="ACTUAL" units="MILLIMETER"/>
<DataItem category="EVENT" id="i_int" name="an_int" type="PART_COUNT"/>
<DataItem category="EVENT" id="i_bool" name="a_bool" type="POWER_STATE"/>
<DataItem category="EVENT" id="i_enum" name="an_enum" type="CONTROLLER_MODE"/>
<DataItem category="EVENT" id="i_string" name="a_string" type="PROGRAM"/>
<DataItem category="SAMPLE" id="i_array" name="an_array" type="PATH_POSITION" units="MILLIMETER_3D"/>
<DataItem category="SAMPLE" id="i_ints" name="an_int_array" type="x:COUNTS"/>
</DataItems><Components><Axes id="axes"><DataItems>
<DataItem category="SAMPLE" id="i_setpoint" name="a_setpoint" type="LOAD" units="PERCENT"/>
</DataItems></Axes></Components></Device></Devices></MTConnectDevices>"""
IDS = {
    "a_float": "i_float",
    "an_int": "i_int",
    "a_bool": "i_bool",
    "an_enum": "i_enum",
    "a_string": "i_string",
    "a_setpoint": "i_setpoint",
    "an_array": "i_array",
    "an_int_array": "i_ints",
}
LABELS = {0: "OFF", 1: "ON", 2: "AUTOMATIC"}


def text(name: str, value: object) -> str:
    match value:
        case bool():
            return "ON" if value else "OFF"
        case list():
            return " ".join(map(repr, value))
        case int() if name == "an_enum":
            return LABELS[value]
        case str():
            return value
        case _:
            return repr(value)


async def serve(port: int, options: dict[str, bool]) -> None:
    async with MtconnectAgent(MODEL, port=port, **options) as agent:
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
        _say({"port": agent.port})
        while line := await lines.readline():
            request = json.loads(line)
            match request["do"]:
                case "set":
                    agent.observe(IDS[request["name"]], text(request["name"], request["value"]))
                case "fail":
                    agent.observe(IDS[request["name"]], "UNAVAILABLE")
                case "restart":
                    agent.restart()
            _say({})


def _say(answer: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--options", default="{}")
    given = parser.parse_args(arguments)
    asyncio.run(serve(given.port, json.loads(given.options)))
