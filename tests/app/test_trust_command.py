"""The command that the panel shows must work as it stands, for whoever types it."""

from __future__ import annotations

import os
import shlex
import sysconfig
from pathlib import Path

import pytest

from hmi.app.trust_command import Account, trust_command

PERSON = Account(1000, "anna", "/home/anna")
SERVICE = Account(998, "twinpane", "/var/lib/twinpane")
SCRIPTS = sysconfig.get_path("scripts")
TWINPANE = str(Path(SCRIPTS, "twinpane"))


@pytest.mark.parametrize(
    ("account", "environment", "expected"),
    [
        (PERSON, {"HOME": "/home/anna", "PATH": SCRIPTS}, "twinpane trust --site /w"),
        (PERSON, {"HOME": "/home/anna", "PATH": "/usr/bin"}, f"{TWINPANE} trust --site /w"),
        (
            PERSON,
            {"HOME": "/home/anna", "PATH": SCRIPTS, "TWINPANE_STATE": "/a b"},
            "TWINPANE_STATE='/a b' twinpane trust --site /w",
        ),
        (
            PERSON,
            {"HOME": "/home/anna", "PATH": SCRIPTS, "XDG_STATE_HOME": "/s"},
            "TWINPANE_STATE=/s/twinpane twinpane trust --site /w",
        ),
        (
            SERVICE,
            {"HOME": "/var/lib/twinpane", "PATH": SCRIPTS, "TWINPANE_STATE": "/var/lib/twinpane"},
            f"sudo -u twinpane env TWINPANE_STATE=/var/lib/twinpane {TWINPANE} trust --site /w",
        ),
        (
            SERVICE,
            {"HOME": "/var/lib/twinpane"},
            f"sudo -u twinpane {TWINPANE} trust --site /w",
        ),
    ],
)
def test_it_says_what_the_reader_does_not_have(
    account: Account, environment: dict[str, str], expected: str
) -> None:
    assert trust_command(Path("/w"), account, environment) == expected


def test_a_folder_is_named_from_anywhere_and_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "my site").mkdir()
    monkeypatch.chdir(tmp_path)
    words = shlex.split(trust_command(Path("my site"), PERSON, {"HOME": "/home/anna"}))
    assert words[-2:] == ["--site", str(tmp_path / "my site")]


def test_our_own_account_is_known() -> None:
    assert Account.own().number == os.getuid()
