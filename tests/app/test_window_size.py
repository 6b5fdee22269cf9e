"""The size of the panel's window, as the command line has it and as the picture shows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtGui import QImage

from hmi.app.options import LEAST_SIZE
from hmi.link.lock import holder
from hmi.ui.window import LEAST_HEIGHT, LEAST_WIDTH

SITE = """\
schema: twinpane.site/1
id: size
machines:
  - id: line
    plugin: anodizing_line
    name: machine.line
    endpoints:
      main: {protocol: modbus, host: 127.0.0.1, port: 1}
"""
TEXTS = "schema: twinpane.texts/1\ntexts: {site.name: Size, machine.line: Line}\n"
SCREEN = {"screens": [{"name": "wall", "x": 0, "y": 0, "width": 1600, "height": 900}]}


def test_no_size_is_taken_that_the_window_refuses() -> None:
    assert LEAST_SIZE == (LEAST_WIDTH, LEAST_HEIGHT)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of one machine, and a screen of 1600 × 900."""
    (tmp_path / "site" / "texts").mkdir(parents=True)
    (tmp_path / "site" / "site.yaml").write_text(SITE)
    (tmp_path / "site" / "texts" / "en.yaml").write_text(TEXTS)
    (tmp_path / "screen.json").write_text(json.dumps(SCREEN))
    monkeypatch.setenv("QT_QPA_PLATFORM", f"offscreen:configfile={tmp_path / 'screen.json'}")
    monkeypatch.setenv("TWINPANE_RUN", str(Path(os.environ["XDG_RUNTIME_DIR"]) / "size"))
    return tmp_path / "site"


@pytest.fixture
def engine(site: Path) -> Iterator[None]:
    """The site's engine, so that no panel starts one that would outlive it."""
    process = subprocess.Popen([sys.executable, "-m", "hmi.app", "engine", "--site", str(site)])
    try:
        end = time.monotonic() + 60
        while holder(Path(os.environ["TWINPANE_RUN"])) is None:
            assert time.monotonic() < end
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def size_of(command: str, site: Path, *options: str) -> tuple[int, int]:
    picture = site / "panel.png"
    words = [command, "--site", str(site), "--seconds", "0.3", "--screenshot", str(picture), *options]
    done = subprocess.run(
        [sys.executable, "-m", "hmi.app", *words], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    shown = QImage(str(picture)).size()
    return shown.width(), shown.height()


def test_the_demos_window_has_the_size_that_was_asked_for(site: Path) -> None:
    assert size_of("demo", site, "--size", "1920x1080") == (1920, 1080)
    assert size_of("demo", site, "--fullscreen") == (1600, 900)


@pytest.mark.usefixtures("engine")
def test_the_panels_window_has_the_size_that_was_asked_for(site: Path) -> None:
    assert size_of("panel", site) == (1280, 800)
    assert size_of("panel", site, "--size", "1100X700") == (1100, 700)
