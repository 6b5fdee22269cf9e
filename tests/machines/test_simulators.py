from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hmi.machines.discovery import discover
from hmi.machines.plugin import MachinePlugin
from hmi.machines.resolve import resolve_site
from hmi.machines.simulators import PluginCodeError, simulator_of

Install = Callable[..., Path]

WORKING = """\
    from hmi.api import hookimpl

    class Simulator:
        endpoints = {"main": "opcua"}

        async def serve(self, ports, ready):
            ready(ports)

    @hookimpl
    def twinpane_simulator():
        return Simulator()
    """


def found(name: str, site: Path | None = None) -> MachinePlugin:
    (plugin,) = [each for each in discover(site).plugins if each.id == name]
    return plugin


async def test_a_simulator_by_its_hook(install: Install) -> None:
    install("lathe", WORKING)
    simulator = simulator_of(found("lathe"))
    assert simulator is not None
    told: list[dict[str, int]] = []
    await simulator.serve({"main": 7}, lambda ports: told.append(dict(ports)))
    assert told == [{"main": 7}]


def test_two_plugins_do_not_answer_for_each_other(install: Install) -> None:
    install("lathe", WORKING)
    install("saw", "x = 1")
    assert simulator_of(found("lathe")) is not None
    assert simulator_of(found("saw")) is None


def test_a_folder_of_yaml_has_none(site: Path) -> None:
    assert simulator_of(found("press", site)) is None


RAISING = {
    "import_error": ("import a_package_that_nobody_has", "ModuleNotFoundError"),
    "syntax": ("def (:", "SyntaxError"),
    "exits": ("raise SystemExit(3)", "SystemExit: 3"),
    "own": ("class Mine(BaseException): pass\nraise Mine('odd')", "Mine: odd"),
    "newer_api": ("from hmi.api import not_yet_there", "ImportError"),
    "unknown_hook": (
        "from hmi.api import hookimpl\n@hookimpl\ndef twinpane_nonsense(): pass",
        "unknown hook 'twinpane_nonsense'",
    ),
    "wrong_argument": (
        "from hmi.api import hookimpl\n@hookimpl\ndef twinpane_simulator(machine): pass",
        "hook",
    ),
}


@pytest.mark.parametrize("name", RAISING)
def test_code_that_fails_is_named(install: Install, name: str) -> None:
    code, words = RAISING[name]
    install(name, code)
    with pytest.raises(PluginCodeError, match=name) as caught:
        simulator_of(found(name))
    assert words in str(caught.value)


def test_a_hook_that_raises_is_named(install: Install) -> None:
    install("lathe", "from hmi.api import hookimpl\n@hookimpl\ndef twinpane_simulator(): return 1 / 0")
    with pytest.raises(PluginCodeError, match=r"hook twinpane_simulator raised ZeroDivisionError"):
        simulator_of(found("lathe"))


@pytest.mark.parametrize("name", RAISING)
def test_its_machines_are_left_out_and_the_rest_runs(site: Path, install: Install, name: str) -> None:
    code, words = RAISING[name]
    install(name, code)
    with (site / "site.yaml").open("a") as file:
        file.write(f"  - id: second\n    plugin: {name}\n    name: n\n    endpoints:\n"
                   "      main: {protocol: opcua, url: opc.tcp://h:1}\n")  # fmt: skip
    resolution = resolve_site(site)
    assert [machine.id for machine in resolution.epoch.machines] == ["press1"]
    causes = {each.name: each.cause for each in resolution.epoch.quarantined if each.name in ("second", name)}
    assert set(causes) == {"second", name}
    assert words in causes["second"]
    without_import = resolve_site(site, import_code=False).epoch
    assert [machine.id for machine in without_import.machines] == ["press1", "second"]


def test_ctrl_c_is_not_taken_for_a_fault(install: Install) -> None:
    install("lathe", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        simulator_of(found("lathe"))
