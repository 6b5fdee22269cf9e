"""``twinpane export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hmi.export.export import Write


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--from", "begin", metavar="TIME", help="As 14:05:30 or 2026-11-20T14:05:30; else the begin.")
@click.option("--to", "end", metavar="TIME", help="Else the end of the recording.")
@click.option("--tags", metavar="NAME,NAME,…", default="", help="Only these tags; else all.")
@click.option(
    "--format", "kind", type=click.Choice(["csv", "parquet"]), help="Else as the output's name ends, or csv."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; else beside where you are, named as the recording.",
)
def command(
    file: Path, begin: str | None, end: str | None, tags: str, kind: str | None, output: Path | None
) -> None:
    """Write a recording's samples, of derived tags too, into a table for other programs.

    One row a sample: when it counts, the tag, its value and unit, its quality and status, the device's time
    and when it was received; before them the values that stood at the begin. An interrupted export leaves
    nothing. Parquet needs pyarrow: pip install 'twinpane[parquet]'.
    """
    from hmi.app.replay_moment import moment
    from hmi.export.export import UnknownTags, export
    from hmi.recorder.errors import RecordingError
    from hmi.recorder.reading import RecordingReader
    from hmi.replay.index import RecordingIndex

    ending = output.suffix.lower().lstrip(".") if output is not None else ""
    kind = kind or ("parquet" if ending in ("parquet", "pq") else "csv")
    path = Path(f"{file.stem}.{kind}") if output is None else output
    write = _writer(kind)
    try:
        with RecordingReader(file) as reader:
            index = RecordingIndex(reader)
            try:
                span = index.begin_utc, index.end_utc
                first = None if begin is None else moment(begin, *span)
                last = None if end is None else moment(end, *span)
            except ValueError as error:
                raise click.BadParameter(str(error), param_hint="--from, --to") from error
            if (first or span[0]) > (last or span[1]):
                raise click.BadParameter("expected a time that is not before --from", param_hint="--to")
            names = [each.strip() for each in tags.split(",") if each.strip()]
            progress = _Progress()
            count = export(reader, path, write, begin=first, end=last, tags=names, told=progress.tell)
            progress.end()
    except KeyboardInterrupt:
        raise click.ClickException(f"interrupted; {path} was not written") from None
    except (RecordingError, UnknownTags) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written ({error.strerror or error})") from error
    click.echo(f"{path}: {count} rows")


def _writer(kind: str) -> Write:
    if kind == "csv":
        from hmi.export.csv_file import write_csv

        return write_csv
    try:
        from hmi.export.parquet_file import write_parquet
    except ImportError as error:
        raise click.ClickException(
            "Parquet needs pyarrow, which is not installed: pip install 'twinpane[parquet]'"
        ) from error
    return write_parquet


class _Progress:
    """A line that is written over, where a person looks on."""

    def __init__(self) -> None:
        self._shown = -1
        self._on = sys.stderr.isatty()

    def tell(self, share: float) -> None:
        percent = int(share * 100)
        if self._on and percent != self._shown:
            self._shown = percent
            click.echo(f"\r{percent:3d} %", nl=False, err=True)

    def end(self) -> None:
        if self._on and self._shown >= 0:
            click.echo("\r      \r", nl=False, err=True)
