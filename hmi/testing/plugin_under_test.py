"""The machine plugin that a contract is run on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

import pytest

from hmi.machines.discovery import discover
from hmi.machines.files import PluginFiles, load_plugin
from hmi.machines.plugin import MachinePlugin

PATIENCE: Final = 90.0
"""Seconds that a busy machine gets for what takes a second on a quiet one."""


class PluginUnderTest:
    """What the contracts share. A subclass names the plugin: ``plugin_id``, as its entry point does."""

    plugin_id: ClassVar[str]

    @pytest.fixture
    def plugin(self) -> MachinePlugin:
        """The plugin as it is installed, unless a subclass gives a folder of its own."""
        return installed(self.plugin_id)

    @pytest.fixture
    def files(self, plugin: MachinePlugin) -> PluginFiles:
        """The plugin's files, free of mistakes within each."""
        files = load_plugin(plugin.folder)
        assert not files.problems, lines(files.problems)
        return files


def installed(plugin_id: str) -> MachinePlugin:
    """The installed plugin of that id; an AssertionError says why there is none."""
    found = discover()
    wrong = [f"{each.name}: {each.cause}" for each in found.quarantined if each.name == plugin_id]
    assert not wrong, f"in quarantine: {wrong}"
    plugins = {each.id: each for each in found.plugins}
    assert plugin_id in plugins, f"no plugin {plugin_id!r}; installed: {sorted(plugins)}"
    return plugins[plugin_id]


def lines(problems: Iterable[object]) -> str:
    """One below the other, for the message of a failed test."""
    return "\n" + "\n".join(map(str, problems))
