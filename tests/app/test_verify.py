"""``twinpane verify`` as a person uses it, and as a script does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hmi.app.cli import main
from hmi.model.clock import SECOND
from hmi.recorder.chain import fingerprint, public_bytes
from tests.recorder.shop import KEY, Shop
from tests.recorder.test_verify import change

OURS = fingerprint(public_bytes(KEY))


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["verify", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shop = Shop(tmp_path / "m")
    for _ in range(3):
        shop.shift(batches=5)
        shop.clock.advance(86_400 * SECOND)
    return tmp_path


def test_a_folder_of_sound_files(folder: Path) -> None:
    code, said = run(folder)
    assert code == 0
    assert said.count("closed and intact") == 3
    assert "machine m of the site test, file 2: shift day of 2027-01-16" in said
    assert "checked: 7 batches, 15 samples, 2027-01-15 12:00:00 UTC to 2027-01-15 12:00:00 UTC" in said
    assert f"key: {OURS}" in said
    assert "each file goes on where the one before ended" in said
    assert "nobody without the private key" in said


def test_the_key_that_is_expected(folder: Path) -> None:
    assert run("--key", OURS, folder)[0] == 0
    assert run("--key", OURS.lower().replace(" ", ""), folder)[0] == 0
    code, said = run("--key", OURS.replace("A", "B"), folder)
    assert code == 1
    assert "that is not the key that was expected" in said


def test_a_file_that_was_touched_is_named_with_the_batch(folder: Path) -> None:
    path = sorted(folder.rglob("*.twinpane"))[1]
    change(path, "UPDATE batch SET utc = 5 WHERE sequence = 3")
    code, said = run(folder)
    assert code == 1
    assert f"{path}: TOUCHED" in said
    assert "batch 3: " in said


def test_a_file_that_is_missing_is_told(folder: Path) -> None:
    sorted(folder.rglob("*.twinpane"))[1].unlink()
    code, said = run(folder)
    assert code == 1
    assert "missing between them: number 2" in said


def test_a_file_that_is_not_closed(tmp_path: Path) -> None:
    code, said = run(Shop(tmp_path).shift(batches=4, end=None))
    assert code == 2
    assert "intact, but not closed" in said
    assert "signed up to batch 0; the last 4 batches are chained only" in said


def test_what_a_script_gets(folder: Path) -> None:
    change(sorted(folder.rglob("*.twinpane"))[0], "DELETE FROM batch WHERE sequence = 2")
    code, said = run("--json", folder)
    found = json.loads(said)
    assert code == found["exit_code"] == 1
    assert [each["exit_code"] for each in found["files"]] == [1, 0, 0]
    assert found["files"][0]["findings"] == [{"first": 2, "last": 2, "what": "missing"}]
    assert found["files"][1]["stretches"][0]["cause"] == "started"
    assert {each["key"] for each in found["files"]} == {OURS}


def test_what_a_file_says_steers_no_terminal(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.begin("\x1b[2Jcleared\nTOUCHED: no")
    path = shop.path
    shop.journal.end("stopped", shop.clock.now())
    code, said = run(path)
    assert code == 0
    assert "\x1b" not in said
    assert "\ufffd[2Jcleared\ufffdTOUCHED: no" in said


@pytest.mark.parametrize("words", [["nowhere.twinpane"], []])
def test_a_wrong_command_line(words: list[str]) -> None:
    assert run(*words)[0] == 2


def test_a_folder_without_recordings(tmp_path: Path) -> None:
    code, said = run(tmp_path)
    assert code == 1
    assert "no recording" in said
