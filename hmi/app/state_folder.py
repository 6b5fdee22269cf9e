"""Where things lie that outlive a computer's start: keys, what is trusted, and recordings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "TWINPANE_STATE"


def certificates(site: str, environment: Mapping[str, str] | None = None) -> Path:
    """The folder of a site's certificates, below ``TWINPANE_STATE``, else the user's folder for state.

    That is ``$XDG_STATE_HOME/twinpane`` or ``~/.local/state/twinpane`` (XDG base directory specification, by
    which a relative path in the variable is invalid). ``environment`` defaults to the process's own.
    """
    environment = os.environ if environment is None else environment
    return root(environment) / site / "certificates"


def recordings(site: str, environment: Mapping[str, str] | None = None) -> Path:
    """The folder of a site's recordings, beside `certificates`."""
    return root(os.environ if environment is None else environment) / site / "recordings"


def recording_key(site: str, environment: Mapping[str, str] | None = None) -> Path:
    """The folder of the key that signs a site's recordings, beside `certificates`."""
    return root(os.environ if environment is None else environment) / site / "recording-key"


def root(environment: Mapping[str, str]) -> Path:
    """The folder below which each site has its own."""
    if chosen := environment.get(VARIABLE):
        return Path(chosen).absolute()
    given = environment.get("XDG_STATE_HOME", "")
    personal = Path(given) if given.startswith("/") else Path(environment.get("HOME", "/")) / ".local/state"
    return personal / "twinpane"
