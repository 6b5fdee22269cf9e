"""The OPC UA source under the contract, against node-opcua: a server in JavaScript that we did not write."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hmi.config.endpoint_parts import Paces
from hmi.testing.device_contract import DeviceContract
from hmi.testing.harness import DeviceHarness
from tests.foreign.opcua.harness import ForeignHarness
from tests.foreign.opcua.node_server import NodeServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> NodeServer:
    return NodeServer("contract_device.js", tmp_path_factory.mktemp("node-opcua"))


@pytest.fixture(scope="module")
def fast_server(tmp_path_factory: pytest.TempPathFactory) -> NodeServer:
    return NodeServer("contract_device.js", tmp_path_factory.mktemp("node-opcua"), fastest=10)


class TestNodeOpcUa(DeviceContract):
    @pytest.fixture
    async def harness(self, server: NodeServer) -> AsyncIterator[DeviceHarness]:
        harness = ForeignHarness(server)
        yield harness
        await harness.stop()


@pytest.mark.full
class TestNodeOpcUaThatPublishesEvery10Ms(DeviceContract):
    """Five times as often as it does by default: keep-alives, requests and sequence numbers come as fast."""

    @pytest.fixture
    async def harness(self, fast_server: NodeServer) -> AsyncIterator[DeviceHarness]:
        harness = ForeignHarness(fast_server, paces=Paces(live=0.01, normal=0.01))
        yield harness
        await harness.stop()
