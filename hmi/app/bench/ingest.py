"""``bench ingest``: what an engine takes to receive many changes, beside the library's own client."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from hmi.app import run_folder, spawn
from hmi.app.bench.children import Child
from hmi.app.bench.figures import spread
from hmi.app.bench.load_site import write_site
from hmi.app.bench.usage import Usage
from hmi.app.bench.watcher import Watcher

WARM_UP: Final = 4.0
"""Seconds in which subscriptions are made, and nothing is counted."""


def measure_ingest(tags: int, hz: float, publish_ms: float, seconds: float) -> dict[str, Any]:
    """First an engine without a panel, then the library's client, each with a server of its own."""
    figures: dict[str, Any] = {"tags": tags, "hz": hz, "publish_ms": publish_ms, "seconds": seconds}
    with ExitStack() as running:
        figures["engine"] = _engine(
            running, _load(running, tags, hz, publish_ms, seconds), tags, publish_ms, seconds
        )
    with ExitStack() as running:
        figures["library"] = _library(
            running, _load(running, tags, hz, publish_ms, seconds), tags, publish_ms, seconds
        )
    return figures


def _load(running: ExitStack, tags: int, hz: float, publish_ms: float, seconds: float) -> Child:
    bound = WARM_UP + seconds + 120
    return Child(running, "hmi.simulation.opcua_load", tags=tags, hz=hz, publish_ms=publish_ms, seconds=bound)


def _engine(running: ExitStack, load: Child, tags: int, publish_ms: float, seconds: float) -> dict[str, Any]:
    directory = run_folder.of_this_run(running, "bench")
    begun = load.said()
    folder = directory / "site"
    write_site(folder, begun["url"], begun["namespace"], tags, publish_ms)
    engine = _started(running, directory, folder)
    watcher = Watcher(directory)
    running.callback(watcher.close)
    watcher.ages_ms(WARM_UP)
    before, usage = watcher.changes_now(), Usage(engine.pid)
    ages = watcher.ages_ms(seconds)
    cpu = usage.cpu_percent()
    after = watcher.changes_now()
    counts = load.stop()
    last = watcher.changes_now(counts["sent"])
    return {
        "changes_per_s": round((after.samples - before.samples) / seconds),
        "cpu_percent": cpu,
        "memory_mb": usage.memory_mb(),
        "table_ms": spread(ages),
        "sent": counts["sent"],
        "dropped_by_server": counts["dropped"],
        "received": last.samples,
        "lost": last.lost + last.unknown_losses,
    }


def _started(running: ExitStack, directory: Path, folder: Path) -> subprocess.Popen[bytes]:
    engine = spawn.engine(directory, folder, {}, 5.0)
    running.callback(engine.wait)
    running.callback(engine.terminate)
    return engine


def _library(running: ExitStack, load: Child, tags: int, publish_ms: float, seconds: float) -> dict[str, Any]:
    begun = load.said()
    client = Child(
        running,
        "hmi.simulation.opcua_stock_client",
        url=begun["url"],
        namespace=begun["namespace"],
        tags=tags,
        publish_ms=publish_ms,
        delay=WARM_UP,
        seconds=seconds,
    )
    said = client.said()
    return {
        "changes_per_s": said["changes_per_s"],
        "cpu_percent": said["cpu_percent"],
        "handler_ms": spread(said["ages_ms"]),
    }
