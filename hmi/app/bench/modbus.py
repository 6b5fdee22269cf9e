"""``bench modbus``: from an encoder in a Modbus TCP device to the paint and the pixel, and decoding a read.

The device, a process of its own, writes the moment of each change into a float64 of four registers, while
all its other registers change too. It is polled, so half a polling interval on average is in the figures.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from hmi.app import run_folder
from hmi.app.bench.children import Child
from hmi.app.bench.figures import spread
from hmi.app.bench.load_site import write_modbus_site
from hmi.app.bench.modbus_decode import measure_one_read
from hmi.app.bench.on_panel import Run, held, held_at_pixel, watch_panel
from hmi.app.bench.panel_watch import Watched
from hmi.app.bench.watcher import Watcher
from hmi.app.display import require_display
from hmi.link.messages import Counters

_MORE: Final = 240.0
"""Seconds that the device outlives what was planned, should nobody end it."""


@dataclass(frozen=True, slots=True)
class ModbusLoad:
    """``registers`` that change ``hz`` times a second; ``pipeline`` reads at once every ``poll_ms``."""

    registers: int
    hz: float
    poll_ms: float
    pipeline: int


def measure_modbus(load: ModbusLoad, seconds: float, warm_up: float, *, pixel: bool) -> dict[str, Any]:
    """Run the bench on the present display; its figures."""
    require_display()
    run, counts, received = _panel(load, seconds, warm_up, pixel=pixel)
    seen, pixels = run.seen, run.pixels
    inside = held(seen)
    outside = held_at_pixel(seen, pixels) if pixels else None
    return {
        "registers": load.registers,
        "hz": load.hz,
        "poll_ms": load.poll_ms,
        "pipeline": load.pipeline,
        "seconds": seconds,
        "paint_ms": spread(seen.paint_ms),
        "paint_undisturbed_ms": run.paint_undisturbed_ms(load.poll_ms / 1000),
        "probe": pixels.probe if pixels else None,
        "pixel_ms": run.pixel_ms(),
        "pixel_undisturbed_ms": run.pixel_undisturbed_ms(load.poll_ms / 1000),
        "bound_held": inside["share"],
        "slack_ms": inside["slack_ms"],
        "bound_held_at_pixel": outside["share"] if outside else None,
        "bound_refuted_at_pixel": outside["refuted"] if outside else None,
        "slack_at_pixel_ms": outside["slack_ms"] if outside else None,
        "frame_ms": spread(seen.frames_ms),
        "frame_undisturbed_ms": run.frame_undisturbed_ms(),
        "requests_per_s": round(counts["requests"] / counts["seconds"], 1),
        "device_changes": counts["changes"],
        "received": received.samples,
        "engine": seen.engine,
        "panel": seen.panel,
        "decode": measure_one_read(),
    }


def _panel(
    load: ModbusLoad, seconds: float, warm_up: float, *, pixel: bool
) -> tuple[Run, dict[str, Any], Counters]:
    with ExitStack() as running:
        directory = run_folder.of_this_run(running, "bench")
        planned = warm_up + seconds + _MORE
        device = Child(
            running, "hmi.simulation.modbus_load", registers=load.registers, hz=load.hz, seconds=planned
        )
        folder = directory / "site"
        port = device.said()["port"]
        shown = write_modbus_site(folder, port, load.registers, load.poll_ms, load.pipeline)
        run = watch_panel(running, directory, folder, Watched(shown, shown[:1], warm_up, seconds, pixel))
        watcher = Watcher(directory)
        running.callback(watcher.close)
        received = watcher.changes_now()
        return run, device.stop(), received
