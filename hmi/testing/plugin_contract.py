"""The contract that every machine plugin passes, as pytest suites.

A plugin's test module names the plugin as its entry point does::

    from hmi.testing.plugin_contract import PluginContract


    class TestContract(PluginContract):
        plugin_id = "coolant_tank"

A plugin of YAML alone has no simulator: it takes `PluginFilesContract`, with a ``plugin`` fixture that
gives its folder.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "hmi.testing.plugin_under_test",
    "hmi.testing.plugin_files_contract",
    "hmi.testing.simulator_contract",
    "hmi.testing.running_machine_contract",
)

# After the line above, so that a plugin's author is told what was compared.
from hmi.testing.plugin_files_contract import PluginFilesContract  # noqa: E402
from hmi.testing.running_machine_contract import RunningMachineContract  # noqa: E402
from hmi.testing.simulator_contract import SimulatorContract  # noqa: E402

__all__ = ["PluginContract", "PluginFilesContract", "RunningMachineContract", "SimulatorContract"]


class PluginContract(PluginFilesContract, SimulatorContract, RunningMachineContract):
    """All of it: the files, the simulator, and the running machine as the engine sees it."""
