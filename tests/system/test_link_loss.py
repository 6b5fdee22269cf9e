"""How long a real display shows a machine as live whose link is lost: 300 ms after the protocol can know it.

A server that is killed closes its connection: that is known at once. One that hangs says nothing, and OPC UA
can know it when the keep-alives that it promised stay out: the source's silence limit. Real processes, real
signals, the pixel of a real display, medians; with `--full` alone, as test_engine_loss.py.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from statistics import median

import psutil
import pytest

from hmi.app.bench.load_site import MACHINE, write_site
from hmi.present.theme import DARK
from hmi.sources.opcua.connection import GRACE
from hmi.sources.opcua.plan import SHORTEST_SILENCE

from .watched_panel import PROBE, colour, program, until_live

pytestmark = [pytest.mark.full, pytest.mark.bench, pytest.mark.gui]

BOUND_MS = 300.0
ROUNDS = 3
TAGS = 20


def until_shown(folder: Path, number: signal.Signals, round_: int) -> float:
    """Milliseconds from the signal to a machine's server until the display says that its link is lost."""
    run = Path(os.environ["XDG_RUNTIME_DIR"]) / f"linked-{round_}"
    load = ("-m", "hmi.simulation.opcua_load", "--tags", str(TAGS), "--hz", "10", "--seconds", "120")
    with program(*load) as server:
        assert server.stdout is not None
        begun = json.loads(server.stdout.readline())
        write_site(folder, begun["url"], begun["namespace"], TAGS, 50)
        panel = ("-m", "hmi.app", "panel", "--site", str(folder), "--machine", MACHINE, "--size", "1280x800")
        with program(*panel, TWINPANE_RUN=str(run)):
            engine = until_live(run.parent, run.name)
            time.sleep(2.0)  # within it the panel shows what we have seen
            with program(*PROBE) as probe:
                assert colour(probe)[1] == DARK.surface, "calm"
                time.sleep(0.5 + 0.037 * round_)  # anywhere between two notifications
                lost = time.monotonic_ns()
                os.kill(server.pid, number)
                try:
                    at, seen = colour(probe)
                finally:
                    if number is signal.SIGSTOP:
                        os.kill(server.pid, signal.SIGKILL)
                    end(engine)
    shutil.rmtree(run)
    assert seen == DARK.warning_surface
    return (at - lost) / 1e6


def end(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(20)


def rounds(folder: Path, number: signal.Signals) -> list[float]:
    return [until_shown(folder / str(i), number, i) for i in range(ROUNDS)]


def test_a_server_that_is_killed_is_on_the_display_within_300_ms(tmp_path: Path) -> None:
    took = rounds(tmp_path, signal.SIGKILL)
    assert median(took) <= BOUND_MS, took


def test_a_server_that_hangs_is_on_the_display_300_ms_after_its_keep_alives_stay_out(tmp_path: Path) -> None:
    took = rounds(tmp_path, signal.SIGSTOP)
    known = 1000 * (SHORTEST_SILENCE + GRACE)
    assert median(took) <= known + BOUND_MS, took
    assert median(took) >= 1000 * SHORTEST_SILENCE - 200, "given up before its time was over"
