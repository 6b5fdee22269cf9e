"""A plugin's Python: imported here and nowhere else, and never trusted to be sound."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import pluggy

from hmi.machines import hookspecs
from hmi.machines.hookspecs import Simulator
from hmi.machines.plugin import MachinePlugin

T = TypeVar("T")


class PluginCodeError(Exception):
    """A plugin's Python failed; the text says where and with what, for its author.

    ``file`` and ``line``: the last place in the plugin's own code on the way to the error, else line 1 of
    its package.
    """

    def __init__(self, plugin: MachinePlugin, text: str, cause: BaseException | None = None) -> None:
        super().__init__(f"{plugin.id}: {text}")
        self.file, self.line = _place(plugin.folder, cause)


def _place(folder: Path, cause: BaseException | None) -> tuple[Path, int]:
    places = [
        (each.filename, each.lineno) for each in traceback.extract_tb(cause.__traceback__ if cause else None)
    ]
    if isinstance(cause, SyntaxError):
        places.append((cause.filename or "", cause.lineno))
    for name, line in reversed(places):
        if Path(name).is_relative_to(folder):
            return Path(name), line or 1
    return folder / "__init__.py", 1


def load_code(plugin: MachinePlugin) -> pluggy.PluginManager:
    """Import the plugin's package and register its hooks, in a registry of its own.

    Raises:
        PluginCodeError: the import raised, or a hook is not one of `hmi.machines.hookspecs`.
    """
    registry = pluggy.PluginManager(hookspecs.hookspec.project_name)
    registry.add_hookspecs(hookspecs)
    if plugin.module is not None:
        name = plugin.module
        module = _guarded(plugin, f"import of {name}", lambda: importlib.import_module(name))
        try:
            registry.register(module, plugin.id)
            registry.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginCodeError(plugin, f"a hook does not fit: {error}") from error
    return registry


def simulator_of(plugin: MachinePlugin) -> Simulator | None:
    """The plugin's simulator, None where it has none.

    Raises:
        PluginCodeError: its import or its hook raised.
    """
    hook: Callable[[], object] = load_code(plugin).hook.twinpane_simulator
    return cast("Simulator | None", _guarded(plugin, "hook twinpane_simulator", hook))


def _guarded(plugin: MachinePlugin, what: str, call: Callable[[], T]) -> T:
    try:
        return call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginCodeError(plugin, f"{what} raised {type(error).__name__}: {error}", error) from error
