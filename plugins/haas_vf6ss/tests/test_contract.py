"""The contract that every machine plugin passes."""

from __future__ import annotations

import pytest

from hmi.testing.plugin_contract import PluginContract


class TestContract(PluginContract):
    @pytest.fixture(scope="class")
    def plugin_id(self) -> str:
        return "haas_vf6ss"

    @pytest.fixture(scope="class", params=[5.0, pytest.param(60.0, marks=pytest.mark.full)])
    def watched(self, request: pytest.FixtureRequest) -> float:
        seconds: float = request.param
        return seconds
