"""``twinpane replay``."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import FrameType

import click

from hmi.app.options import panel_options


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--at",
    metavar="TIME",
    help="Begin at this time of the recording: 14:05, 14:05:30 or 2026-11-20T14:05:30; else at its begin.",
)
@panel_options
@click.option("--serve", type=click.Path(path_type=Path, file_okay=False), hidden=True)
def command(
    file: Path,
    at: str | None,
    machine: str | None,
    screen: str | None,
    theme: str,
    language: str | None,
    fullscreen: bool,
    size: tuple[int, int] | None,
    seconds: float | None,
    screenshot: Path | None,
    serve: Path | None,
) -> None:
    """Open the panel on a recording: the same screens as live, with a bar that moves the time.

    FILE is one machine's recording of one shift. It needs no site folder, no plugin and no machine; nothing
    can be written to one from here. The file itself is not changed.
    """
    from hmi.app import logs
    from hmi.app.replay_moment import moment
    from hmi.recorder.errors import RecordingError
    from hmi.recorder.reading import RecordingReader
    from hmi.replay.index import RecordingIndex

    logs.to_stderr()
    try:
        with RecordingReader(file) as reader:
            index = RecordingIndex(reader)
    except RecordingError as error:
        raise click.ClickException(str(error)) from error
    try:
        begin = None if at is None else moment(at, index.begin_utc, index.end_utc)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--at") from error
    if serve is not None:
        _serve(file, serve, begin)
        return
    if machine not in (None, index.header.machine):
        raise click.BadParameter(f"this is a recording of {index.header.machine}", param_hint="--machine")
    from hmi.app import run_folder, spawn
    from hmi.app.display import require_display
    from hmi.app.supervisor import Supervisor
    from hmi.link.client import LinkClient
    from hmi.model.clock import SystemClock

    signal.signal(signal.SIGTERM, _interrupt)  # until the panel has its own
    require_display()
    with ExitStack() as running:
        directory = run_folder.of_this_run(running, "replay")
        supervisor = Supervisor(directory, partial(spawn.replay, directory, file.absolute(), begin))
        running.callback(supervisor.stop, 5.0)
        supervisor.tick(SystemClock().now())  # it opens the file while Qt is loaded

        from hmi.ui.run import run_panel

        try:
            code = run_panel(
                partial(LinkClient.connect, directory),
                supervisor=supervisor,
                machine=index.header.machine,
                screen=screen or "machine",
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


def _serve(file: Path, directory: Path, begin: int | None) -> None:
    from hmi.link.errors import LinkUnavailable
    from hmi.model.clock import SystemClock
    from hmi.recorder.errors import RecordingError
    from hmi.replay.process import AlreadyRunning, ReplayOptions, run_replay

    try:
        asyncio.run(run_replay(ReplayOptions(file, directory, begin), SystemClock()))
    except (AlreadyRunning, LinkUnavailable, RecordingError) as error:
        raise click.ClickException(str(error)) from error


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
