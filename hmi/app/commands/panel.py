"""``twinpane panel``."""

from __future__ import annotations

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
def command(
    site: Path | None,
    endpoints: dict[str, str],
    machine: str | None,
    screen: str | None,
    theme: str,
    language: str | None,
    fullscreen: bool,
    size: tuple[int, int] | None,
    seconds: float | None,
    screenshot: Path | None,
) -> None:
    """Open the operator panel of a site.

    Attaches to the site's engine, or starts one if none runs. A crash of the panel loses nothing: the
    engine goes on, and the next panel has the history again. Where the site's engine is a service, the panel
    attaches to it if it is run as the service's user, and never starts another; if the engine is another
    user's, the panel says so and ends with exit code 1.

    Exit code 70: the panel ended by a defect of its own and may be started again at once.
    """
    from hmi.app import logs, run_folder, spawn, state_folder
    from hmi.app.display import require_display
    from hmi.app.one_engine import starter
    from hmi.app.site import locate, require_endpoints, require_machine
    from hmi.app.supervisor import Supervisor
    from hmi.link.client import LinkClient
    from hmi.model.clock import SystemClock

    logs.to_stderr()
    folder, model = locate(site)
    require_machine(model, machine)
    require_endpoints(model, endpoints)
    require_display()
    directory = run_folder.of_site(model.id, folder)
    recordings = state_folder.recordings(model.id)
    start = partial(spawn.engine, directory, folder, endpoints, _LINGER, recordings=recordings)
    supervisor = Supervisor(directory, starter(model.id, folder, directory, start))
    supervisor.tick(SystemClock().now())  # the engine starts while Qt is loaded

    from hmi.ui.run import run_panel

    try:
        code = run_panel(
            partial(LinkClient.connect, directory),
            supervisor=supervisor,
            machine=machine,
            screen=screen,
            theme=theme,
            language=language,
            fullscreen=fullscreen,
            size=size,
            seconds=seconds,
            screenshot=screenshot,
        )
    except OSError as error:  # what run_panel says of a picture that could not be written
        raise click.ClickException(str(error)) from error
    sys.exit(code)
