"""``python -m hmi.app.bench.soak.panel``: the panel as it ships, which says twice a second how it is.

It ends with its standard input, so that no panel is left where the soak is killed.
"""

from __future__ import annotations

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
    from hmi.ui.panel import PanelConnection
    from hmi.ui.window import PanelWindow


@click.command()
@site_option
@endpoint_option
@click.option("--seconds", type=float, required=True, help="End after so long.")
def main(site: Path | None, endpoints: dict[str, str], seconds: float) -> None:
    """Open a panel that tells how it is."""
    logs.to_stderr()
    folder, model = locate(site)
    directory = prepare(run_directory(model.id, os.environ))
    supervisor = Supervisor(directory, partial(spawn.engine, directory, folder, endpoints, 60.0))
    supervisor.tick(SystemClock().now())  # the engine starts while Qt is loaded

    from hmi.app.bench.soak.telling import Telling
    from hmi.link.client import LinkClient
    from hmi.ui.run import run_panel

    telling: list[Telling] = []

    def begin(connection: PanelConnection, window: PanelWindow) -> None:
        telling.append(Telling(connection, window, supervisor))

    try:
        run_panel(
            partial(LinkClient.connect, directory), supervisor=supervisor, seconds=seconds, started=begin
        )
    finally:
        supervisor.stop(5.0)


if __name__ == "__main__":
    main()
