"""``twinpane bench soak`` itself, for some seconds: real servers, a real engine and panel, real faults."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = [pytest.mark.full, pytest.mark.gui]

SEED = "11"
"""Its plan for 36 s has what takes changes away: see ``FAULTS``."""

FAULTS = ["link cut load", "engine killed", "server killed load"]


def soak(folder: Path, **environment: str) -> tuple[dict[str, Any], int]:
    """One run; its figures and its exit code. The log of its minutes and faults lies in ``folder``."""
    run = Path(os.environ["XDG_RUNTIME_DIR"]) / "soak"
    words = ("--hours", "0.01", "--seed", SEED, "--tags", "100")
    done = subprocess.run(
        [sys.executable, "-m", "hmi.app", "bench", "soak", *words, "--log", str(folder / "log"), "--json"],
        env={**os.environ, **environment, "TWINPANE_RUN": str(run / "x")},
        stdout=subprocess.PIPE,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.stdout, f"it ended with {done.returncode}"
    assert list(run.glob("soak-*")) == []
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures, done.returncode


def test_a_short_soak_accounts_for_every_change_and_leaves_nothing(tmp_path: Path) -> None:
    figures, code = soak(tmp_path)
    assert figures["failures"] == []
    assert code == 0
    assert (
        figures["unaccounted"]
        == figures["uncaused"]
        == figures["invented"]
        == figures["twice"]
        == figures["torn_counts"]
        == 0
    )
    assert figures["counts_checked"] > 0
    assert figures["received"] + sum(figures["told"].values()) == figures["made"] > 100
    assert figures["engine_restarts"] == figures["most_engines_at_once"] == 1
    assert sum(each["n"] for each in figures["faults"].values()) == figures["faults_planned"] > 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["fault"] for line in lines if "fault" in line] == FAULTS


def test_a_soak_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    run = Path(os.environ["XDG_RUNTIME_DIR"]) / "killed"
    words = ("--hours", "0.1", "--seed", SEED, "--tags", "20", "--log", str(tmp_path / "log"))
    with subprocess.Popen(
        [sys.executable, "-m", "hmi.app", "bench", "soak", *words],
        env={**os.environ, "TWINPANE_RUN": str(run / "x")},
        stdout=subprocess.DEVNULL,
    ) as bench:
        try:
            end = time.monotonic() + 120
            while not list(run.glob("soak-*/table-*")):
                assert time.monotonic() < end, "no engine has come"
                time.sleep(0.1)
            family = psutil.Process(bench.pid).children(recursive=True)
            assert len(family) >= 6, "links, three servers, a panel and its engine"
        finally:
            bench.kill()
    # The panel ends its engine; what is left of the folder goes with the next run's beginning.
    gone, alive = psutil.wait_procs(family, timeout=60)
    for each in alive:
        each.kill()
    assert not alive
    assert len(gone) == len(family)
    for left in run.glob("soak-*"):
        shutil.rmtree(left)


FORGETFUL = """
import dataclasses, sys

if "engine" in sys.orig_argv:
    from hmi.model.samples import Batch
    from hmi.sources.opcua.subscription import Subscription

    whole, calls = Subscription.take, [0]

    def take(self, *arguments):
        said = whole(self, *arguments)
        if not said or not isinstance(said[0], Batch) or len(said[0]) < 50:
            return said  # another machine's
        calls[0] += 1
        if calls[0] % 50 == 0:
            return said[1:]
        if calls[0] % 60 == 0:
            rows = {f.name: getattr(said[0], f.name) for f in dataclasses.fields(Batch)}
            rows = {name: each[:-1] if hasattr(each, "dtype") else each for name, each in rows.items()}
            said[0] = Batch(**rows)
        return said

    Subscription.take = take
"""
"""An engine that loses a notification now and then, and of another one the last item, without a word."""


def test_a_soak_finds_what_an_engine_loses_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(FORGETFUL)
    figures, code = soak(tmp_path, PYTHONPATH=str(tmp_path))
    assert code == 1
    assert figures["unaccounted"] > 0
    assert figures["torn_counts"] > 0
    assert any("were not received and no loss was told" in each for each in figures["failures"])
    assert figures["invented"] == figures["twice"] == 0
