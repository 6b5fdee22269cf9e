"""Never two engines of a site on one computer, where a service, several users or several sessions have it.

In one run directory the lock sees to that. This is about the places that programs have by themselves: each
user's own (ADR 0007), and the service's. A run directory that somebody names (``TWINPANE_RUN``) is that
person's decision.
"""

from __future__ import annotations

import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path

from hmi.link.directory import run_directory
from hmi.link.errors import LinkUnavailable
from hmi.link.listening import Listening, elsewhere, listening, of_service


def in_the_way(site: str, folder: Path, directory: Path) -> Listening | None:
    """The engine of a site that keeps ``directory`` from getting one; None where there may be one."""
    if directory != run_directory(site, {}):
        return None
    return elsewhere(listening(site, folder), directory)


def why_not(site: str, other: Listening) -> str:
    """What to tell a person who wanted an engine beside ``other``."""
    return (
        f"the site {site} has an engine already, of the user {user_name(other.user)} ({other.directory}), "
        "and two must not talk to the same machines: run this as that user; if these are other machines, "
        "give this site another id, or name a run directory for it with TWINPANE_RUN"
    )


def starter(
    site: str, folder: Path, directory: Path, start: Callable[[], subprocess.Popen[bytes]]
) -> Callable[[], subprocess.Popen[bytes]]:
    """``start`` for a panel's supervisor; it raises `LinkUnavailable` where no panel may start an engine."""

    def started() -> subprocess.Popen[bytes]:
        if of_service(directory):
            raise LinkUnavailable(
                f"the engine of this site is a service ({directory}), which no panel starts: "
                f"systemctl status twinpane-engine@{directory.name}"
            )
        if other := in_the_way(site, folder, directory):
            raise LinkUnavailable(why_not(site, other))
        return start()

    return started


def user_name(user: int) -> str:
    """A user's name; the number where there is none."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"
