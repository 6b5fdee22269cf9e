"""Finding and resolving a site for a command, with errors that a person can act on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import click

from hmi.config.epoch import Epoch
from hmi.config.lookup import NotFoundError, find_site
from hmi.config.problems import ConfigurationError
from hmi.config.site import Site
from hmi.config.yaml_file import load
from hmi.machines.resolve import SITE, resolve_site

_log = logging.getLogger(__name__)


def locate(site: Path | None) -> tuple[Path, Site]:
    """The site folder (None: the one found) and what its site.yaml says.

    Raises:
        click.ClickException: it is not there, or its site.yaml is wrong; all mistakes are listed.
    """
    try:
        folder = find_site(site)
    except NotFoundError as error:
        raise click.ClickException(str(error)) from error
    loaded = load(folder / SITE, Site, "site")
    if loaded.model is None:
        raise click.ClickException("\n".join(map(str, loaded.problems)))
    return folder, loaded.model


def resolve(folder: Path, endpoints: Mapping[str, str]) -> Epoch:
    """The epoch of a site folder; what was put into quarantine is logged, and is in the epoch.

    Raises:
        ValueError: the site's own files are wrong; all mistakes are listed.
    """
    try:
        resolution = resolve_site(folder, endpoint_overrides=endpoints)
    except ConfigurationError as error:
        raise ValueError(str(error)) from error
    for problem in resolution.problems:
        _log.warning("%s", problem)
    return resolution.epoch
