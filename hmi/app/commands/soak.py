"""``twinpane bench soak``."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

import click

from hmi.app.bench.stolen import ProcessorTimes


@click.command()
@click.option("--hours", type=click.FloatRange(0.005), default=1.0, show_default=True, help="How long.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of all that is random.")
@click.option(
    "--tags", type=click.IntRange(8), default=500, show_default=True, help="Tags of the load machine."
)
@click.option(
    "--hz", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Changes per second of each."
)
@click.option(
    "--publish-ms", type=click.FloatRange(1), default=20.0, show_default=True, help="Publishing interval."
)
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append a JSON line for each fault and each minute to this file; else to standard error.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON alone, on one line.")
def soak(
    hours: float, seed: int, tags: int, hz: float, publish_ms: float, log: Path | None, as_json: bool
) -> None:
    """The whole product for hours, with faults thrown in; every change is accounted for.

    Runs the demo site's machines and one load machine, an engine and the panel (needs a display). Exit
    code 1: a change is not accounted for, something did not come back, or a bound was passed; `failures`
    in the JSON says where.
    """
    from hmi.app import logs
    from hmi.app.bench.soak.run import Options, measure_soak

    logs.to_stderr()
    figures = measure_soak(Options(hours, seed, tags, hz, publish_ms, log))
    figures["machine"] = f"{platform.machine()}, Python {platform.python_version()}"
    figures["stolen_percent"] = ProcessorTimes.stolen_percent(
        click.get_current_context().find_object(ProcessorTimes)
    )
    click.echo(json.dumps(figures, indent=None if as_json else 2))
    if figures["failures"]:
        sys.exit(1)
