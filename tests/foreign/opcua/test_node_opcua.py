"""The OPC UA source under the contract, against node-opcua: a server in JavaScript that we did not write."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hmi.testing.device_contract import DeviceContract
from hmi.testing.harness import DeviceHarness
from tests.foreign.opcua.harness import ForeignHarness
from tests.foreign.opcua.node_server import NodeServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> NodeServer:
    return NodeServer("contract_device.js", tmp_path_factory.mktemp("node-opcua"))


class TestNodeOpcUa(DeviceContract):
    @pytest.fixture
    async def harness(self, server: NodeServer) -> AsyncIterator[DeviceHarness]:
        harness = ForeignHarness(server)
        yield harness
        await harness.stop()
