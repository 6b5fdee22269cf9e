"""``twinpane excerpt``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hmi.model.clock import SECOND


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--at", required=True, metavar="TIME", help="As 14:05:30 or 2026-11-20T14:05:30.")
@click.option(
    "--minutes",
    type=click.FloatRange(min=0.1, max=1440),
    default=5.0,
    show_default=True,
    help="So many before and behind it.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; else incident_MACHINE_DATE_TIME.twinpane where you are.",
)
def command(file: Path, at: str, minutes: float, output: Path | None) -> None:
    """Write some minutes of a recording as a recording of its own, to hand over.

    It holds what the recording holds of them, byte by byte, with the configuration, and proves as much:
    `twinpane verify` checks it, `twinpane replay` opens it with no machine, site folder or plugin. It begins
    with the last state that was kept before, and ends with the next signature.

    Exit code 1: it could not be written, or the recording was touched there.
    """
    from hmi.app.replay_moment import moment
    from hmi.app.verify_report import as_text
    from hmi.export.excerpt import excerpt
    from hmi.recorder.errors import RecordingError
    from hmi.recorder.layout import SUFFIX
    from hmi.recorder.reading import RecordingReader
    from hmi.recorder.verify import TOUCHED, verify_file
    from hmi.replay.index import RecordingIndex

    try:
        with RecordingReader(file) as reader:
            index = RecordingIndex(reader)
            try:
                middle = moment(at, index.begin_utc, index.end_utc)
            except ValueError as error:
                raise click.BadParameter(str(error), param_hint="--at") from error
            around = round(minutes * 60 * SECOND)
            if middle + around < index.begin_utc or middle - around > index.end_utc:
                raise click.BadParameter("that is not in the recording", param_hint="--at")
            path = Path(_name(index.header.machine, middle, SUFFIX)) if output is None else output
            excerpt(reader, path, middle - around, middle + around)
    except RecordingError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(str(error)) from error
    found = verify_file(path)
    click.echo(as_text([found], (), frozenset()))
    sys.exit(TOUCHED if found.findings else 0)


def _name(machine: str, utc: int, suffix: str) -> str:
    from datetime import datetime

    when = datetime.fromtimestamp(utc // SECOND).astimezone()
    return f"incident_{machine}_{when:%Y-%m-%d_%H%M%S}{suffix}"
