"""Whoever touches a recording is found out, and told where; whoever does not is not accused."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.model.clock import SECOND
from hmi.recorder import kinds
from hmi.recorder.chain import head_after, signed
from hmi.recorder.reading import LAST_SEQUENCE, RecordingReader
from hmi.recorder.records import Record, canonical, parsed
from hmi.recorder.verify import INTACT, NOT_CLOSED, TOUCHED, verify_file, verify_series
from tests.recorder.shop import KEY, Shop

OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(reversed(range(32))))
BATCHES = 22
"""The begin, twenty of samples, the end."""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Shop(tmp_path_factory.mktemp("closed")).shift()


@pytest.fixture
def copy(closed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(closed, tmp_path))


TABLES = ("batch", "checkpoint", "event")


def cut_off(path: Path, sequence: int) -> None:
    """Take away everything from a batch on."""
    change(path, *(f"DELETE FROM {each} WHERE sequence >= {sequence}" for each in TABLES))  # noqa: S608


def change(path: Path, *statements: str | tuple[str, tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for each in statements:
            connection.execute(*((each,) if isinstance(each, str) else each))


def content(path: Path, sequence: int) -> bytes:
    with RecordingReader(path) as reader:
        found = reader.records(sequence)
    return canonical(found.sequence, found.records)


def told(path: Path) -> list[tuple[int, int, str]]:
    found = verify_file(path)
    assert found.code == TOUCHED
    return [(each.first, each.last, each.what) for each in found.findings]


def test_a_closed_file_is_intact_and_everything_in_it_was_checked(closed: Path) -> None:
    found = verify_file(closed)
    assert (found.code, found.findings, found.closed) == (INTACT, [], True)
    assert (found.batches, found.samples, found.signed, found.last) == (BATCHES, 60, BATCHES - 1, BATCHES - 1)
    assert found.begin is not None
    assert found.end is not None
    assert found.end - found.begin == 21 * SECOND // 10
    assert [begin.cause for _, begin in found.stretches] == [kinds.STARTED]


def test_a_file_that_was_not_closed_is_intact_and_says_how_far_it_is_signed(tmp_path: Path) -> None:
    found = verify_file(Shop(tmp_path).shift(end=None))
    assert (found.code, found.batches, found.signed) == (NOT_CLOSED, 21, 0)


def test_a_file_cut_off_before_its_end_is_not_closed_where_its_checkpoint_went_too(copy: Path) -> None:
    cut_off(copy, 21)
    assert verify_file(copy).code == NOT_CLOSED


def _changed(path: Path) -> None:
    new = content(path, 7).replace(b"Bracket 6", b"Bracket 7")
    assert new != content(path, 7)
    change(path, ("UPDATE batch SET content=? WHERE sequence=7", (zstandard.compress(new),)))


def _missing(path: Path) -> None:
    change(path, "DELETE FROM batch WHERE sequence=7")


def _swapped(path: Path) -> None:
    change(
        path,
        "UPDATE batch SET sequence=-1 WHERE sequence=7",
        "UPDATE batch SET sequence=7 WHERE sequence=8",
        "UPDATE batch SET sequence=8 WHERE sequence=-1",
    )


def _twice(path: Path) -> None:
    change(
        path,
        "DELETE FROM batch WHERE sequence=7",
        "INSERT INTO batch SELECT 7, utc, samples, bytes, head, content FROM batch WHERE sequence=6",
    )


def _before_all(path: Path) -> None:
    change(
        path, "INSERT INTO batch SELECT -5, utc, samples, bytes, head, content FROM batch WHERE sequence=6"
    )


def _other_head(path: Path) -> None:
    change(path, ("UPDATE batch SET head=? WHERE sequence=7", (bytes(32),)))


@pytest.mark.parametrize(
    ("touch", "expected"),
    [
        (_changed, [(7, 7, "changed")]),
        (_missing, [(7, 7, "missing")]),
        (_swapped, [(n, n, f"in the place of another: it is batch {15 - n}") for n in (7, 8)]),
        (_twice, [(7, 7, "in the place of another: it is batch 6")]),
        (_before_all, [(-5, -5, "in the place of another: it is batch 6")]),
        (_other_head, [(7, 8, "changed")]),
    ],
)
def test_the_batch_that_was_touched_is_named(
    touch: Callable[[Path], None], expected: list[tuple[int, int, str]], copy: Path
) -> None:
    touch(copy)
    found = told(copy)
    assert [each for each in expected if each not in found] == []
    assert all(6 <= first <= last <= 9 or first < 0 for first, last, _ in found), "and no other is accused"


def rechained(path: Path, key: Ed25519PrivateKey | None) -> None:
    """Change batch 7 as one does who knows the format: all heads fit again, with ``key`` signatures too."""
    with RecordingReader(path) as reader:
        rows = list(reader.stored())
        file = reader.header().file
    with closing(sqlite3.connect(path)) as connection, connection:
        head = rows[6].head
        for row in rows[7:]:
            new = content_of(row.content).replace(b"Bracket 6", b"Bracket 7")
            head = head_after(head, new)
            connection.execute(
                "UPDATE batch SET content=?, bytes=?, head=? WHERE sequence=?",
                (zstandard.compress(new), len(new), head, row.sequence),
            )
        if key is not None:
            made = signed(key, file, 21, rows[21].utc, head)
            connection.execute(
                "UPDATE checkpoint SET head=?, key=?, signature=? WHERE sequence=21",
                (made.head, made.key, made.signature),
            )


def content_of(compressed: bytes) -> bytes:
    return zstandard.decompress(compressed)


def test_who_makes_the_chain_anew_does_not_have_the_signature(copy: Path) -> None:
    rechained(copy, None)
    ((first, last, what),) = told(copy)
    assert (first, last) == (1, 21)
    assert what.startswith("not those that were signed")


def test_who_signs_with_another_key_is_not_the_files_key(copy: Path) -> None:
    rechained(copy, OTHER_KEY)
    assert told(copy) == [(21, 21, "the signature is not that of the file's key")]


def test_the_owner_of_the_key_can_and_that_is_what_verify_says(copy: Path) -> None:
    rechained(copy, KEY)
    assert verify_file(copy).code == INTACT


def test_a_signature_fits_in_no_other_file(closed: Path, tmp_path: Path) -> None:
    other = Shop(tmp_path).shift()
    with closing(sqlite3.connect(closed)) as connection:
        signature = connection.execute("SELECT signature FROM checkpoint WHERE sequence=21").fetchone()[0]
    change(other, ("UPDATE checkpoint SET signature=? WHERE sequence=21", (signature,)))
    assert told(other) == [(21, 21, "the signature is not that of the file's key")]


def test_the_index_of_events_cannot_lie(copy: Path) -> None:
    change(copy, "UPDATE event SET utc = utc + 1 WHERE sequence=21")
    assert told(copy) == [(-1, -1, "the index of events is not that of the batches")]


@pytest.mark.parametrize("change_", ["samples = samples + 1", "utc = utc + 1"])
def test_nor_can_what_stands_beside_a_batch(change_: str, copy: Path) -> None:
    change(copy, f"UPDATE batch SET {change_} WHERE sequence=5")  # noqa: S608
    assert [each[:2] for each in told(copy)] == [(5, 5)]


def test_a_checkpoint_behind_the_last_batch_tells_of_an_end_that_was_cut_off(copy: Path) -> None:
    change(copy, "DELETE FROM batch WHERE sequence >= 19", "DELETE FROM event WHERE sequence >= 19")
    assert told(copy) == [(21, 21, "a checkpoint signs a batch that is not there: the end was cut off")]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW evil AS SELECT 1",
        "CREATE TRIGGER evil AFTER INSERT ON batch BEGIN SELECT 1; END",
        "CREATE TABLE more (x)",
        "PRAGMA application_id=1",
        "PRAGMA user_version=99",
        "DROP TABLE checkpoint",
    ],
)
def test_a_database_that_is_not_ours_is_not_looked_into(statement: str, copy: Path) -> None:
    change(copy, statement)
    found = verify_file(copy)
    assert (found.code, found.batches, len(found.findings)) == (TOUCHED, 0, 1)


@pytest.mark.parametrize(
    ("size", "data"),
    [
        (2**40, zstandard.compress(bytes(100))),
        (100, zstandard.compress(bytes(50_000_000))),
        (50_000_000, zstandard.compress(bytes(50_000_000))[:-5]),
        (-1, b""),
        (3, b"abc"),
    ],
    ids=["says too much", "is a bomb", "is cut", "negative", "no zstd"],
)
def test_a_size_is_bounded_before_it_is_believed(size: int, data: bytes, copy: Path) -> None:
    change(copy, ("UPDATE batch SET bytes=?, content=? WHERE sequence=5", (size, data)))
    found = verify_file(copy)
    assert [(each.first, each.last) for each in found.findings] == [(5, 5)]
    assert found.batches == BATCHES - 1, "the others are checked all the same"


@pytest.mark.parametrize("junk", [b"", b"SQLite format 3\0", bytes(5000), b"x" * 100])
def test_what_is_no_recording_is_said_to_be_none(junk: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.twinpane"
    path.write_bytes(junk)
    found = verify_file(path)
    assert (found.code, len(found.findings)) == (TOUCHED, 1)


@settings(max_examples=60)
@given(data=st.data())
def test_a_flipped_bit_is_found_where_anything_is_read(closed: Path, data: st.DataObject) -> None:
    """Whatever part it hits: never an exception, and what is told as intact is what was recorded."""
    original = closed.read_bytes()
    position = data.draw(st.integers(0, len(original) - 1))
    changed = bytearray(original)
    changed[position] ^= 1 << data.draw(st.integers(0, 7))
    path = closed.with_name("flipped.twinpane")
    path.write_bytes(changed)
    found = verify_file(path)
    if found.code == TOUCHED:
        return
    with RecordingReader(path) as flipped, RecordingReader(closed) as sound:
        assert [flipped.records(n) for n in range(BATCHES)] == [sound.records(n) for n in range(BATCHES)]
        assert flipped.rare() == sound.rare()


def test_of_a_file_that_is_damaged_the_rest_is_read(closed: Path, tmp_path: Path) -> None:
    """A page of the table of batches that makes no sense takes only what lay on it."""
    shop = Shop(tmp_path / "m")
    path = shop.shift(batches=400)
    raw, page = bytearray(path.read_bytes()), 4096
    middle = len(raw) // page // 2 * page
    raw[middle : middle + page] = bytes(page)
    path.write_bytes(raw)
    found = verify_file(path)
    assert found.code == TOUCHED
    assert 300 < found.batches < 402


def test_a_great_gap_is_one_finding_and_takes_no_time(copy: Path) -> None:
    change(copy, f"UPDATE batch SET sequence = {LAST_SEQUENCE} WHERE sequence = 21")  # noqa: S608
    found = [(first, last) for first, last, what in told(copy) if what == "missing"]
    assert found == [(21, LAST_SEQUENCE - 1)]


def test_a_damaged_file_that_says_endless_batches_is_checked_all_the_same(tmp_path: Path) -> None:
    path = Shop(tmp_path / "m").shift(batches=400)
    change(path, f"UPDATE batch SET sequence = {2**61} WHERE sequence = 401")  # noqa: S608
    raw, page = bytearray(path.read_bytes()), 4096
    middle = len(raw) // page // 2 * page
    raw[middle : middle + page] = bytes(page)
    path.write_bytes(raw)
    found = verify_file(path)
    assert found.code == TOUCHED
    assert found.batches > 300


def series(folder: Path, files: int) -> list[Path]:
    shop = Shop(folder)
    paths = []
    for _ in range(files):
        paths.append(shop.shift(batches=3))
        shop.clock.advance(86_400 * SECOND)
    return paths


def test_files_of_a_series_go_on_where_the_one_before_ended(tmp_path: Path) -> None:
    paths = series(tmp_path, 4)
    assert [path.name[:6] for path in paths] == ["000001", "000002", "000003", "000004"]
    found = [verify_file(path) for path in reversed(paths)]
    assert [each.code for each in found] == [INTACT] * 4
    assert verify_series(found) == []


def test_a_file_that_is_missing_from_a_series_is_told(tmp_path: Path) -> None:
    paths = series(tmp_path, 4)
    found = [verify_file(path) for path in (paths[0], paths[3])]
    assert verify_series(found) == [
        f"m: {paths[0].name} → {paths[3].name}: missing between them: number 2 to 3"
    ]


def test_a_file_whose_end_was_cut_off_in_full_is_told_by_its_successor(tmp_path: Path) -> None:
    paths = series(tmp_path, 2)
    cut_off(paths[0], 3)
    found = [verify_file(path) for path in paths]
    assert [each.code for each in found] == [NOT_CLOSED, INTACT]
    (told_,) = verify_series(found)
    assert "its end was cut off" in told_


def test_a_file_that_stands_in_for_another_is_told(tmp_path: Path) -> None:
    paths, strangers = series(tmp_path / "a", 2), series(tmp_path / "b", 2)
    (told_,) = verify_series([verify_file(paths[0]), verify_file(strangers[1])])
    assert "not recorded after the first" in told_
    (told_,) = verify_series([verify_file(paths[0]), verify_file(paths[0])])
    assert "the same file twice" in told_


def test_unknown_kinds_are_kept_and_in_the_chain(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.begin()
    strange = Record("alarm_of_the_future", shop.clock.now(), b"\x00\xffwhatever", 0)
    shop.journal.add([strange], shop.clock.now())
    path = shop.path
    shop.journal.end(kinds.STOPPED, shop.clock.now())
    assert verify_file(path).code == INTACT
    with RecordingReader(path) as reader:
        assert reader.records(1).records == (strange,)
        assert [each.kind for each in reader.rare()][-2:] == ["alarm_of_the_future", kinds.END]
        assert parsed(content(path, 1)).records == (strange,)
