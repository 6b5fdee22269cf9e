"""A panel with an engine of its own over a bench's site, and if wanted somebody who looks at the pixels."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import compress
from pathlib import Path
from typing import Any, Final

import click
from PyQt6.QtCore import QPoint

from hmi.app import spawn
from hmi.app.bench.children import Child
from hmi.app.bench.figures import Spread, share, spread
from hmi.app.bench.load_site import MACHINE
from hmi.app.bench.panel_watch import PanelWatch, Seen, Watched
from hmi.app.bench.stolen_watch import StolenWatch
from hmi.app.bench.thefts import Thefts
from hmi.app.supervisor import Supervisor
from hmi.link.client import LinkClient
from hmi.ui.panel import PanelConnection
from hmi.ui.run import run_panel
from hmi.ui.stamp_code import UNITS_PER_SECOND
from hmi.ui.window import PanelWindow

_LIVE_WITHIN: Final = 90.0
"""Seconds in which the values have to become live: on a busy computer with thousands of tags, that lasts."""

_LINGER: Final = 5.0

FRAMEBUFFER: Final = "TWINPANE_FRAMEBUFFER"
"""Of the environment: a virtual screen and the file in which it keeps its pixels, ``DISPLAY FILE``
(`packaging/virtual-screen` sets it)."""

_STAMP_MS: Final = 1000 / UNITS_PER_SECOND
"""A time between two of the probe's stamps is right to within so much."""

_BEFORE: Final = 0.02
"""Seconds before a change: what was late then may still be in its way."""

_QUEUED: Final = 0.05
"""Seconds after a change, and after the longest that it may wait at the machine, in which a theft is taken to
have met it."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """What the probe saw (`hmi.app.bench.pixel_probe`); ``looks`` and how many of them were unreadable."""

    probe: str
    stamps: list[int]
    made: list[float]
    latencies_ms: list[float]
    absent_ms: list[float]
    looks: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Run:
    """What was seen in the panel, on the display (None: nobody looked), and of the host (None: untold)."""

    seen: Seen
    pixels: Pixels | None
    thefts: Thefts | None

    def pixel_ms(self) -> Spread | None:
        """How old changes were on the display."""
        return None if self.pixels is None else spread(self.pixels.latencies_ms)

    def paint_undisturbed_ms(self, wait: float) -> Spread | None:
        """How old they were at the end of their paint, where the host took nothing; ``wait`` as below."""
        return self._undisturbed(self.seen.paint_ms, self.seen.paint_made, _BEFORE, wait + _QUEUED)

    def pixel_undisturbed_ms(self, wait: float) -> Spread | None:
        """The same where the host took nothing; ``wait`` is how long (s) one may wait at the machine."""
        if self.pixels is None:
            return None
        return self._undisturbed(self.pixels.latencies_ms, self.pixels.made, _BEFORE, wait + _QUEUED)

    def frame_undisturbed_ms(self) -> Spread | None:
        """What frames took where the host took nothing."""
        return self._undisturbed(self.seen.frames_ms, self.seen.frames_at, _QUEUED, _BEFORE)

    def change_frame_undisturbed_ms(self) -> Spread | None:
        """What those among them took that painted a change."""
        return self._undisturbed(self.seen.change_frames_ms, self.seen.change_frames_at, _QUEUED, _BEFORE)

    def _undisturbed(
        self, took: Sequence[float], at: Sequence[float], before: float, after: float
    ) -> Spread | None:
        """None where the host does not tell, or left nothing undisturbed."""
        if self.thefts is None:
            return None
        kept = list(compress(took, self.thefts.none_around(at, before, after)))
        return spread(kept) if kept else None


def framebuffer(environment: Mapping[str, str]) -> str:
    """The file with the pixels of the display in use; "" where that display keeps none, or another does."""
    display, _, file = environment.get(FRAMEBUFFER, "").partition(" ")
    return file if display == environment.get("DISPLAY") else ""


def watch_panel(
    running: ExitStack, directory: Path, site: Path, watched: Watched, recordings: Path | None = None
) -> Run:
    """Open the panel on the Machine screen and watch it; its engine runs until ``running`` is closed.

    The engine records into ``recordings`` (None: not at all).

    Raises:
        click.ClickException: the panel, its engine or the values did not come to life.
    """
    supervisor = Supervisor(
        directory, partial(spawn.engine, directory, site, {}, _LINGER, recordings=recordings)
    )
    running.callback(supervisor.stop, 5.0)
    watches: list[PanelWatch] = []
    probes: list[Child] = []
    host = StolenWatch(running)

    def live(strip: QPoint | None) -> None:
        if strip is not None:
            options: dict[str, float | str] = {
                "delay": watched.warm_up,
                "seconds": watched.seconds,
                "x": strip.x(),
                "y": strip.y(),
            }
            if file := framebuffer(os.environ):
                options["framebuffer"] = file
            probes.append(Child(running, "hmi.app.bench.pixel_probe", **options))

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
    return Run(watches[0].seen, Pixels(**probes[0].said()) if probes else None, host.end())


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
