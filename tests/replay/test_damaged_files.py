"""Whatever is in a file: it is played as far as it can be, or told to be none, and nothing crashes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hmi.recorder.errors import RecordingError
from hmi.recorder.reading import RecordingReader
from hmi.replay.index import RecordingIndex
from hmi.replay.player import Player
from hmi.replay.samples import samples_of
from tests.recorder.shop import NOON
from tests.recorder.test_verify import change
from tests.replay.test_player import SECOND, recorded
from tests.replay.test_seen import Watched


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    machine = Watched(tmp_path_factory.mktemp("sound"))
    machine.begin()
    for _ in range(3):
        machine.screen("machine")
        machine.work(8)
        machine.keep()
        machine.latency(30)
        machine.lose_link()
    machine.set_clock(-SECOND)
    machine.work(8)
    path = machine.path
    machine.journal.end("stopped", machine.clock.now())
    return path


def played(path: Path) -> bool:
    """Do all that a replay and an export do; whether it could be opened."""
    try:
        with RecordingReader(path) as reader:
            index = RecordingIndex(reader)
            player = Player(reader, index)
            for moment in (index.begin_utc, NOON + SECOND, index.end_utc, NOON + 2 * SECOND):
                player.seek(moment)
                index.seen_before(index.place(moment))
                index.links_before(index.place(moment))
                index.next_mark(moment, back=True)
            player.step()
            player.step_back()
            player.seek(index.begin_utc)
            for _ in range(1000):
                if player.ended:
                    break
                player.advance(10 * SECOND)
            assert player.ended
            for _ in samples_of(reader, index, index.begin_utc, index.end_utc):
                pass
            assert len(index.spans) >= 1
    except RecordingError:
        return False
    return True


def test_a_sound_file_is_played(sound: Path) -> None:
    assert played(sound)


@pytest.mark.parametrize("rounds", [50, pytest.param(1000, marks=pytest.mark.full)])
def test_flipped_bits_anywhere(sound: Path, tmp_path: Path, rounds: int) -> None:
    whole, random = sound.read_bytes(), np.random.default_rng(rounds)
    opened = 0
    for number in range(rounds):
        raw = bytearray(whole)
        for at in random.integers(0, len(raw), 1 + number % 5):
            raw[int(at)] ^= 1 << int(random.integers(8))
        path = tmp_path / "flipped.twinpane"
        path.write_bytes(raw)
        opened += played(path)
    assert opened > rounds // 4, "the rest of most of them is readable"


def _sql(*statements: str) -> Callable[[Path], None]:
    return lambda path: change(path, *statements)


@pytest.mark.parametrize(
    "touch",
    [
        _sql("UPDATE event SET sequence = sequence + 1000"),
        _sql("UPDATE event SET place = place + 1000000"),
        _sql("UPDATE event SET kind = 'keyframe'"),
        _sql("UPDATE event SET kind = 'clock'"),
        _sql("UPDATE event SET utc = -9223372036854775808"),
        _sql("UPDATE event SET utc = 9223372036854775807 WHERE kind = 'begin'"),
        _sql("UPDATE batch SET utc = -9223372036854775808"),
        _sql("UPDATE batch SET utc = sequence % 3"),
        _sql("DELETE FROM event"),
        _sql("DELETE FROM batch WHERE sequence % 2 = 1"),
        _sql("DELETE FROM batch WHERE sequence > 0"),
        _sql("UPDATE batch SET sequence = 4611686018427387904 WHERE sequence = 9"),
        _sql("UPDATE batch SET content = x'', bytes = 0 WHERE sequence % 5 = 1"),
        _sql("UPDATE batch SET content = x'', bytes = 0"),
        _sql("DELETE FROM checkpoint"),
    ],
)
def test_tables_that_contradict_each_other(
    sound: Path, tmp_path: Path, touch: Callable[[Path], None]
) -> None:
    path = tmp_path / "touched.twinpane"
    shutil.copy(sound, path)
    touch(path)
    played(path)


def test_a_stretch_without_state_shows_nothing_and_ends(tmp_path: Path) -> None:
    path = recorded(tmp_path, lambda machine: machine.work(3))
    change(path, "DELETE FROM batch WHERE sequence = 0")
    assert not played(path)
