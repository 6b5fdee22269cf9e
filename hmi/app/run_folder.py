"""The run directory of a command, with errors that a person can act on."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import click

from hmi.link.directory import prepare, run_directory
from hmi.link.errors import LinkUnavailable
from hmi.link.throwaway import throwaway


def of_site(site: str) -> Path:
    """The run directory of a site, made if need be.

    Raises:
        click.ClickException: it cannot be made, or is not safe to use.
    """
    return _prepared(run_directory(site, os.environ))


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
