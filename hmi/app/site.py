"""Finding and resolving a site for a command, with errors that a person can act on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import click

from hmi.config.lookup import NotFoundError, find_site
from hmi.config.problems import suggestion
from hmi.config.site import Site
from hmi.config.yaml_file import load
from hmi.machines.endpoints import override_endpoints
from hmi.machines.resolve import SITE, Resolution, resolve_site

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


def require_machine(model: Site, machine: str | None) -> None:
    """Accept None, or a machine that the site has.

    Raises:
        click.BadParameter: it has no such machine; the text names those that it has.
    """
    known = [each.id for each in model.machines]
    if machine is not None and machine not in known:
        near = suggestion(machine, known) or f", expected one of {', '.join(known)}"
        raise click.BadParameter(
            f"the site {model.id} has no machine {machine!r}{near}", param_hint="--machine"
        )


def require_endpoints(model: Site, endpoints: Mapping[str, str], *, simulated: bool = False) -> None:
    """Accept addresses that fit the site's endpoints, and are of simulators here if ``simulated``.

    Raises:
        click.BadParameter: there is no such endpoint, or an address does not fit its protocol.
    """
    try:
        override_endpoints(model, endpoints, simulated=simulated)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--endpoint") from None


def resolve(folder: Path, endpoints: Mapping[str, str], *, simulated: bool = False) -> Resolution:
    """A site folder's configuration; what was left out is logged, and is told in the epoch.

    ``simulated``: the other addresses in ``endpoints`` lead to simulators on this computer.

    Raises:
        ConfigurationError: the site's own files are wrong; all mistakes are listed.
        ValueError: an endpoint's other address fits nothing in it.
    """
    resolution = resolve_site(folder, endpoint_overrides=endpoints, simulated=simulated)
    for problem in resolution.problems:
        _log.warning("%s", problem)
    return resolution
