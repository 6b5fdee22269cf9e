"""Finding and resolving a site for a command, with errors that a person can act on."""

from __future__ import annotations

from pathlib import Path

import click

from hmi.config.epoch import Epoch


class SiteError(click.ClickException, ValueError):
    """The site cannot be used; the message lists every problem."""


def load_site(site: Path | None, endpoints: dict[str, str]) -> Epoch:
    """The epoch of a site folder (None: the one found), with endpoint addresses overridden.

    Raises:
        SiteError: it is not there, or its own files are wrong.
    """
    raise NotImplementedError
