"""``twinpane demo``."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import FrameType

import click

from hmi.app.options import panel_options, site_option


@click.command()
@site_option
@panel_options
def command(
    site: Path | None,
    machine: str | None,
    screen: str | None,
    theme: str,
    language: str | None,
    seconds: float | None,
    screenshot: Path | None,
) -> None:
    """Open the panel on the demo site: simulated machines behind real protocol servers on loopback.

    Starts a simulator for every machine of the site whose type ships one, on free ports, then an engine
    and the panel; ends all of them when the panel closes.
    """
    from hmi.app import logs, spawn
    from hmi.app.site import locate
    from hmi.app.supervisor import Supervisor
    from hmi.link.client import LinkClient
    from hmi.link.directory import prepare, run_directory
    from hmi.model.clock import SystemClock

    logs.to_stderr()
    signal.signal(signal.SIGTERM, _interrupt)  # until the panel has its own
    folder, model = locate(site)
    if machine is not None and machine not in {each.id for each in model.machines}:
        known = ", ".join(each.id for each in model.machines)
        raise click.ClickException(f"no machine {machine!r} in site {model.id!r}; it has {known}")
    with ExitStack() as running:
        endpoints = spawn.simulators(running, model)
        for name, address in endpoints.items():
            click.echo(f"starting the simulator of {name} at {address}")
        click.echo("opening the panel; the machines come up within some seconds")
        # A folder of its own: a demo must never meet the engine of a real site on the same computer.
        parent = run_directory("demo", os.environ).parent
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory = prepare(
            Path(running.enter_context(tempfile.TemporaryDirectory(prefix="demo-", dir=parent)))
        )
        supervisor = Supervisor(directory, partial(spawn.engine, directory, folder, endpoints, 5.0))
        running.callback(supervisor.stop, 5.0)
        supervisor.tick(SystemClock().now())  # the engine starts while Qt is loaded

        from hmi.ui.run import run_panel

        code = run_panel(
            partial(LinkClient.connect, directory),
            supervisor=supervisor,
            machine=machine,
            screen=screen or ("machine" if machine else None),
            theme=theme,
            language=language,
            fullscreen=False,
            seconds=seconds,
            screenshot=screenshot,
        )
    sys.exit(code)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
