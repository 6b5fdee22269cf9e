"""Excerpts: they prove as much as the whole, play as the whole did, and leave nothing half."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from hmi.app.cli import main
from hmi.export.excerpt import excerpt
from hmi.model.clock import SECOND
from hmi.recorder import kinds
from hmi.recorder.errors import RecordingError
from hmi.recorder.journal import CHECKPOINT_EVERY
from hmi.recorder.reading import RecordingReader
from hmi.recorder.verify import NOT_CLOSED, TOUCHED, verify_file, verify_series
from hmi.replay.index import RecordingIndex
from hmi.replay.player import Player
from hmi.replay.samples import samples_of
from tests.recorder.shop import NOON
from tests.recorder.test_verify import change
from tests.replay.test_player import Machine, everything, notices, state

MINUTE = 60 * SECOND


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine minutes with a new configuration, signed every minute; the state was kept twice as often."""
    machine = Machine(tmp_path_factory.mktemp("recorded") / "m")
    machine.begin()
    for part in range(9):
        if part == 4:
            machine.begin(kinds.RELOADED)
        for _ in range(2):
            machine.work(40)
            machine.clock.advance(CHECKPOINT_EVERY // 2 - 40 * 90 * SECOND // 1000)
            machine.keep()
    path = machine.path
    machine.journal.end(kinds.STOPPED, machine.clock.now())
    return path


def made(recording: Path, folder: Path, begin: int, end: int) -> Path:
    path = folder / "incident.twinpane"
    with RecordingReader(recording) as reader:
        excerpt(reader, path, NOON + begin, NOON + end)
    return path


SPANS = [(-MINUTE, MINUTE), (2 * MINUTE, 3 * MINUTE), (3 * MINUTE, 6 * MINUTE), (7 * MINUTE, 20 * MINUTE)]


@pytest.mark.parametrize(("begin", "end"), SPANS)
def test_it_is_intact_and_plays_as_the_whole_did(
    recording: Path, tmp_path: Path, begin: int, end: int
) -> None:
    path = made(recording, tmp_path, begin, end)
    found = verify_file(path)
    assert (found.findings, found.code, found.signed) == ([], NOT_CLOSED, found.last)
    assert path.stat().st_size < recording.stat().st_size * 0.9
    with RecordingReader(recording) as whole, RecordingReader(path) as part:
        index = RecordingIndex(part)
        assert index.begin_utc <= max(NOON + begin, NOON)
        assert index.end_utc >= min(NOON + end, RecordingIndex(whole).end_utc)
        players = [Player(each, RecordingIndex(each)) for each in (whole, part)]
        for moment in range(max(begin, 0), end, 7 * SECOND):
            for player in players:
                player.seek(NOON + moment)
            assert state(players[0]) == state(players[1])
            assert players[0].now == players[1].now
        players[1].seek(index.begin_utc)
        assert notices(everything(players[1])) == []
        span = NOON + begin, NOON + end
        taken = [
            [each.samples.index.tolist() for each in samples_of(reader, RecordingIndex(reader), *span)]
            for reader in (whole, part)
        ]
        assert taken[0] == taken[1]


def test_what_is_left_out_is_told(recording: Path, tmp_path: Path) -> None:
    path = made(recording, tmp_path, 6 * MINUTE, 7 * MINUTE)
    whole, part = verify_file(recording), verify_file(path)
    assert part.left_out > 0
    assert part.left_out + part.batches < whole.batches
    assert part.header == whole.header
    code, said = run("verify", path)
    assert code == NOT_CLOSED, "a script must not take it for the whole"
    assert "an excerpt, intact" in said
    assert f"{part.left_out:,} batches before and between them are left out" in said
    assert verify_series([whole, part]) == [], "it is no file of the series"


def _first_left_out(path: Path) -> int:
    with RecordingReader(path) as reader:
        return reader.left_out()[-1][1]


def _head_of_another(path: Path) -> None:
    change(path, ("UPDATE batch SET head=? WHERE sequence=?", (bytes(32), _first_left_out(path))))


def _without_the_mark(path: Path) -> None:
    change(path, ("DELETE FROM batch WHERE sequence=?", (_first_left_out(path),)))


def _first_batch_gone(path: Path) -> None:
    change(path, ("DELETE FROM batch WHERE sequence=?", (_first_left_out(path) + 1,)))


def _emptied(path: Path) -> None:
    """Somebody makes more of an excerpt than it is: batches in the middle become left out."""
    at = _first_left_out(path) + 30
    change(path, ("UPDATE batch SET content=x'', bytes=0, samples=0 WHERE sequence=?", (at,)))


@pytest.mark.parametrize("touch", [_head_of_another, _without_the_mark, _first_batch_gone, _emptied])
def test_whoever_touches_it_is_found_out(
    recording: Path, tmp_path: Path, touch: Callable[[Path], None]
) -> None:
    path = made(recording, tmp_path, 6 * MINUTE, 7 * MINUTE)
    touch(path)
    assert verify_file(path).code == TOUCHED


def test_nothing_half_is_left_and_nothing_written_over(recording: Path, tmp_path: Path) -> None:
    path = made(recording, tmp_path, 0, MINUTE)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        made(recording, tmp_path, 0, 2 * MINUTE)
    assert path.read_bytes() == before
    (tmp_path / "other").mkdir()
    with (
        RecordingReader(path) as reader,
        pytest.raises(RecordingError, match="nothing of that time is in it"),
    ):
        excerpt(reader, tmp_path / "other" / "x.twinpane", NOON + 5 * MINUTE, NOON + 6 * MINUTE)
    assert list((tmp_path / "other").iterdir()) == []


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*map(str, words)])
    return done.exit_code, done.output


def test_the_command(recording: Path, tmp_path: Path) -> None:
    path = tmp_path / "incident.twinpane"
    code, said = run("excerpt", recording, "--at", "2027-01-15T12:05:00Z", "--minutes", "1", "--output", path)
    assert code == 0, said
    assert "an excerpt, intact" in said
    assert run("excerpt", recording, "--at", "2027-01-15T12:05Z", "--output", path)[0] == 1, "it is there"
    assert run("excerpt", recording, "--at", "2027-01-16T12:05Z")[0] == 2
    assert run("excerpt", recording, "--at", "soon")[0] == 2
