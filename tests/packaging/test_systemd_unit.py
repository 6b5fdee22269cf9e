"""The engine's unit starts what there is, with the rights that it needs and no more."""

from __future__ import annotations

import shlex
from collections import defaultdict
from pathlib import Path

import click
import pytest

from hmi.app.cli import main

UNIT = Path(__file__).parents[2] / "packaging/systemd/twinpane-engine@.service"


@pytest.fixture(scope="module")
def service() -> dict[str, list[str]]:
    """Key → values of [Service], in the order of the file (keys may come again)."""
    found: dict[str, list[str]] = defaultdict(list)
    section = ""
    for line in map(str.strip, UNIT.read_text(encoding="utf-8").splitlines()):
        if line.startswith("["):
            section = line
        elif section == "[Service]" and line and not line.startswith("#"):
            key, separator, value = line.partition("=")
            assert separator, line
            found[key].append(value)
    return found


def test_it_runs_a_command_that_there_is(service: dict[str, list[str]]) -> None:
    (start,) = service["ExecStart"]
    program, name, *arguments = shlex.split(start.replace("%i", "works"))
    assert Path(program).name == "twinpane"
    command = main.get_command(click.Context(main), name)
    assert command is not None
    (site,) = [arguments[i + 1] for i, each in enumerate(arguments) if each == "--site"]
    assert site == "/etc/twinpane/works"
    parsed = command.make_context(name, [each.replace(site, ".") for each in arguments]).params
    assert parsed["managed"] == "service"
    assert parsed["linger"] is None, "a service does not end with its last panel"


def test_what_it_may_write_is_what_it_is_told_to_use(service: dict[str, list[str]]) -> None:
    environment = dict(each.split("=", 1) for each in service["Environment"])
    (run,), (state,) = service["RuntimeDirectory"], service["StateDirectory"]
    assert environment == {"TWINPANE_RUN": f"%t/{run}", "TWINPANE_STATE": f"%S/{state}"}
    assert service["RuntimeDirectoryMode"] == service["StateDirectoryMode"] == ["0700"]
    assert service["UMask"] == ["0077"], "keys are this user's alone"
    assert service["ProtectSystem"] == ["strict"]
    assert "ReadWritePaths" not in service
    assert service["User"] not in ([], ["root"])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("AmbientCapabilities", ""),
        ("MemoryDenyWriteExecute", "yes"),
        ("ProtectHome", "yes"),
        ("PrivateDevices", "yes"),
        ("PrivateUsers", "yes"),
        ("RestrictNamespaces", "yes"),
        ("RestrictSUIDSGID", "yes"),
        ("SystemCallArchitectures", "native"),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
        ("SocketBindDeny", "any"),
        ("Restart", "always"),
    ],
)
def test_it_is_shut_in(service: dict[str, list[str]], key: str, value: str) -> None:
    assert service[key] == [value]


def test_its_system_calls_are_a_services(service: dict[str, list[str]]) -> None:
    assert service["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]


def test_it_is_started_again_however_often_it_has_failed() -> None:
    section, separator, _ = UNIT.read_text(encoding="utf-8").partition("[Service]")
    assert separator
    assert "StartLimitIntervalSec=0" in section.splitlines()
