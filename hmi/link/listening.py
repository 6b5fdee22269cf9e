"""Which engines listen on this computer, also where this user may not look.

The lock keeps a second engine out of one run directory. Two users, or a service and a person, have two. The
kernel lists every Unix socket of the network namespace with its path, for everybody (proc(5),
/proc/net/unix): enough to notice an engine, and nothing has to be opened for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hmi.link.directory import SOCKET, run_directory

SERVICES: Final = Path("/run/twinpane")
"""Where the systemd unit has the run directories of services, each named as its site's folder."""

_TABLE: Final = Path("/proc/self/net/unix")
_LISTENS: Final = 0x10000
"""__SO_ACCEPTCON among a socket's flags (linux/net.h)."""

_LINE: Final = re.compile(
    r"[0-9a-f]+: [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) [0-9A-F]{4} [0-9A-F]{2} +[0-9]+ (/.+)"
)
"""Number, references, protocol, flags, type, state, inode, path; a path may hold anything, line ends too."""

_OF_USER: Final = re.compile(r"twinpane-([0-9]{1,10})")


@dataclass(frozen=True, slots=True)
class Listening:
    """An engine's run directory, and whose it is: the user's id."""

    directory: Path
    user: int

    @property
    def of_service(self) -> bool:
        """Whether a service manager made the directory, and starts the engine."""
        return of_service(self.directory)


def of_service(directory: Path) -> bool:
    """Whether only a service manager makes this run directory, so that nobody else starts an engine there."""
    return directory.parent == SERVICES


def listening(site: str, folder: Path, table: str | None = None) -> list[Listening]:
    """The engines of a site in the places that they have by themselves, services first.

    ``folder`` is the site folder: a service has its name. An engine whose run directory somebody chose
    (``TWINPANE_RUN``) is not among them: it is not known to be of this site. ``table`` is what the kernel
    lists; None: asked for now.
    """
    found = []
    for directory in _directories(_read() if table is None else table):
        user = _OF_USER.fullmatch(directory.parent.name)
        if of_service(directory) and directory.name in (site, folder.name):
            owner = _owner(directory)
            if owner is not None:
                found.append(Listening(directory, owner))
        elif user is not None and directory == run_directory(site, {}, user=int(user[1])):
            found.append(Listening(directory, int(user[1])))
    return sorted(found, key=lambda each: (not each.of_service, each.user))


def elsewhere(engines: Collection[Listening], own: Path) -> Listening | None:
    """The first of ``engines`` in another run directory than ``own``."""
    return next((each for each in engines if each.directory != own), None)


def _read() -> str:
    try:
        return _TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # not Linux, or a sandbox that hides it: nothing is known then
        return ""


def _directories(table: str) -> Iterator[Path]:
    for line in table.split("\n"):
        found = _LINE.fullmatch(line)
        if found is not None and int(found[1], 16) & _LISTENS:
            path = Path(found[2])
            if path.name == SOCKET:
                yield path.parent


def _owner(directory: Path) -> int | None:
    try:
        return directory.stat().st_uid
    except OSError:  # it goes right now, or never was one
        return None
