"""The panel as a program, in a process of its own, against a real engine's link."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from PyQt6.QtGui import QImage

from hmi.present.theme import LIGHT
from tests.ui.builders import epoch, machine, tag
from tests.ui.pixels import share_of
from tests.ui.stand_in_engine import StandInEngine

EPOCH = epoch([machine("mill")], [tag("mill", "load", pace="live", max_age=60.0)])

# A process of its own: once QApplication.exec has ended, no other event loop of the process runs again.
PROGRAM = """
import json, sys
from functools import partial
from pathlib import Path
from hmi.link.client import LinkClient
from hmi.ui.run import run_panel

class Nobody:
    last_exit = None
    def engine_unresponsive(self, now): pass
    def tick(self, now): pass

seen = []
options = json.loads(sys.argv[2])
picture = options.pop("screenshot", None)
code = run_panel(partial(LinkClient.connect, Path(sys.argv[1])), supervisor=Nobody(), **options,
                 screenshot=None if picture is None else Path(picture), size=(1024, 600),
                 started=lambda *made: seen.append(made))
connection, window = seen[0]
print(json.dumps({"code": code, "session": connection.session is not None, "screen": window.screen_name,
                  "machine": window.texts.text("nav.machine"), "frames": connection.frames.frames}))
"""


def run(directory: Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(directory), json.dumps(options)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_opens_shows_and_leaves_a_picture(tmp_path: Path) -> None:
    engine = StandInEngine(tmp_path, EPOCH).start()
    picture = tmp_path / "panel.png"
    try:
        done = run(
            tmp_path, screen="diagnostics", theme="light", language="de", seconds=4.0, screenshot=str(picture)
        )
    finally:
        engine.stop()
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["frames"] > 5
    del said["frames"]
    assert said == {"code": 0, "session": True, "screen": "diagnostics", "machine": "Maschine"}
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1024, 600)
    assert share_of(image.scaled(256, 150), LIGHT.background) > 0.1


def test_without_an_engine_it_waits_and_can_be_ended(tmp_path: Path) -> None:
    done = run(tmp_path, seconds=0.5)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["session"] is False


def test_a_picture_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    done = run(tmp_path, seconds=0.1, screenshot=str(tmp_path / "no" / "such.png"))
    assert done.returncode != 0
    assert "could not be written" in done.stderr
