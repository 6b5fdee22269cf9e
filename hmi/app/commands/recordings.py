"""``twinpane recordings``."""

from __future__ import annotations

from pathlib import Path

import click

from hmi.app.options import site_option

_folder_option = click.option(
    "--recordings",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder of recordings. Else that of the site below TWINPANE_STATE or the user's own.",
)


@click.group()
def command() -> None:
    """List a site's recordings, and manage the key that signs them."""


@command.command("list")
@site_option
@_folder_option
def list_(site: Path | None, recordings: Path | None) -> None:
    """List the recordings of a site: machine, number, day, shift, size, and whether it is closed."""
    from hmi.app import state_folder
    from hmi.app.printable import printable
    from hmi.app.site import locate
    from hmi.recorder import kinds
    from hmi.recorder.errors import RecordingError
    from hmi.recorder.reading import RecordingReader
    from hmi.recorder.series import series

    folder = recordings or state_folder.recordings(locate(site)[1].id)
    paths = [path for machine in sorted(folder.glob("*")) for path in series(machine)]
    if not paths:
        raise click.ClickException(f"no recording in {folder}")
    for path in paths:
        try:
            with RecordingReader(path) as reader:
                header, last = reader.header(), reader.records(reader.last).records
                closed = bool(last) and last[-1].kind == kinds.END
                about = f"{header.machine:16} {header.number:6}  {header.day}  {header.shift:12}"
                state = "closed" if closed else "not closed"
        except RecordingError as error:
            about, state = f"{path.parent.name:16}", str(error)
        about, state = printable(about), printable(state)
        click.echo(f"{about}  {path.stat().st_size / 1e6:9.1f} MB  {state}  {path}")


@command.command()
@site_option
def key(site: Path | None) -> None:
    """Print the fingerprint of the key that signs a site's recordings, and of those before it.

    The first line is the present key's. The engine makes one at its first start.
    """
    from hmi.app import state_folder
    from hmi.app.site import locate
    from hmi.recorder.chain import fingerprint
    from hmi.recorder.errors import RecordingError
    from hmi.recorder.keys import known_keys

    folder = state_folder.recording_key(locate(site)[1].id)
    try:
        found = known_keys(folder)
    except RecordingError as error:
        raise click.ClickException(str(error)) from error
    if not found:
        raise click.ClickException(f"no key in {folder}: the site's engine makes one when it starts first")
    for each in found:
        click.echo(fingerprint(each))


@command.command("rotate-key")
@site_option
def rotate_key(site: Path | None) -> None:
    """Make another key. The engine signs with it from its next start on, in new files.

    The old private key is gone then; its fingerprint is kept, so that old recordings are known as this
    site's.
    """
    from hmi.app import state_folder
    from hmi.app.site import locate
    from hmi.recorder.errors import RecordingError
    from hmi.recorder.keys import rotate

    try:
        old, new = rotate(state_folder.recording_key(locate(site)[1].id))
    except RecordingError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"before: {old}\nnow:    {new}\nRestart the site's engine: it goes on in new files.")
