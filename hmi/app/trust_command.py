"""The command line by which a person reaches this engine's trust list, from any account and folder."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hmi.app.state_folder import VARIABLE, root

_NAME: Final = "twinpane"

_SYSTEM_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where sudo looks for commands on Debian, whatever the caller's own PATH is."""

_FIRST_PERSON: Final = 1000
"""User ids from here on are persons' (login.defs, UID_MIN); below are root and accounts of services."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user that an engine runs as."""

    number: int
    name: str
    home: str

    @classmethod
    def own(cls) -> Account:
        """This process's; by its number where it has no name."""
        number = os.getuid()
        try:
            known = pwd.getpwuid(number)
        except KeyError:
            return cls(number, f"#{number}", "/")
        return cls(number, known.pw_name, known.pw_dir)

    @property
    def of_service(self) -> bool:
        """Whether nobody logs in as this user, so that a person has to go by way of sudo."""
        return 0 < self.number < _FIRST_PERSON


def trust_command(site: Path, account: Account, environment: Mapping[str, str]) -> str:
    """``twinpane trust …`` up to the word ``add``, as it works in any folder, for this engine's certificates.

    They are its user's alone, below a folder that its environment names, and belong to the site folder that
    it was given: what the reader would not get by himself is said.
    """
    words = [*_program(account, environment), "trust", "--site", str(site.absolute())]
    state = root(environment)
    given = f"{VARIABLE}={shlex.quote(str(state))} " if state != root({"HOME": account.home}) else ""
    before = f"sudo -u {shlex.quote(account.name)} {'env ' if given else ''}" if account.of_service else ""
    return f"{before}{given}{shlex.join(words)}"


def _program(account: Account, environment: Mapping[str, str]) -> list[str]:
    script = Path(sysconfig.get_path("scripts"), _NAME)
    if not script.is_file():
        return [sys.executable, "-m", "hmi.app"]
    path = _SYSTEM_PATH if account.of_service else environment.get("PATH", "")
    found = shutil.which(_NAME, path=path)
    return [_NAME if found is not None and Path(found).samefile(script) else str(script)]
