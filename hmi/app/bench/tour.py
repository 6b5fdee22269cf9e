"""``python -m hmi.app.bench.tour``: a panel that is led through its screens, for ``bench panel``.

Starts as ``twinpane panel`` does, and prints one JSON line at the end. Moments are monotonic ns, which
on Linux count the same in the process that started this one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from PyQt6.QtCore import QTimer

from hmi.app import logs, spawn
from hmi.app.options import endpoint_option, site_option
from hmi.app.site import locate
from hmi.app.supervisor import Supervisor
from hmi.link.client import LinkClient
from hmi.link.directory import prepare, run_directory
from hmi.model.clock import MILLISECOND, SystemClock
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session
from hmi.ui.panel import PanelConnection
from hmi.ui.run import run_panel
from hmi.ui.window import PanelWindow

SCREENS: Final = ("machine", "trends", "diagnostics", "site")


class Tour:
    """Leads a panel through every screen of every machine, some seconds each, twice."""

    def __init__(self, connection: PanelConnection, window: PanelWindow, seconds: float) -> None:
        self._connection = connection
        self._window = window
        self._seconds = seconds
        self._clock = SystemClock()
        self._stops: list[tuple[str, str]] = []
        self._asked: int | None = None
        self._where = ""
        self._begun = 0
        self.first_live: int | None = None
        self.changes_ms: list[tuple[str, float]] = []
        self.frames_ms: dict[str, list[float]] = {}
        connection.observe(self._before, self._after)

    def _before(self, session: Session, frame: Frame) -> None:
        """Nothing: what the frame takes is asked of the frame clock."""

    def _after(self, session: Session, frame: Frame) -> None:
        now = self._clock.now().monotonic
        if self.first_live is None and frame.engine_alive:
            if np.any(frame.freshness == Freshness.LIVE):
                self.first_live = now
                machines = [machine.id for machine in session.epoch.machines]
                self._stops = 2 * [(screen, each) for each in machines for screen in SCREENS]
                QTimer.singleShot(3000, self._next)
            return
        if self._asked is not None:
            self.changes_ms.append((self._where, (now - self._asked) / MILLISECOND))
            self._asked = None
        elif self._where:
            self.frames_ms.setdefault(self._where, []).append(
                (now - self._connection.frames.began) / MILLISECOND
            )

    def _next(self) -> None:
        if not self._stops:
            self._window.close()
            return
        screen, machine = self._stops.pop(0)
        self._where = f"{screen} {machine}" if screen != "site" else screen
        self._asked = self._clock.now().monotonic
        self._window.show_screen(screen, machine)
        self._connection.frames.request()
        QTimer.singleShot(round(self._seconds * 1000), self._next)


def report(tours: Sequence[Tour]) -> dict[str, Any]:
    """The raw figures of a tour."""
    (tour,) = tours
    return {"first_live": tour.first_live, "changes_ms": tour.changes_ms, "frames_ms": tour.frames_ms}


@click.command()
@site_option
@endpoint_option
@click.option("--seconds", type=float, default=2.0, help="How long each screen stays.")
def main(site: Path | None, endpoints: dict[str, str], seconds: float) -> None:
    """Open a panel and lead it."""
    logs.to_stderr()
    folder, model = locate(site)
    directory = prepare(run_directory(model.id, os.environ))
    supervisor = Supervisor(directory, partial(spawn.engine, directory, folder, endpoints, 2.0))
    supervisor.tick(SystemClock().now())
    tours: list[Tour] = []
    begin: Callable[[PanelConnection, PanelWindow], None] = lambda connection, window: tours.append(  # noqa: E731
        Tour(connection, window, seconds)
    )
    try:
        run_panel(partial(LinkClient.connect, directory), supervisor=supervisor, seconds=120.0, started=begin)
    finally:
        supervisor.stop(5.0)
    click.echo(json.dumps(report(tours)))


if __name__ == "__main__":
    main()
