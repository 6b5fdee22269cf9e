"""The contract that every machine plugin passes."""

from hmi.testing.plugin_contract import PluginContract


class TestContract(PluginContract):
    plugin_id = "coolant_tank"
    watched = 5.0
