"""``twinpane recordings``: what there is, and the key that signs it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from hmi.app import state_folder
from hmi.app.cli import main
from hmi.recorder.chain import fingerprint, public_bytes
from hmi.recorder.errors import RecordingError
from hmi.recorder.keys import known_keys, rotate, signing_key
from tests.recorder.shop import Shop

PEM = b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TWINPANE_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["recordings", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output


def test_a_list_of_what_there_is(state: Path) -> None:
    folder = state_folder.recordings("demo") / "m"
    shop = Shop(folder)
    shop.shift(batches=2)
    shop.clock.advance(86_400 * 10**9)
    shop.shift(batches=2, end=None)
    (folder / "000009_2027-01-20_day.twinpane").write_bytes(b"junk")
    code, said = run("list")
    assert code == 0
    lines = said.splitlines()
    assert len(lines) == 3
    assert "2027-01-15  day" in lines[0]
    assert "MB  closed  " in lines[0]
    assert "not closed" in lines[1]
    assert "no recording that can be read" in lines[2]


def test_a_list_of_nothing(state: Path) -> None:
    code, said = run("list")
    assert code == 1
    assert f"no recording in {state_folder.recordings('demo')}" in said


def test_the_key_before_there_is_one_and_after(state: Path) -> None:
    code, said = run("key")
    assert code == 1
    assert "makes one when it starts first" in said
    key = signing_key(state_folder.recording_key("demo"))
    assert run("key") == (0, fingerprint(public_bytes(key)) + "\n")


def test_another_key_and_the_old_one_is_still_known(state: Path) -> None:
    folder = state_folder.recording_key("demo")
    old = public_bytes(signing_key(folder))
    code, said = run("rotate-key")
    assert code == 0
    new = public_bytes(signing_key(folder))
    assert new != old
    assert fingerprint(old) in said.splitlines()[0]
    assert fingerprint(new) in said.splitlines()[1]
    assert known_keys(folder) == (new, old)
    assert run("key") == (0, f"{fingerprint(new)}\n{fingerprint(old)}\n")


def test_a_key_is_this_users_alone_and_stays(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = public_bytes(signing_key(folder))
    assert public_bytes(signing_key(folder)) == first
    assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [each.name for each in folder.iterdir()] == ["key.pem"], "nothing else is left behind"


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    signing_key(tmp_path)
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(RecordingError, match=r"can be read by others.*0644"):
        signing_key(tmp_path)


@pytest.mark.parametrize("content", [b"", b"junk", PEM])
def test_what_is_no_key_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key.pem").touch(0o600)
    (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(RecordingError, match="holds no Ed25519 key: restore it, or remove it"):
        signing_key(tmp_path)
    with pytest.raises(RecordingError, match="no Ed25519 key"):
        rotate(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(RecordingError, match=r"cannot be made \(Not a directory\).*TWINPANE_STATE"):
        signing_key(tmp_path / "x" / "keys")
