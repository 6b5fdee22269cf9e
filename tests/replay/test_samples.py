"""A recording's samples: all that the engine's own history was told, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.model.clock import SECOND
from hmi.recorder import kinds
from hmi.recorder.reading import RecordingReader
from hmi.replay.index import RecordingIndex
from hmi.replay.samples import Recorded, samples_of
from tests.recorder.shop import EPOCH, NOON
from tests.replay.test_player import BATCHES, HOUR, MS, Machine, recorded

LENGTH = BATCHES * 90 * MS


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Machine]:
    made: list[Machine] = []

    def day(machine: Machine) -> None:
        made.append(machine)
        machine.work(BATCHES)

    return recorded(tmp_path_factory.mktemp("shift"), day), made[0]


def times_of(found: list[Recorded], tag: str) -> list[int]:
    index = EPOCH.index[f"m/{tag}"]
    return [
        int(time)
        for each in found
        for number, time in zip(each.samples.index, each.samples.receive_time, strict=True)
        if number == index
    ]


def read(path: Path, begin: int, end: int) -> list[Recorded]:
    with RecordingReader(path) as reader:
        return list(samples_of(reader, RecordingIndex(reader), begin, end))


@given(span=st.tuples(st.integers(-SECOND, LENGTH + SECOND), st.integers(0, LENGTH)))
@settings(max_examples=25, deadline=None)
def test_it_is_what_was_received_then_and_what_stood_before(
    shift: tuple[Path, Machine], span: tuple[int, int]
) -> None:
    path, machine = shift
    begin, end = NOON + span[0], NOON + span[0] + span[1]
    found = read(path, begin, end)
    for tag in ("load", "count", "double"):
        live = machine.pipeline.history.series(EPOCH.index[f"m/{tag}"], 0, NOON + HOUR)
        inside = [time for time in live.time.tolist() if begin <= time <= end]
        times = times_of(found, tag)
        before = [time for time in times if time < begin]
        assert times[len(before) :] == inside
        last = [] if begin in inside else [time for time in live.time.tolist() if time < begin]
        outside = begin > NOON + LENGTH + 30 * MS or end < NOON
        assert before == ([] if outside else last[-1:]), "one that stood, if any did"


def test_where_the_clock_was_set_nothing_is_left_out_or_told_twice(tmp_path: Path) -> None:
    def day(machine: Machine) -> None:
        machine.work(20)
        machine.set_clock(-SECOND)
        machine.work(20)
        machine.set_clock(HOUR)
        machine.work(20)

    path = recorded(tmp_path, day)
    found = read(path, NOON, NOON + 2 * HOUR)
    times = times_of(found, "load")
    assert len(times) == 180
    assert min(np.diff(times)) < 0, "back and"
    assert max(np.diff(times)) > HOUR - 2 * SECOND, "forth"


def test_what_is_asked_for_may_lie_on_both_sides_of_a_new_configuration(tmp_path: Path) -> None:
    def day(machine: Machine) -> None:
        machine.work(20)
        machine.begin(kinds.RELOADED)
        machine.work(20)

    path = recorded(tmp_path, day)
    found = read(path, NOON + SECOND, NOON + 3 * SECOND)
    times = times_of(found, "load")
    assert np.diff(times[1:]).tolist() == [30 * MS] * (len(times) - 2)
    assert len(times) == 1 + 67, "of 1.02 to 3.00 s, and the one that stood"
    assert found[-1].share <= 1.0
    assert [each.share for each in found] == sorted(each.share for each in found)


def test_a_lost_link_is_told_from_when_nobody_vouched(tmp_path: Path) -> None:
    def day(machine: Machine) -> None:
        machine.work(20)
        machine.lose_link()

    path = recorded(tmp_path, day)
    last = read(path, NOON, NOON + HOUR)[-1].samples
    assert {int(each) >> 30 for each in last.status} == {2}
    assert all(NOON + 1800 * MS < int(each) < NOON + 2000 * MS for each in last.time)
