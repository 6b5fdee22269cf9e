"""``twinpane panel``."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import click

from hmi.app.options import endpoint_option, panel_options, site_option

_LINGER = 60.0
"""Seconds that an engine outlives its last panel: a crashed panel finds its history again."""


@click.command()
@site_option
@endpoint_option
@panel_options
@click.option("--fullscreen", is_flag=True, help="Fill the screen, as on a panel at a machine.")
def command(
    site: Path | None,
    endpoints: dict[str, str],
    machine: str | None,
    screen: str | None,
    theme: str,
    language: str | None,
    seconds: float | None,
    screenshot: Path | None,
    fullscreen: bool,
) -> None:
    """Open the operator panel of a site.

    Attaches to the site's engine, or starts one if none runs. A crash of the panel loses nothing: the
    engine goes on, and the next panel has the history again.
    """
    from hmi.app import logs, spawn
    from hmi.app.site import locate
    from hmi.app.supervisor import Supervisor
    from hmi.link.client import LinkClient
    from hmi.link.directory import prepare, run_directory
    from hmi.link.errors import LinkUnavailable
    from hmi.model.clock import SystemClock

    logs.to_stderr()
    folder, model = locate(site)
    try:
        directory = prepare(run_directory(model.id, os.environ))
    except LinkUnavailable as error:
        raise click.ClickException(str(error)) from error
    supervisor = Supervisor(directory, partial(spawn.engine, directory, folder, endpoints, _LINGER))
    supervisor.tick(SystemClock().now())  # the engine starts while Qt is loaded

    from hmi.ui.run import run_panel

    sys.exit(
        run_panel(
            partial(LinkClient.connect, directory),
            supervisor=supervisor,
            machine=machine,
            screen=screen,
            theme=theme,
            language=language,
            fullscreen=fullscreen,
            seconds=seconds,
            screenshot=screenshot,
        )
    )
