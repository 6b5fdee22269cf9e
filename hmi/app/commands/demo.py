"""``twinpane demo``."""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import FrameType

import click

from hmi.app.options import panel_options, site_option


@click.command()
@site_option
@panel_options
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Leave the recordings in this folder. Else they go when the demo ends.",
)
def command(
    site: Path | None,
    machine: str | None,
    screen: str | None,
    theme: str,
    language: str | None,
    fullscreen: bool,
    size: tuple[int, int] | None,
    seconds: float | None,
    screenshot: Path | None,
    record: Path | None,
) -> None:
    """Open the panel on the demo site: simulated machines behind real protocol servers on loopback.

    Starts a simulator for every machine of the site whose type ships one, on free ports, then an engine
    and the panel; ends all of them when the panel closes. Simulators have no certificates: where the site
    secures a link, the demo's is open, and the panel shows the open lock.

    It needs a display: without one it starts nothing, says so and ends with exit code 1. `packaging/demo`
    of a checkout brings a virtual screen then, and leaves a picture.

    Exit code 70: the panel ended by a defect of its own.
    """
    from hmi.app import logs, run_folder, spawn
    from hmi.app.display import require_display
    from hmi.app.site import locate, require_machine
    from hmi.app.supervisor import Supervisor
    from hmi.link.client import LinkClient
    from hmi.model.clock import SystemClock

    logs.to_stderr()
    signal.signal(signal.SIGTERM, _interrupt)  # until the panel has its own
    folder, model = locate(site)
    require_machine(model, machine)
    require_display()
    with ExitStack() as running:
        # A folder of its own: a demo must never meet the engine of a real site on the same computer.
        directory = run_folder.of_this_run(running, "demo")
        endpoints = spawn.simulators(running, model)
        for name, address in endpoints.items():
            click.echo(f"starting the simulator of {name} at {address}")
        click.echo("opening the panel; the machines come up within some seconds")
        recordings = directory / "recordings" if record is None else record.absolute()
        start = partial(
            spawn.engine, directory, folder, endpoints, 5.0, recordings=recordings, simulated=True
        )
        supervisor = Supervisor(directory, start)
        running.callback(supervisor.stop, 5.0)
        supervisor.tick(SystemClock().now())  # the engine starts while Qt is loaded

        from hmi.ui.run import run_panel

        try:
            code = run_panel(
                partial(LinkClient.connect, directory),
                supervisor=supervisor,
                machine=machine,
                screen=screen or ("machine" if machine else None),
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


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
