"""The run directory of a command, with errors that a person can act on."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import click

from hmi.app.one_engine import in_the_way, why_not
from hmi.link.directory import prepare, run_directory
from hmi.link.errors import LinkUnavailable
from hmi.link.listening import of_service
from hmi.link.throwaway import throwaway


def of_site(site: str, folder: Path) -> Path:
    """The run directory of a site, made if need be; ``folder`` is the site's.

    It is the one of the site's service where that runs as this user. That of a service which does not run
    now is not there, and is the service manager's to make.

    Raises:
        click.ClickException: it cannot be made, is not safe to use, or another user has the site's engine.
    """
    directory = run_directory(site, os.environ)
    if other := in_the_way(site, folder, directory):
        if other.user != os.getuid():
            raise click.ClickException(why_not(site, other))
        directory = other.directory
    return directory if of_service(directory) and not directory.exists() else _prepared(directory)


def of_this_run(running: ExitStack, kind: str) -> Path:
    """A new run directory that goes when ``running`` is closed: no other engine is met in it.

    Those of former runs that were killed are removed.

    Raises:
        click.ClickException: it cannot be made.
    """
    parent = run_directory(kind, os.environ).parent
    try:
        return _prepared(running.enter_context(throwaway(parent, kind)))
    except LinkUnavailable as error:
        raise click.ClickException(str(error)) from error


def _prepared(directory: Path) -> Path:
    try:
        return prepare(directory)
    except LinkUnavailable as error:
        raise click.ClickException(str(error)) from error
