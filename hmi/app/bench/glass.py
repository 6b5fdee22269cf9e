"""``bench glass``: from a change in a server to the paint, and to the real pixel.

A load server (a process of its own) stamps every change with the moment at which it makes it; the engine
and the panel are the ones that ship. ``paint_ms`` is taken in the panel for each painted change of a tag
that is on the screen; ``pixel_ms`` by a third program that reads the stamp off the display. Both count
from the stamp, so the server's own publishing interval is in them.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from hmi.app import run_folder, spawn
from hmi.app.bench.children import Child
from hmi.app.bench.figures import spread
from hmi.app.bench.load_site import MACHINE, write_site
from hmi.app.display import require_display
from hmi.app.supervisor import Supervisor
from hmi.link.client import LinkClient
from hmi.link.messages import Counters
from hmi.model.clock import SECOND
from hmi.present.session import Frame, Session
from hmi.ui.panel import PanelConnection
from hmi.ui.run import run_panel
from hmi.ui.stamp_code import StampStrip, stamp_of
from hmi.ui.window import PanelWindow

WARM_UP: Final = 4.0
"""Seconds before anything is counted: start of the engine, subscriptions, first screens."""


class _Measure:
    """Looks at every frame of the panel between the warm-up and the end."""

    def __init__(self, shown: tuple[str, ...], strip: StampStrip | None) -> None:
        self._shown = shown
        self._strip = strip
        self._begin = time.monotonic_ns() + round(WARM_UP * SECOND)
        self.latencies: list[float] = []
        self.session: Session | None = None
        self._rows = np.zeros(0, np.uint32)

    def drawing(self, session: Session, frame: Frame) -> None:
        """Before the paint: put the first tag's stamp where the probe reads it."""
        if session is not self.session:
            if session.epoch.quarantined:
                raise click.ClickException(f"the load machine is not sound: {session.epoch.quarantined}")
            self.session = session
            self._rows = np.array([session.index(MACHINE, name) for name in self._shown], np.uint32)
            if self._strip is not None:
                self._strip.show()
                self._strip.raise_()
        if self._strip is not None:
            stamp = float(session.columns.value[session.index(MACHINE, "t0")].view("f8"))
            self._strip.show_number(stamp_of(stamp))

    def painted(self, session: Session, frame: Frame) -> None:
        """After the paint: how old the painted stamps are."""
        now = time.time()
        if time.monotonic_ns() < self._begin:
            return
        for index in self._rows[np.isin(self._rows, frame.changed)]:
            self.latencies.append(1000 * (now - float(session.columns.value[index].view("f8"))))


def measure_glass(tags: int, hz: float, publish_ms: float, seconds: float, *, pixel: bool) -> dict[str, Any]:
    """Run the bench on the present display; its figures."""
    require_display()
    with ExitStack() as running:
        directory = run_folder.of_this_run(running, "bench")
        bound = WARM_UP + seconds + 60
        load = Child(
            running, "hmi.simulation.opcua_load", tags=tags, hz=hz, publish_ms=publish_ms, seconds=bound
        )
        begun = load.said()
        folder = directory / "site"  # goes with the run, also when that is killed
        shown = write_site(folder, begun["url"], begun["namespace"], tags, publish_ms)
        supervisor = Supervisor(directory, partial(spawn.engine, directory, folder, {}, 5.0))
        running.callback(supervisor.stop, 5.0)
        probes: list[Child] = []
        kept: list[Any] = []

        def started(connection: PanelConnection, window: PanelWindow) -> None:
            window.move(0, 0)
            measure = _Measure(shown, StampStrip(window) if pixel else None)
            connection.observe(before=measure.drawing, after=measure.painted)
            kept.extend((measure, connection))

        if pixel:
            probes.append(Child(running, "hmi.ui.pixel_probe", delay=WARM_UP, seconds=seconds))
        code = run_panel(
            partial(LinkClient.connect, directory),
            supervisor=supervisor,
            machine=MACHINE,
            screen="machine",
            seconds=WARM_UP + seconds,
            started=started,
        )
        if code != 0 or not kept or kept[0].session is None:
            raise click.ClickException(f"the panel did not come to life (code {code}); see {directory}")
        measure, connection = kept
        seen = probes[0].said() if probes else None
        counts = load.stop()
        received = _received(directory)
        return {
            "tags": tags,
            "hz": hz,
            "seconds": seconds,
            "requested_publish_ms": publish_ms,
            "granted_publish_ms": _granted(measure.session),
            "paint_ms": spread(measure.latencies),
            "pixel_ms": spread(seen["latencies_ms"]) if seen else None,
            "frame_ms": connection.frames.durations_ms(),
            "frames": connection.frames.frames,
            "sent": counts["sent"],
            "dropped_by_server": counts["dropped"],
            "received": received.samples,
            "lost": received.lost + received.unknown_losses,
            "unreadable_looks": seen["unreadable"] if seen else None,
            "looks": seen["looks"] if seen else None,
        }


def _granted(session: Session) -> float | None:
    found = {round(1000 * publishing, 3) for _, publishing in session.granted.values()}
    return max(found) if found else None


def _received(directory: Path) -> Counters:
    """The engine's own count, asked for when nothing more comes."""
    client = LinkClient.connect(directory, name="bench")
    try:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            for message in client.receive():
                if isinstance(message, Counters):
                    return message
            time.sleep(0.02)
    finally:
        client.close()
    raise click.ClickException("the engine told no counters")
