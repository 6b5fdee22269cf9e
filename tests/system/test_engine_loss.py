"""How long a real display shows a machine as live whose engine hangs or is dead: within 300 ms it does not.

Real processes, real signals, and the pixel as somebody in front of the display would see it. Each round has
a panel of its own, because what happened stands in the notice line for a minute. The median of some rounds
is held to the bound, and only with `--full`, for the time of one round is this machine's at that moment.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from statistics import median

import pytest

from hmi.present.theme import DARK

from .watched_panel import PROBE, colour, program, until_live

pytestmark = [pytest.mark.full, pytest.mark.bench, pytest.mark.gui]

BOUND_MS = 300.0
ROUNDS = 5

SITE = """\
schema: twinpane.site/1
id: calm
machines:
  - id: fan
    plugin: fan
    name: machine.fan
    endpoints:
      main: {protocol: simulated}
"""
TYPE = "schema: twinpane.machine/1\nid: fan\napi_version: 1\nprotocols: [simulated]\nheadline: [speed]\n"
TAGS = """\
schema: twinpane.tags/1
tags:
  speed:
    unit: 1/min
    pace: live
    max_age: 5.0
    address:
      simulated: {kind: sine, low: 900, high: 1100, period: 5}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A machine that gives no reason for a notice."""
    folder = tmp_path / "site"
    plugin = folder / "machines" / "fan"
    for each in (folder, plugin):
        (each / "texts").mkdir(parents=True)
    head = "schema: twinpane.texts/1\ntexts: "
    (folder / "site.yaml").write_text(SITE)
    (folder / "texts" / "en.yaml").write_text(head + "{site.name: Calm, machine.fan: Fan}\n")
    (plugin / "machine.yaml").write_text(TYPE)
    (plugin / "tags.yaml").write_text(TAGS)
    (plugin / "texts" / "en.yaml").write_text(head + "{type.name: Fan, tag.speed: Speed}\n")
    return folder


def until_shown(site: Path, number: signal.Signals, pause: float) -> float:
    """Milliseconds from the signal to the engine of a new panel until the display says that it is lost."""
    runs = Path(os.environ["XDG_RUNTIME_DIR"]) / "calm"
    panel = ("-m", "hmi.app", "demo", "--site", str(site), "--size", "1280x800")
    with program(*panel, TWINPANE_RUN=str(runs / "x")):
        engine = until_live(runs)
        time.sleep(2.0)  # within it the panel shows what we have seen
        with program(*PROBE) as probe:
            assert colour(probe)[1] == DARK.surface, "calm"
            time.sleep(pause)  # anywhere between two heartbeats
            begun = time.monotonic_ns()
            os.kill(engine, number)
            try:
                at, seen = colour(probe)
            finally:
                if number is signal.SIGSTOP:
                    os.kill(engine, signal.SIGKILL)
    assert seen == DARK.warning_surface
    assert at > begun
    return (at - begun) / 1e6


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_lost_engine_is_on_the_display_within_300_ms(number: signal.Signals, site: Path) -> None:
    took = [until_shown(site, number, 0.5 + 0.037 * i) for i in range(ROUNDS)]
    assert median(took) <= BOUND_MS, took
