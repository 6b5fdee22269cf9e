"""``bench ingest``: what an engine takes to receive many changes, beside the library's own client."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hmi.app import run_folder, spawn
from hmi.app.bench.figures import spread
from hmi.app.bench.opcua_load import OpcUaLoad, measure_library
from hmi.app.bench.usage import Usage
from hmi.app.bench.watcher import Watcher


def measure_ingest(tags: int, hz: float, publish_ms: float, seconds: float, warm_up: float) -> dict[str, Any]:
    """First an engine without a panel, then the library's client, each with a server of its own.

    In the first ``warm_up`` s, in which subscriptions are made, nothing is counted.
    """
    load = OpcUaLoad(tags, hz, publish_ms)
    with ExitStack() as running:
        engine = _engine(running, load, seconds, warm_up)
    return {
        "tags": tags,
        "hz": hz,
        "publish_ms": publish_ms,
        "seconds": seconds,
        "engine": engine,
        "library": measure_library(load, seconds, warm_up),
    }


def _engine(running: ExitStack, wanted: OpcUaLoad, seconds: float, warm_up: float) -> dict[str, Any]:
    directory = run_folder.of_this_run(running, "bench")
    load = wanted.start(running, warm_up + seconds)
    folder = directory / "site"
    wanted.write_site(folder, load.said())
    engine = _started(running, directory, folder)
    watcher = Watcher(directory)
    running.callback(watcher.close)
    watcher.ages_ms(warm_up)
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
