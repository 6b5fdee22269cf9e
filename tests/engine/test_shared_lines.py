"""Machines behind one gateway: the engine's sources of one epoch share the connection to it."""

from __future__ import annotations

import contextlib

from hmi.config.modbus import ModbusAddress, ModbusEndpoint, ModbusTable
from hmi.config.tags import Tag
from hmi.engine.sources import Shared, make_source
from hmi.model.clock import SystemClock
from hmi.model.samples import LinkEvent, LinkState
from hmi.model.values import ValueType
from hmi.simulation.modbus_server import ModbusMachineServer
from hmi.simulation.tcp_proxy import TcpProxy
from hmi.testing.harness import Listener


async def test_two_machines_behind_one_gateway_take_one_connection() -> None:
    place = ModbusAddress(table=ModbusTable.HOLDING_REGISTER, address=0)
    served = {f"u{unit}": place.model_copy(update={"unit": unit}) for unit in (4, 5)}
    shared, clock = Shared(), SystemClock()
    async with ModbusMachineServer(served) as server, TcpProxy("127.0.0.1", server.port) as gateway:
        listeners = []
        for unit in (4, 5):
            endpoint = ModbusEndpoint(protocol="modbus", host="127.0.0.1", port=gateway.port, unit=unit)
            tag = Tag(
                id=f"m{unit}/v",
                machine=f"m{unit}",
                name="v",
                type=ValueType.UINT,
                wire=ValueType.UINT,
                address=place,
            )
            listeners.append(Listener(make_source(endpoint, [(0, tag)], clock, shared)))
        async with contextlib.AsyncExitStack() as stack:
            for listener in listeners:
                await stack.enter_async_context(listener)
            for listener in listeners:
                await listener.until(lambda heard=listener: _up(heard), "UP")  # type: ignore[misc]
            assert gateway.connections == 1


def _up(listener: Listener) -> bool:
    return any(isinstance(m, LinkEvent) and m.state is LinkState.UP for m in listener.messages)
