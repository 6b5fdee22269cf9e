"""Where a site folder and the common screens are found.

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

import hmi


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

    def candidates(self, name: str, shipped: str) -> list[Path]:
        """Folders in the order of preference: ``name`` in configurations, ``shipped`` with the product."""
        folders = self.configuration
        if folders is None:
            folders = _configuration_folders(self.environment)
        return [
            *(folder / name for folder in folders),
            self.package / "_data" / shipped,
            self.package.parent / shipped,
        ]


def find_site(given: Path | None = None, places: Places | None = None) -> Path:
    """The site folder, the one with ``site.yaml``; see the module for the order.

    Raises:
        NotFoundError: there is none; a folder that was named must be one, others are not tried then.
    """
    return _find(given, places or Places(), "site", "tags/demo", "site.yaml")


def find_screens(given: Path | None = None, places: Places | None = None) -> Path:
    """The folder of the screens that any machine can use; see the module for the order.

    Raises:
        NotFoundError: as in `find_site`.
    """
    return _find(given, places or Places(), "screens", "screens", None)


def _find(given: Path | None, places: Places, name: str, shipped: str, file: str | None) -> Path:
    def fits(folder: Path) -> bool:
        try:
            return (folder / file).is_file() if file else folder.is_dir()
        except OSError:  # not for this user to look into, or no name that a file can have
            return False

    variable = f"TWINPANE_{name.upper()}"
    named = [(f"--{name}", given)] if given is not None else []
    if places.environment.get(variable):
        named.append((variable, Path(places.environment[variable])))
    wanted = f"a folder with {file}" if file else "a folder"
    if named:
        origin, folder = named[0]
        if fits(folder):
            return folder
        raise NotFoundError(f"{origin} names {folder}, expected {wanted}")
    candidates = places.candidates(name, shipped)
    for folder in candidates:
        if fits(folder):
            return folder
    looked = ", ".join(map(str, candidates))
    raise NotFoundError(
        f"found no {name} in {looked}: expected {wanted}, or name one by --{name} or {variable}"
    )
