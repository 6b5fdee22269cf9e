"""``bench frame``: what the panel's frames take while the engine is loaded, beside those while it idles.

The screen shows the same eight tags at the same rate both times. Only how much else the engine receives
differs, and that is not to reach the frames.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Final

from hmi.app import run_folder
from hmi.app.bench.figures import spread
from hmi.app.bench.on_panel import Run, watch_panel
from hmi.app.bench.opcua_load import OpcUaLoad
from hmi.app.bench.panel_watch import Watched
from hmi.app.display import require_display

_IN_VIEW: Final = 8
"""As many tags as the Machine screen of the load machine shows."""


def measure_frame(load: OpcUaLoad, seconds: float, warm_up: float) -> dict[str, Any]:
    """First an idle engine, then a loaded one, each with a panel of its own on the present display."""
    require_display()
    idle = _panel(OpcUaLoad(_IN_VIEW, load.hz, load.publish_ms), seconds, warm_up)
    loaded = _panel(load, seconds, warm_up)
    return {
        "tags": load.tags,
        "hz": load.hz,
        "publish_ms": load.publish_ms,
        "seconds": seconds,
        "loaded": _figures(loaded),
        "idle": _figures(idle),
        "ratio": _ratio(loaded, idle),
    }


def _panel(load: OpcUaLoad, seconds: float, warm_up: float) -> Run:
    with ExitStack() as running:
        directory = run_folder.of_this_run(running, "bench")
        server = load.start(running, warm_up + seconds)
        folder = directory / "site"
        shown = load.write_site(folder, server.said())
        return watch_panel(running, directory, folder, Watched(shown, shown, warm_up, seconds))


def _figures(run: Run) -> dict[str, Any]:
    return {
        "frame_ms": spread(run.seen.frames_ms),
        "frame_undisturbed_ms": run.frame_undisturbed_ms(),
        "change_frame_ms": spread(run.seen.change_frames_ms),
        "change_frame_undisturbed_ms": run.change_frame_undisturbed_ms(),
        "engine": run.seen.engine,
        "panel": run.seen.panel,
    }


def _ratio(loaded: Run, idle: Run) -> float | None:
    """Loaded to idle, without what the host took: else it would compare two moments of the host."""
    both = [run.change_frame_undisturbed_ms() for run in (loaded, idle)]
    if idle.thefts is None or loaded.thefts is None:
        both = [spread(run.seen.change_frames_ms) for run in (loaded, idle)]
    above, below = both
    return round(above["p99"] / below["p99"], 2) if above and below and below["p99"] else None
