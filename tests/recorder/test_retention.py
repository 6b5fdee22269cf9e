"""Old recordings go by the site's rules, in order, and never because a clock was wrong."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.recording import RecordingRules
from hmi.model.clock import SECOND, Instant
from hmi.recorder import housekeeping as module
from hmi.recorder import kinds
from hmi.recorder.housekeeping import EVERY, Housekeeping
from hmi.recorder.kinds import Removed
from hmi.recorder.reading import RecordingReader
from hmi.recorder.retention import Stored, outlived
from hmi.recorder.room import LEAST_BYTES, MEASURED_FROM, Room, room
from hmi.recorder.verify import INTACT, verify_file
from tests.recorder.shop import NOON, Shop
from tests.recorder.test_recorder import loop

TODAY = date(2026, 11, 21)
DAY = 86_400 * SECOND


def files(*ages: int, size: int = 1_000_000_000) -> list[Stored]:
    """Files of a machine, so many days old by their names."""
    return [Stored(Path(f"{n:06}"), TODAY - timedelta(days=age), size) for n, age in enumerate(ages, 1)]


def names(found: list[Stored]) -> list[str]:
    return [each.path.name[-2:] for each in found]


def test_without_a_rule_nothing_goes() -> None:
    assert outlived([files(9000, 8000, 0)], RecordingRules(), TODAY) == []


def test_what_is_too_old_goes_and_never_the_newest() -> None:
    rules = RecordingRules(keep_days=10)
    assert names(outlived([files(13, 12, 11, 10, 9)], rules, TODAY)) == ["01", "02"], (
        "each until the next began"
    )
    assert names(outlived([files(100, 100, 100)], rules, TODAY)) == ["01", "02"]


def test_of_too_much_the_oldest_goes_whosever_it_is() -> None:
    one, other = files(9, 7, 5, 0), files(8, 6, 4, 0)
    gone = outlived([one, other], RecordingRules(keep_gigabytes=5.5), TODAY)
    assert gone == [one[0], other[0], one[1]]


def test_a_clock_that_was_wrong_removes_nothing_that_is_young() -> None:
    """An empty battery: files of 1970 between others, and at the very begin."""
    rules = RecordingRules(keep_days=30)
    assert outlived([files(5, 20_000, 4, 0)], rules, TODAY) == []
    assert outlived([files(20_000, 4, 0)], rules, TODAY) == []
    assert names(outlived([files(90, 20_000, 80, 70, 0)], rules, TODAY)) == ["01", "02", "03"]


@given(
    st.lists(st.lists(st.integers(-5, 100), max_size=8), max_size=3),
    st.none() | st.integers(1, 90),
    st.none() | st.floats(0.5, 20),
)
def test_it_goes_in_order_and_no_further_than_the_rules_ask(
    ages: list[list[int]], days: int | None, gigabytes: float | None
) -> None:
    machines = [files(*each) for each in ages]
    gone = outlived(machines, RecordingRules(keep_days=days, keep_gigabytes=gigabytes), TODAY)
    for own in machines:
        mine = [each for each in own if any(each is other for other in gone)]
        assert mine == own[: len(mine)], "the lowest numbers first"
        assert len(mine) < max(len(own), 1), "never the newest"
        if days is not None:
            assert all(each.day < TODAY - timedelta(days=days) for each in mine) or gigabytes is not None
    left = sum(map(len, machines)) - len(gone)
    if gigabytes is not None and left > len([own for own in machines if own]):
        assert left <= gigabytes, "what is left beyond the newest of each fits"


def test_removed_files_are_told_in_the_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY", 0)
    shop = Shop(tmp_path / "m", utc=NOON - 60 * DAY)
    old = []
    for _ in range(3):
        old.append(shop.shift(batches=2))
        shop.clock.advance(DAY)
    with RecordingReader(old[1]) as reader:
        head = reader.head(reader.last)
    young = Shop(tmp_path / "m", utc=NOON - 3 * DAY)
    young.shift(batches=2)
    with loop(tmp_path) as made:
        made.rules(RecordingRules(keep_days=30))
        made.sample(3)
        made.until(lambda _: not old[1].exists(), "removed")
        made.until(lambda _: _removed(made.files()[-1]), "told")
        assert not old[0].exists()
        (told,) = _removed(made.files()[-1])
    assert told.names == (old[0].name, old[1].name)
    assert told.head == head
    assert verify_file(made.files()[-1]).code == INTACT


def _removed(path: Path) -> list[Removed]:
    with RecordingReader(path) as reader:
        return [
            kinds.unpacked(reader.records(each.sequence).records[each.place].payload, Removed)
            for each in reader.rare()
            if each.kind == kinds.REMOVED
        ]


def test_it_looks_once_a_minute() -> None:
    keeping = Housekeeping(Path("/nowhere"))
    times = [0, 1, EVERY - 1, EVERY, EVERY + 1, 2 * EVERY]
    assert [keeping.due(Instant(0, each)) for each in times] == [True, False, False, True, False, True]


def test_a_folder_that_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    keeping = Housekeeping(tmp_path / "nowhere")
    assert keeping.look(["m"], RecordingRules(keep_days=1), 0, Instant(NOON, 0)) == []


@pytest.mark.parametrize(
    ("free", "whole", "written", "seconds", "low"),
    [
        (LEAST_BYTES - 1, 10**9, 0, 0, True),
        (10**11, 10**12, 0, 0, False),
        (10**10, 10**12, 0, 0, True),
        (10**11, 10**12, 10**9, 10, False),
        (10**11, 10**12, 10**9, 3600, False),
        (10**11, 10**12, 2 * 10**9, 3600, True),
    ],
)
def test_room_is_low_days_before_the_disk_is_full(
    free: int, whole: int, written: int, seconds: int, low: bool
) -> None:
    assert room(free, whole, written, seconds * SECOND).low is low


def test_how_long_the_room_does() -> None:
    assert room(10**11, 10**12, 10**9, 3600 * SECOND) == Room(10**11, 100.0, False)
    assert room(10**11, 10**12, 10**9, MEASURED_FROM - 1).hours is None


def test_the_room_is_told_to_the_loop(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        made.sample(1)
        made.until(lambda _: made.rooms, "the room is told")
    assert made.rooms[0].free > 0
