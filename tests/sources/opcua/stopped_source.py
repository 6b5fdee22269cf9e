"""A source in a process that can be stopped: ``PORT STALL_LIMIT``; says what it hears in JSON lines."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from hmi.config.credentials import resolve
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import SystemClock
from hmi.model.samples import Batch, LinkEvent, Lost, SourceMessage
from hmi.model.values import ValueType
from hmi.sources.opcua import make_opcua_source, plan
from hmi.testing.opcua_device import NAMESPACE, UNSECURED


def _say(message: SourceMessage) -> None:
    match message:
        case LinkEvent():
            _line({"link": message.state, "cause": message.cause})
        case Batch():
            _line({"values": message.raw.view("<f8").tolist()})
        case Lost():
            _line({"lost": message.cause})


def _line(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def main(port: str, stall_limit: str) -> None:
    """Listen to the contract's device until the process is ended."""
    plan.LONGEST_STALL = float(stall_limit)  # type: ignore[misc]
    address = OpcUaAddress(node=f"nsu={NAMESPACE};s=Device.a_float")
    tag = Tag(id="m/a_float", machine="m", name="a_float", wire=ValueType.FLOAT, address=address)
    endpoint = OpcUaEndpoint(protocol="opcua", url=f"opc.tcp://127.0.0.1:{port}/", security=UNSECURED)
    asyncio.run(make_opcua_source(endpoint, [(0, tag)], SystemClock(), resolve).run(_say))


if __name__ == "__main__":
    main(*sys.argv[1:])
