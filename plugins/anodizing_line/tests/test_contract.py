"""The contract that every machine plugin passes."""

from __future__ import annotations

import pytest

from hmi.testing.plugin_contract import PluginContract, RunningMachineContract


class TestContract(PluginContract):
    plugin_id = "anodizing_line"
    watched = 5.0


@pytest.mark.full
class TestContractForAMinute(RunningMachineContract):
    plugin_id = "anodizing_line"
