"""``twinpane bench``."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import click

from hmi.app.options import site_option


@click.group()
def command() -> None:
    """Measure the running program and print JSON.

    The figures are this machine's, at this moment: compare medians of several runs.
    """


@command.command()
@click.option("--tags", type=click.IntRange(8), default=1000, show_default=True, help="Tags that all change.")
@click.option(
    "--hz", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Changes per second of each."
)
@click.option(
    "--publish-ms", type=click.FloatRange(1), default=10.0, show_default=True, help="Publishing interval."
)
@click.option(
    "--seconds", type=click.FloatRange(1), default=15.0, show_default=True, help="How long to count."
)
@click.option("--pixel", is_flag=True, help="Also read the stamps off the real screen (needs an X display).")
@click.option("--json", "as_json", is_flag=True, help="JSON alone, on one line.")
def glass(tags: int, hz: float, publish_ms: float, seconds: float, pixel: bool, as_json: bool) -> None:
    """From a change in an OPC UA server to the paint, and with --pixel to the real screen pixel."""
    from hmi.app import logs
    from hmi.app.bench.glass import measure_glass

    logs.to_stderr()
    figures = measure_glass(tags, hz, publish_ms, seconds, pixel=pixel)
    _say(figures, as_json)


@command.command()
@click.option(
    "--changes",
    type=click.IntRange(1),
    multiple=True,
    default=(1, 100, 1000, 5000),
    show_default=True,
    help="Changes in a message; may be given more than once.",
)
@click.option(
    "--rounds", type=click.IntRange(1), default=20, show_default=True, help="How often each is decoded."
)
@click.option("--json", "as_json", is_flag=True, help="JSON alone, on one line.")
def decode(changes: tuple[int, ...], rounds: int, as_json: bool) -> None:
    """Decoding of OPC UA notifications, beside the library's own in the same run."""
    from hmi.app.bench.decode import measure_decode

    _say(measure_decode(changes, rounds), as_json)


@command.command()
@click.option("--tags", type=click.IntRange(8), default=2000, show_default=True, help="Tags that all change.")
@click.option(
    "--hz", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Changes per second of each."
)
@click.option(
    "--publish-ms", type=click.FloatRange(1), default=10.0, show_default=True, help="Publishing interval."
)
@click.option(
    "--seconds", type=click.FloatRange(1), default=10.0, show_default=True, help="How long to count."
)
@click.option("--json", "as_json", is_flag=True, help="JSON alone, on one line.")
def ingest(tags: int, hz: float, publish_ms: float, seconds: float, as_json: bool) -> None:
    """What an engine takes to receive many changes, beside the library's own client."""
    from hmi.app.bench.ingest import measure_ingest

    _say(measure_ingest(tags, hz, publish_ms, seconds), as_json)


@command.command()
@site_option
@click.option(
    "--seconds", type=click.FloatRange(0.5), default=2.0, show_default=True, help="Stay on a screen."
)
@click.option("--json", "as_json", is_flag=True, help="JSON alone, on one line.")
def panel(site: Path | None, seconds: float, as_json: bool) -> None:
    """A panel's start to its first live value, changes of screen, and frame times, on simulated machines."""
    from hmi.app.bench.panel import measure_panel

    _say(measure_panel(site, seconds), as_json)


def _say(figures: dict[str, Any], as_json: bool) -> None:
    figures["machine"] = f"{platform.machine()}, Python {platform.python_version()}"
    click.echo(json.dumps(figures, indent=None if as_json else 2))
