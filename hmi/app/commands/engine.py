"""``twinpane engine``."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hmi.app.options import endpoint_option, site_option

if TYPE_CHECKING:
    from hmi.engine.recording import Recording


@click.command()
@site_option
@endpoint_option
@click.option(
    "--simulated",
    is_flag=True,
    help="The --endpoint addresses are simulators of this computer: their OPC UA links are open.",
)
@click.option(
    "--managed",
    type=click.Choice(["panel", "service"]),
    default="service",
    show_default=True,
    help="Who restarts it when it ends: a panel may kill an engine that hangs only if it manages it.",
)
@click.option(
    "--linger", type=click.FloatRange(min=0), help="End this many seconds after the last panel left."
)
@click.option("--no-watch", is_flag=True, help="Read changed files on SIGHUP only, not when they are saved.")
@click.option(
    "--recordings",
    type=click.Path(path_type=Path, file_okay=False),
    help="Record into this folder. Else into that of the site below TWINPANE_STATE or the user's own.",
)
@click.option("--no-record", is_flag=True, help="Record nothing.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="Log to this file (bounded).")
def command(
    site: Path | None,
    endpoints: dict[str, str],
    simulated: bool,
    managed: str,
    linger: float | None,
    no_watch: bool,
    recordings: Path | None,
    no_record: bool,
    log: Path | None,
) -> None:
    """Run a site's engine until SIGTERM: acquisition, derived tags, recording, and the link for panels.

    Files of the site and its plugins are read again when they are saved, and on SIGHUP: screens, twins and
    texts change at once, tags and endpoints begin a new epoch, mistakes change nothing and are told.
    It listens on no network port.

    Exit code 70: it ended by a defect of its own. 75: its run directory was taken away, so that another
    engine may run by now. After both it may be started again at once.
    """
    from hmi.app import logs, run_folder, state_folder
    from hmi.app.run_alone import run_alone
    from hmi.app.site import locate, require_endpoints, resolve
    from hmi.app.trust_command import Account, trust_command
    from hmi.config.problems import ConfigurationError
    from hmi.engine.process import WATCH_EVERY, AlreadyRunning, EngineFault, EngineOptions
    from hmi.link.errors import LinkUnavailable
    from hmi.model.clock import SystemClock
    from hmi.sources.certificates.folder import CertificateFolder

    if log is None:
        logs.to_stderr()
    else:
        try:
            logs.to_file(log)
        except OSError as error:
            raise click.BadParameter(
                f"{log} cannot be written ({error.strerror}): expected a file in a folder that you may write",
                param_hint="--log",
            ) from error
    folder, model = locate(site)
    require_endpoints(model, endpoints, simulated=simulated)
    options = EngineOptions(
        site=model.id,
        directory=run_folder.of_site(model.id, folder),
        resolve=partial(resolve, folder, endpoints, simulated=simulated),
        managed=managed,
        linger=linger,
        watch=None if no_watch else WATCH_EVERY,
        certificates=CertificateFolder(
            state_folder.certificates(model.id), model.id, trust_command(folder, Account.own(), os.environ)
        ),
        recording=None if no_record else _recording(model.id, recordings),
    )
    try:
        asyncio.run(run_alone(options, folder, SystemClock()))
    except (AlreadyRunning, LinkUnavailable, ConfigurationError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except EngineFault as fault:
        click.echo(f"Error: {fault}", err=True)
        sys.exit(fault.code)


def _recording(site: str, folder: Path | None) -> Recording:
    from hmi.app import state_folder
    from hmi.engine.recording import Recording, RecordingFolders

    recordings = state_folder.recordings(site) if folder is None else folder.absolute()
    return Recording(RecordingFolders(recordings, state_folder.recording_key(site)), site)
