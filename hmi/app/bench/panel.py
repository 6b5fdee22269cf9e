"""``bench panel``: from the start to the first live value, from screen to screen, and frame by frame."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import click

from hmi.app import run_folder, spawn
from hmi.app.bench.figures import spread
from hmi.app.display import require_display
from hmi.app.site import locate
from hmi.model.clock import SECOND, monotonic_ns

_SIMULATORS_WITHIN: Final = 120.0


def measure_panel(site: Path | None, seconds: float) -> dict[str, Any]:
    """Lead a new panel through the screens of a site with simulated machines; its figures."""
    folder, model = locate(site)
    require_display()
    with ExitStack() as running:
        directory = run_folder.of_this_run(running, "bench")
        endpoints = spawn.simulators(running, model)
        for address in endpoints.values():
            _await(address)
        arguments = [sys.executable, "-m", "hmi.app.bench.tour", "--site", str(folder)]
        arguments += ["--seconds", str(seconds)]
        for name, address in endpoints.items():
            arguments += ["--endpoint", f"{name}={address}"]
        began = monotonic_ns()
        done = subprocess.run(
            arguments,
            env={**os.environ, "TWINPANE_RUN": str(directory)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            timeout=300,
        )
    if done.returncode != 0:
        raise click.ClickException(f"the panel ended with {done.returncode}")
    raw = json.loads(done.stdout)
    if raw["first_live"] is None:
        raise click.ClickException("no value became live")
    return {
        "first_live_s": round((raw["first_live"] - began) / SECOND, 2),
        "screen_change_ms": _first_of_each(raw["changes_ms"]),
        "screen_again_ms": spread([ms for _, ms in raw["changes_ms"][len(raw["changes_ms"]) // 2 :]]),
        "frame_all_ms": spread([ms for frames in raw["frames_ms"].values() for ms in frames]),
        "frame_ms": {where: spread(frames) for where, frames in raw["frames_ms"].items()},
    }


def _first_of_each(changes: list[tuple[str, float]]) -> dict[str, float]:
    first: dict[str, float] = {}
    for where, ms in changes:
        first.setdefault(where, round(ms, 1))
    return first


def _await(address: str) -> None:
    host, _, port = address.removeprefix("opc.tcp://").rstrip("/").partition(":")
    end = time.monotonic() + _SIMULATORS_WITHIN
    while time.monotonic() < end:
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise click.ClickException(f"the simulator at {address} did not come up")
