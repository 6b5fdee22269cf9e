"""``python -m hmi.app.bench.tour``: a panel that is led through its screens, for ``bench panel``.

Starts as ``twinpane panel`` does, the engine first, and prints one JSON line at the end.
"""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hmi.app import logs, spawn
from hmi.app.options import endpoint_option, site_option
from hmi.app.site import locate
from hmi.app.supervisor import Supervisor
from hmi.link.directory import prepare, run_directory
from hmi.model.clock import SystemClock

if TYPE_CHECKING:
    from hmi.app.bench.led_panel import Tour
    from hmi.ui.panel import PanelConnection
    from hmi.ui.window import PanelWindow


@click.command()
@site_option
@endpoint_option
@click.option("--seconds", type=float, default=2.0, help="How long each screen stays.")
def main(site: Path | None, endpoints: dict[str, str], seconds: float) -> None:
    """Open a panel and lead it."""
    logs.to_stderr()
    folder, model = locate(site)
    directory = prepare(run_directory(model.id, os.environ))
    supervisor = Supervisor(directory, partial(spawn.engine, directory, folder, endpoints, 2.0))
    supervisor.tick(SystemClock().now())  # the engine starts while Qt is loaded

    from hmi.app.bench.led_panel import Tour
    from hmi.link.client import LinkClient
    from hmi.ui.run import run_panel

    tours: list[Tour] = []

    def begin(connection: PanelConnection, window: PanelWindow) -> None:
        tours.append(Tour(connection, window, seconds))

    try:
        run_panel(partial(LinkClient.connect, directory), supervisor=supervisor, seconds=120.0, started=begin)
    finally:
        supervisor.stop(5.0)
    click.echo(json.dumps(tours[0].report()))


if __name__ == "__main__":
    main()
