"""A panel with an engine of its own over a bench's site, and if wanted somebody who looks at the pixels."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from hmi.app import spawn
from hmi.app.bench.children import Child
from hmi.app.bench.figures import share, spread
from hmi.app.bench.load_site import MACHINE
from hmi.app.bench.panel_watch import PanelWatch, Seen, Watched
from hmi.app.supervisor import Supervisor
from hmi.link.client import LinkClient
from hmi.ui.panel import PanelConnection
from hmi.ui.run import run_panel
from hmi.ui.stamp_code import UNITS_PER_SECOND
from hmi.ui.window import PanelWindow

_LIVE_WITHIN: Final = 90.0
"""Seconds in which the values have to become live: on a busy computer with thousands of tags, that lasts."""

_LINGER: Final = 5.0

_STAMP_MS: Final = 1000 / UNITS_PER_SECOND
"""A time between two of the probe's stamps is right to within so much."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """What the probe saw (`hmi.ui.pixel_probe`); ``looks`` and how many of them were unreadable."""

    stamps: list[int]
    latencies_ms: list[float]
    absent_ms: list[float]
    looks: int
    unreadable: int


def watch_panel(
    running: ExitStack, directory: Path, site: Path, watched: Watched
) -> tuple[Seen, Pixels | None]:
    """Open the panel on the Machine screen and watch it; its engine runs until ``running`` is closed.

    Raises:
        click.ClickException: the panel, its engine or the values did not come to life.
    """
    supervisor = Supervisor(directory, partial(spawn.engine, directory, site, {}, _LINGER))
    running.callback(supervisor.stop, 5.0)
    watches: list[PanelWatch] = []
    probes: list[Child] = []

    def live() -> None:
        if watched.pixel:
            options = {"delay": watched.warm_up, "seconds": watched.seconds}
            probes.append(Child(running, "hmi.ui.pixel_probe", **options))

    def started(connection: PanelConnection, window: PanelWindow) -> None:
        window.move(0, 0)
        watches.append(PanelWatch(connection, window, watched, live))

    code = run_panel(
        partial(LinkClient.connect, directory),
        supervisor=supervisor,
        machine=MACHINE,
        screen="machine",
        seconds=_LIVE_WITHIN + watched.warm_up + watched.seconds,
        started=started,
    )
    if code != 0 or not watches or not watches[0].seen.ended:
        raise click.ClickException(_why(code, supervisor))
    return watches[0].seen, Pixels(**probes[0].said()) if probes else None


def _why(code: int, supervisor: Supervisor) -> str:
    if (ended := supervisor.last_exit) is not None:
        return f"the engine ended with code {ended.code}: {' / '.join(ended.said) or 'it said nothing'}"
    if code != 0:
        return f"the panel ended with code {code}"
    return f"the panel was closed, or its values were not live within {_LIVE_WITHIN:g} s"


def held(seen: Seen) -> dict[str, Any]:
    """In how many paints the counted bound was not less than the truth, and by how much it was more (ms)."""
    slack = [bound - truth for bound, truth in zip(seen.bounds_ms, seen.truths_ms, strict=True)]
    return {"share": share([each >= 0 for each in slack]), "slack_ms": spread(slack)}


def held_at_pixel(seen: Seen, pixels: Pixels) -> dict[str, Any]:
    """The same from outside, for the stamps that the probe saw.

    ``share``    the bound was not less than the time to the look that found the stamp, the probe's own
                 time included
    ``refuted``  share of those whose bound is proved too small: a whole look after it did not find them
    """
    columns = zip(pixels.stamps, pixels.latencies_ms, pixels.absent_ms, strict=True)
    cases = [(seen.bound_of[stamp], *times) for stamp, *times in columns if stamp in seen.bound_of]
    slack = [bound - latency for bound, latency, _ in cases]
    return {
        "share": share([each >= 0 for each in slack]),
        "slack_ms": spread(slack),
        "refuted": share([absent - _STAMP_MS > bound for bound, _, absent in cases]),
    }
