"""``bench glass``: from a change in a server to the paint, and to the real pixel.

A load server (a process of its own) stamps every change with the moment at which it makes it; the engine
and the panel are the ones that ship. ``paint_ms`` is taken in the panel for each painted change of a tag
that is on the screen; ``pixel_ms`` by a third program that reads the stamp off the display. Both count
from the stamp, so the server's own publishing interval is in them. The bound that the panel counts for the
same changes, without knowing what the stamps mean, is held against both.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hmi.app import run_folder
from hmi.app.bench.figures import spread
from hmi.app.bench.on_panel import Run, held, held_at_pixel, watch_panel
from hmi.app.bench.opcua_load import OpcUaLoad, measure_library
from hmi.app.bench.panel_watch import Watched
from hmi.app.bench.watcher import Watcher
from hmi.app.display import require_display
from hmi.link.messages import Counters


def measure_glass(
    load: OpcUaLoad,
    seconds: float,
    warm_up: float,
    *,
    pixel: bool,
    baseline: bool,
    recordings: Path | None = None,
) -> dict[str, Any]:
    """Run the bench on the present display; its figures.

    With ``recordings`` the engine records into that folder; the same is measured without it afterwards.
    """
    require_display()
    run, counts, received = _panel(load, seconds, warm_up, pixel=pixel, recordings=recordings)
    without = None
    if recordings is not None:
        without = _panel(load, seconds, warm_up, pixel=pixel)[0]
    seen, pixels = run.seen, run.pixels
    latencies, inside = _latencies(run, load), held(seen)
    outside = held_at_pixel(seen, pixels) if pixels else None
    return {
        "tags": load.tags,
        "hz": load.hz,
        "seconds": seconds,
        "requested_publish_ms": load.publish_ms,
        "granted_publish_ms": seen.granted_ms,
        "paint_ms": latencies["paint_ms"],
        "paint_undisturbed_ms": latencies["paint_undisturbed_ms"],
        "probe": pixels.probe if pixels else None,
        "pixel_ms": latencies["pixel_ms"],
        "pixel_undisturbed_ms": latencies["pixel_undisturbed_ms"],
        "bound_held": inside["share"],
        "slack_ms": inside["slack_ms"],
        "bound_held_at_pixel": outside["share"] if outside else None,
        "bound_refuted_at_pixel": outside["refuted"] if outside else None,
        "slack_at_pixel_ms": outside["slack_ms"] if outside else None,
        "frame_ms": spread(seen.frames_ms),
        "frame_undisturbed_ms": run.frame_undisturbed_ms(),
        "frames": len(seen.frames_ms),
        "sent": counts["sent"],
        "dropped_by_server": counts["dropped"],
        "received": received.samples,
        "lost": received.lost + received.unknown_losses,
        "looks": pixels.looks if pixels else None,
        "unreadable_looks": pixels.unreadable if pixels else None,
        "engine": seen.engine,
        "panel": seen.panel,
        "unrecorded": without and _latencies(without, load),
        "library": measure_library(load, seconds, warm_up) if baseline else None,
    }


def _latencies(run: Run, load: OpcUaLoad) -> dict[str, Any]:
    publishing = load.publish_ms / 1000
    return {
        "paint_ms": spread(run.seen.paint_ms),
        "paint_undisturbed_ms": run.paint_undisturbed_ms(publishing),
        "pixel_ms": run.pixel_ms(),
        "pixel_undisturbed_ms": run.pixel_undisturbed_ms(publishing),
    }


def _panel(
    load: OpcUaLoad, seconds: float, warm_up: float, *, pixel: bool, recordings: Path | None = None
) -> tuple[Run, dict[str, Any], Counters]:
    """What was seen, what the server counted, and what the engine had counted when all had come."""
    with ExitStack() as running:
        directory = run_folder.of_this_run(running, "bench")
        server = load.start(running, warm_up + seconds)
        folder = directory / "site"  # goes with the run, also when that is killed
        shown = load.write_site(folder, server.said())
        run = watch_panel(
            running, directory, folder, Watched(shown, shown, warm_up, seconds, pixel), recordings
        )
        watcher = Watcher(directory)
        running.callback(watcher.close)
        counts = server.stop()
        return run, counts, watcher.changes_now(counts["sent"])
