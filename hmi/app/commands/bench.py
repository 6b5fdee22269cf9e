"""``twinpane bench``."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from hmi.app.bench.stolen import ProcessorTimes
from hmi.app.commands.soak import soak
from hmi.app.options import site_option

F = TypeVar("F", bound=Callable[..., object])


def _number(name: str, low: float, default: float, text: str) -> Callable[[F], F]:
    return click.option(name, type=click.FloatRange(low), default=default, show_default=True, help=text)


def _count(name: str, low: int, default: int, text: str) -> Callable[[F], F]:
    return click.option(name, type=click.IntRange(low), default=default, show_default=True, help=text)


_hz = _number("--hz", 0.1, 10.0, "Changes per second of each.")
_publish_ms = _number("--publish-ms", 1, 10.0, "Publishing interval.")
_warm_up = _number("--warm-up", 0, 4.0, "Seconds before anything is counted.")
_pixel = click.option(
    "--pixel", is_flag=True, help="Also read the stamps off the real screen (needs an X display)."
)
_json = click.option("--json", "as_json", is_flag=True, help="JSON alone, on one line.")


@click.group()
@click.pass_context
def command(context: click.Context) -> None:
    """Measure the running program and print JSON.

    The figures are this machine's, at this moment: compare medians of several runs.
    """
    context.obj = ProcessorTimes.now()


command.add_command(soak)


@command.command()
@_count("--tags", 8, 1000, "Tags that all change.")
@_hz
@_publish_ms
@_number("--seconds", 1, 15.0, "How long to count.")
@_warm_up
@_pixel
@click.option("--no-baseline", is_flag=True, help="Leave the library's own client out.")
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Record into this folder meanwhile, and measure once more without.",
)
@_json
def glass(
    tags: int,
    hz: float,
    publish_ms: float,
    seconds: float,
    warm_up: float,
    pixel: bool,
    no_baseline: bool,
    record: Path | None,
    as_json: bool,
) -> None:
    """From a change in an OPC UA server to the paint, and with --pixel to the real screen pixel."""
    from hmi.app import logs
    from hmi.app.bench.glass import measure_glass
    from hmi.app.bench.opcua_load import OpcUaLoad

    logs.to_stderr()
    load = OpcUaLoad(tags, hz, publish_ms)
    recordings = None if record is None else record.absolute()
    figures = measure_glass(
        load, seconds, warm_up, pixel=pixel, baseline=not no_baseline, recordings=recordings
    )
    _say(figures, as_json)


@command.command()
@_count("--registers", 11, 500, "Registers that all change; the first four are the encoder.")
@_number("--hz", 0.1, 10.0, "Changes per second.")
@_number("--poll-ms", 1, 20.0, "Polling interval.")
@click.option(
    "--pipeline", type=click.IntRange(1, 16), default=1, show_default=True, help="Reads under way at once."
)
@_number("--seconds", 1, 15.0, "How long to count.")
@_warm_up
@_pixel
@_json
def modbus(
    registers: int,
    hz: float,
    poll_ms: float,
    pipeline: int,
    seconds: float,
    warm_up: float,
    pixel: bool,
    as_json: bool,
) -> None:
    """From an encoder in a Modbus TCP device to the paint and the pixel; decoding beside the library's."""
    from hmi.app import logs
    from hmi.app.bench.modbus import ModbusLoad, measure_modbus

    logs.to_stderr()
    _say(measure_modbus(ModbusLoad(registers, hz, poll_ms, pipeline), seconds, warm_up, pixel=pixel), as_json)


@command.command()
@_count("--tags", 8, 2000, "Tags that all change while the engine is loaded.")
@_hz
@_publish_ms
@_number("--seconds", 1, 30.0, "How long to count, with a loaded and with an idle engine.")
@_warm_up
@_json
def frame(tags: int, hz: float, publish_ms: float, seconds: float, warm_up: float, as_json: bool) -> None:
    """Frame times of the Machine screen with a loaded engine, beside those with an idle one."""
    from hmi.app import logs
    from hmi.app.bench.frame import measure_frame
    from hmi.app.bench.opcua_load import OpcUaLoad

    logs.to_stderr()
    _say(measure_frame(OpcUaLoad(tags, hz, publish_ms), seconds, warm_up), as_json)


@command.command()
@_count("--tags", 1, 2000, "Tags of the table.")
@click.option(
    "--hz",
    "rates",
    type=click.FloatRange(1),
    multiple=True,
    default=(60.0, 1000.0),
    show_default=True,
    help="States per second; may be given more than once.",
)
@_number("--seconds", 0.5, 10.0, "How long each way is measured at each rate.")
@_json
def link(tags: int, rates: tuple[float, ...], seconds: float, as_json: bool) -> None:
    """From the engine's write to a whole state in another process, beside a queue and a socket."""
    from hmi.app.bench.link import measure_link

    _say(measure_link(tags, rates, seconds), as_json)


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
@_json
def decode(changes: tuple[int, ...], rounds: int, as_json: bool) -> None:
    """Decoding of OPC UA notifications, beside the library's own in the same run."""
    from hmi.app.bench.decode import measure_decode

    _say(measure_decode(changes, rounds), as_json)


@command.command()
@_count("--tags", 8, 2000, "Tags that all change.")
@_hz
@_publish_ms
@_number("--seconds", 1, 10.0, "How long to count.")
@_warm_up
@_json
def ingest(tags: int, hz: float, publish_ms: float, seconds: float, warm_up: float, as_json: bool) -> None:
    """What an engine takes to receive many changes, beside the library's own client."""
    from hmi.app.bench.ingest import measure_ingest

    _say(measure_ingest(tags, hz, publish_ms, seconds, warm_up), as_json)


@command.command()
@_count("--tags", 2, 2000, "Tags that all change.")
@_number("--seconds", 0.1, 10.0, "How long to record.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="On the disk that is meant. Else the folder for temporary files.",
)
@_json
def record(tags: int, seconds: float, folder: Path | None, as_json: bool) -> None:
    """How much the recorder takes in, every commit on the disk, and how fast that is verified."""
    from hmi.app.bench.record import measure_record

    _say(measure_record(tags, seconds, folder), as_json)


_minutes = _number("--minutes", 0.01, 10.0, "How long the shift is that is recorded first.")
_folder = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="On the disk that is meant. Else the folder for temporary files.",
)


@command.command()
@_count("--tags", 2, 2000, "Tags that all change ten times a second.")
@_minutes
@_count("--seeks", 1, 100, "Jumps to moments anywhere.")
@_folder
@_json
def seek(tags: int, minutes: float, seeks: int, folder: Path | None, as_json: bool) -> None:
    """How soon a recording opens, and how soon it shows the whole machine at any moment."""
    from hmi.app.bench.replay import measure_seek

    _say(measure_seek(tags, minutes, seeks, folder), as_json)


@command.command()
@_count("--tags", 2, 2000, "Tags that all change ten times a second.")
@_minutes
@_folder
@_json
def trend(tags: int, minutes: float, folder: Path | None, as_json: bool) -> None:
    """How soon a recording gives the trend of one tag over all of its time."""
    from hmi.app.bench.replay import measure_trend

    _say(measure_trend(tags, minutes, folder), as_json)


@command.command()
@_count("--tags", 2, 2000, "Tags that all change ten times a second.")
@_minutes
@_folder
@_json
def replay(tags: int, minutes: float, folder: Path | None, as_json: bool) -> None:
    """How many times as fast as it was a recording is played, with everything evaluated."""
    from hmi.app.bench.replay import measure_replay

    _say(measure_replay(tags, minutes, folder), as_json)


@command.command()
@site_option
@_number("--seconds", 0.5, 2.0, "Stay on a screen.")
@_json
def panel(site: Path | None, seconds: float, as_json: bool) -> None:
    """A panel's start to its first live value, changes of screen, and frame times, on simulated machines."""
    from hmi.app.bench.panel import measure_panel

    _say(measure_panel(site, seconds), as_json)


def _say(figures: dict[str, Any], as_json: bool) -> None:
    figures["machine"] = f"{platform.machine()}, Python {platform.python_version()}"
    begun = click.get_current_context().find_object(ProcessorTimes)
    figures["stolen_percent"] = ProcessorTimes.stolen_percent(begun)
    click.echo(json.dumps(figures, indent=None if as_json else 2))
