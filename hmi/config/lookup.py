"""Where the site folder is found.

In this order: what the caller was given (``--site``), the environment variable, the person's and the
computer's configuration folder, the copy in the installed package, the root of the repository (editable
installs do not see the package's copy).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import hmi

_VARIABLE: Final = "TWINPANE_SITE"
_SHIPPED: Final = Path("tags/demo")
_FILE: Final = "site.yaml"


class NotFoundError(LookupError):
    """No such folder; the text says where it was looked for and what to do."""


def _configuration_folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    if sys.platform == "win32":
        named = (environment.get("APPDATA"), environment.get("PROGRAMDATA"))
        return tuple(Path(folder) / "twinpane" for folder in named if folder)
    # XDG base directory specification: relative paths in the variable are invalid.
    given = environment.get("XDG_CONFIG_HOME", "")
    personal = Path(given) if given.startswith("/") else Path(environment.get("HOME", "/")) / ".config"
    return personal / "twinpane", Path("/etc/twinpane")


@dataclass(frozen=True, slots=True)
class Places:
    """The surroundings of a lookup; the defaults are those of this process."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    configuration: tuple[Path, ...] | None = None
    package: Path = field(default_factory=lambda: Path(hmi.__file__).parent)

    def candidates(self) -> list[Path]:
        """Folders in the order of preference: in configurations, then those shipped with the product."""
        folders = self.configuration
        if folders is None:
            folders = _configuration_folders(self.environment)
        return [
            *(folder / "site" for folder in folders),
            self.package / "_data" / _SHIPPED,
            self.package.parent / _SHIPPED,
        ]


def find_site(given: Path | None = None, places: Places | None = None) -> Path:
    """The site folder, the one with ``site.yaml``; see the module for the order.

    Raises:
        NotFoundError: there is none; a folder that was named must be one, others are not tried then.
    """
    places = places or Places()
    named = [("--site", given)] if given is not None else []
    if places.environment.get(_VARIABLE):
        named.append((_VARIABLE, Path(places.environment[_VARIABLE])))
    if named:
        origin, folder = named[0]
        if _is_site(folder):
            return folder
        raise NotFoundError(f"{origin} names {folder}, expected a folder with {_FILE}")
    candidates = places.candidates()
    for folder in candidates:
        if _is_site(folder):
            return folder
    looked = ", ".join(map(str, candidates))
    raise NotFoundError(
        f"found no site in {looked}: expected a folder with {_FILE}, or name one by --site or {_VARIABLE}"
    )


def _is_site(folder: Path) -> bool:
    try:
        return (folder / _FILE).is_file()
    except OSError:  # not for this user to look into, or no name that a file can have
        return False
