"""``twinpane replay`` as a person calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from hmi.app.cli import main
from tests.recorder.shop import Shop

PICTURE_BYTES = 10_000


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Shop(tmp_path_factory.mktemp("recorded") / "m").shift()


def refused(*words: object) -> str:
    done = CliRunner().invoke(main, ["replay", *map(str, words)])
    assert done.exit_code in (1, 2)
    return done.output


def test_what_is_no_recording_is_told(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("shift went well")
    assert f"{file}: no recording that can be read" in refused(file)
    assert "does not exist" in refused(tmp_path / "gone.twinpane")


def test_a_moment_that_it_has_not_is_told(recording: Path) -> None:
    assert "is not in the recording" in refused(recording, "--at", "03:00")
    assert "expected a time of the recording" in refused(recording, "--at", "soon")


def test_another_machine_is_told(recording: Path) -> None:
    assert "this is a recording of m" in refused(recording, "--machine", "mill07")


@pytest.mark.gui
def test_it_opens(recording: Path, tmp_path: Path) -> None:
    picture, run = tmp_path / "replay.png", tmp_path / "run"
    words = ["replay", str(recording), "--seconds", "4", "--screenshot", str(picture)]
    done = subprocess.run(
        [sys.executable, "-m", "hmi.app", *words],
        env=os.environ | {"TWINPANE_RUN": str(run / "site")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert picture.stat().st_size > PICTURE_BYTES
    assert [each for each in run.iterdir() if each.is_dir()] == []
