"""The history ring: what comes back is what went in, nothing is painted over, and its reach is told."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.tags import TagDescription
from hmi.engine.history import History, Series, decimate
from hmi.engine.scaling import Scaling
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.model.values import ValueType
from hmi.testing.epochs import batch_of, epoch_of

EPOCH = epoch_of(
    {
        "a": TagDescription(),
        "name": TagDescription(type=ValueType.STRING),
        "b": TagDescription(type=ValueType.INT),
    }
)
SCALING = Scaling(EPOCH.tags)
T0 = 1_700_000_000 * SECOND
NOW = Instant(T0 + 1000, 1)
A, B = EPOCH.index["m/a"], EPOCH.index["m/b"]

STATUS = st.sampled_from([status.GOOD, status.UNCERTAIN, status.BAD])
STEPS = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.integers(-9, 9), st.integers(0, 50)), min_size=1, max_size=7
    ),
    max_size=12,
)


@given(STEPS, st.integers(1, 40))
def test_the_ring_holds_the_last_samples_in_time_order(
    steps: list[list[tuple[str, int, int]]], capacity: int
) -> None:
    history = History(EPOCH.tags, capacity, began=0)
    everything: list[tuple[str, int, int]] = []
    for step in steps:
        rows = [(n, float(v) if n == "a" else v, 0, T0 + t) for n, v, t in step]
        history.add(SCALING.samples(batch_of(EPOCH, [*rows, ("name", "x")], NOW), 0))
        everything += step
    lost = [t for _, _, t in everything[:-capacity]]
    assert history.complete_from(A) == max([0, *(T0 + t + 1 for t in lost)])
    kept = everything[-capacity:]
    for name, index in (("a", A), ("b", B)):
        expected = sorted(((t, v) for n, v, t in kept if n == name), key=lambda x: x[0])
        got = history.series(index, T0 - 1, T0 + 1000)
        assert (got.time - T0).tolist() == [t for t, _ in expected]
        assert got.value.tolist() == [float(v) for _, v in expected]


@given(st.lists(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 50), STATUS), max_size=4)))
def test_what_is_put_away_together_is_as_if_it_were_one_by_one(
    steps: list[list[tuple[str, int, int]]],
) -> None:
    together, single = (History(EPOCH.tags, 15, began=0) for _ in range(2))
    for n, step in enumerate(steps):
        rows = [(name, float(n) if name == "a" else n, quality, T0 + t) for name, t, quality in step]
        samples = SCALING.samples(batch_of(EPOCH, rows, Instant(T0 + 100 + n, n)), 0)
        together.add(samples)
        single.add(samples)
        single.settle()
    for index in (A, B):
        assert together.complete_from(index) == single.complete_from(index)
        found, expected = (each.series(index, T0 - 1, T0 + 1000) for each in (together, single))
        for column in ("time", "value", "severity"):
            assert getattr(found, column).tolist() == getattr(expected, column).tolist()
    marks = [each.marks(np.array([A, B])) for each in (together, single)]
    for column in ("latest", "in_gap", "began", "first"):
        assert getattr(marks[0], column).tolist() == getattr(marks[1], column).tolist()


def test_a_window_begins_with_the_value_held_before_it() -> None:
    history = History(EPOCH.tags, 100, began=0)
    rows = [("a", float(t), 0, T0 + t) for t in (10, 20, 30, 40)]
    history.add(SCALING.samples(batch_of(EPOCH, rows, NOW), 0))
    assert (history.series(A, T0 + 25, T0 + 35).time - T0).tolist() == [20, 30]
    assert history.series(B, T0 + 25, T0 + 35).time.tolist() == []


def test_the_reach_is_told_when_the_ring_has_turned_whatever_the_order_of_times() -> None:
    history = History(EPOCH.tags, 3, began=T0 + 5)
    assert history.complete_from(A) == T0 + 5
    for t in (20, 10, 30, 40, 50):
        history.add(SCALING.samples(batch_of(EPOCH, [("a", 1.0, 0, T0 + t)], NOW), 0))
    assert history.complete_from(A) == T0 + 21, "20 was overwritten before 10, and is lost as well"


STEP = st.tuples(st.integers(0, 50), st.sampled_from([status.GOOD, status.UNCERTAIN, status.BAD]))


@given(st.lists(st.lists(STEP, min_size=1, max_size=3), min_size=1, max_size=8))
def test_a_gap_never_swallows_what_was_received_after_it(steps: list[list[tuple[int, int]]]) -> None:
    """Whatever times a device repeats after a gap: the last point is as good as the last sample."""
    history = History(EPOCH.tags, 100, began=0)
    for n, step in enumerate(steps):
        rows = [("a", float(n), quality, T0 + t) for t, quality in sorted(step)]
        before = history.series(A, T0 - 1, T0 + 10_000)
        received = Instant(T0 + 100 + n, n)
        history.add(SCALING.samples(batch_of(EPOCH, rows, received), 0))
        after = history.series(A, T0 - 1, T0 + 10_000)
        in_gap = len(before.time) and before.severity[-1] == 2
        ended = all(quality < status.BAD for _, quality in step)
        if in_gap and ended:
            assert after.severity[-1] < 2
            assert after.value[-1] == n
            assert after.time[: len(before.time)].tolist() == before.time.tolist(), "the past stays"


def test_a_value_repeated_after_a_gap_counts_from_when_it_was_received() -> None:
    history = History(EPOCH.tags, 100, began=0)
    for rows, received, observed in (
        ([("a", 1.0, 0, T0)], 10, NO_TIME),
        ([("a", 0.0, status.BAD, T0 + 20)], 20, 7),
        ([("a", 1.0, 0, T0)], 500, NO_TIME),
        ([("a", 0.0, status.BAD, T0 + 600)], 600, 7),
        ([("a", 1.0, 0, T0), ("a", 2.0, 0, T0 + 650)], 700, 7),
        ([("a", 0.0, status.BAD, T0 + 800)], 800, 7),
        ([("a", 3.0, 0, T0 + 850)], 900, NO_TIME),
    ):
        batch = batch_of(EPOCH, rows, Instant(T0 + received, 1), not_before=observed)
        history.add(SCALING.samples(batch, 0))
    got = history.series(A, T0 - 1, T0 + 1000)
    assert (got.time - T0).tolist() == [0, 20, 500, 600, 650, 650, 800, 900]
    assert got.severity.tolist() == [0, 2, 0, 2, 0, 0, 2, 0]
    assert got.value[[4, 5, 7]].tolist() == [1.0, 2.0, 3.0]


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.sampled_from([0, 0, 0, 1, 2])), min_size=1, max_size=400),
    st.integers(1, 60),
)
def test_decimation_keeps_extremes_and_gaps(points: list[tuple[float, int]], wanted: int) -> None:
    value = np.array([v for v, _ in points])
    severity = np.array([s for _, s in points], np.uint8)
    series = Series(np.arange(len(points), dtype=np.int64), value, severity)
    small = decimate(series, wanted)
    assert np.all(np.diff(small.time) > 0)
    assert (small.time[0], small.time[-1]) == (0, len(points) - 1)
    good = severity < status.Severity.BAD
    if good.any():
        kept = small.value[small.severity < status.Severity.BAD]
        assert kept.min() == value[good].min()
        assert kept.max() == value[good].max()
    # Whoever joins the kept points must see exactly the original runs of Bad.
    runs = severity[np.flatnonzero(np.diff((severity == 2).astype(int), prepend=-1))] == 2
    kept_runs = small.severity[np.flatnonzero(np.diff((small.severity == 2).astype(int), prepend=-1))] == 2
    assert kept_runs.tolist() == runs.tolist()
    turns = int(np.sum(np.diff((severity == 2).astype(int)) != 0))
    assert len(small.time) <= max(wanted, 4) + 8 + 2 * turns


@given(STEPS, st.integers(1, 40), STEPS)
def test_what_is_carried_into_another_configuration_is_what_was_held(
    steps: list[list[tuple[str, int, int]]], capacity: int, more: list[list[tuple[str, int, int]]]
) -> None:
    """Of two tags one goes on, under another index; the ring turns as if nothing had happened."""
    former, plain = History(EPOCH.tags, capacity, began=5), History(EPOCH.tags, capacity, began=5)
    after = epoch_of({"new": TagDescription(), "a": TagDescription()})
    to, new = after.index["m/a"], after.index["m/new"]
    for step in steps:
        samples = SCALING.samples(
            batch_of(EPOCH, [(n, float(v) if n == "a" else v, 0, T0 + t) for n, v, t in step], NOW), 0
        )
        former.add(samples)
        plain.add(samples)
    carried = History(after.tags, capacity, began=T0)
    carried.carry(former, np.array([to], np.uint32), np.array([A], np.uint32))
    got, expected = carried.series(to, 0, T0 + 999), former.series(A, 0, T0 + 999)
    assert got.time.tolist() == expected.time.tolist()
    assert got.value.tolist() == expected.value.tolist()
    assert carried.complete_from(to) == former.complete_from(A)
    assert carried.complete_from(new) >= T0
    assert carried.series(new, 0, T0 + 999).time.tolist() == []
    scaling = Scaling(after.tags)
    for step in more:
        rows = [("a", float(v), 0, T0 + t) for n, v, t in step if n == "a"]
        if rows:
            carried.add(scaling.samples(batch_of(after, rows, NOW), 0))
            plain.add(SCALING.samples(batch_of(EPOCH, rows, NOW), 0))
    if all(n == "a" for step in steps for n, _, _ in step):
        ours, theirs = carried.series(to, 0, T0 + 999), plain.series(A, 0, T0 + 999)
        assert ours.time.tolist() == theirs.time.tolist()
        assert carried.complete_from(to) == plain.complete_from(A)


def test_from_its_beginning_to_the_first_sample_that_was_received_is_a_gap() -> None:
    """Whether the device dates what it had all along before that moment, within it, or not at all."""
    history = History(EPOCH.tags, 100, began=T0 + 100)
    for name, dated, received in (("a", 20, 700), ("b", 300, 700)):
        batch = batch_of(EPOCH, [(name, 1, 0, T0 + dated)], Instant(T0 + received, 1))
        history.add(SCALING.samples(batch, 0))
        batch = batch_of(EPOCH, [(name, 2, 0, T0 + 800)], Instant(T0 + 801, 1), not_before=7)
        history.add(SCALING.samples(batch, 0))
    for index in (A, B):
        for begin in (0, T0 + 50, T0 + 250):
            told = history.told(index, begin, T0 + 900)
            assert (told.time - T0).tolist() == [100, 700, 800]
            assert told.severity.tolist() == [2, 0, 0]
            assert told.value[1:].tolist() == [1.0, 2.0]
        told = history.told(index, T0, T0 + 500)
        assert ((told.time - T0).tolist(), told.severity.tolist()) == ([100], [2])
        later = history.told(index, T0 + 850, T0 + 900)
        assert (later.value.tolist(), later.severity.tolist()) == ([2.0], [0]), "the gap was long over"


def test_a_tag_that_was_never_heard_is_a_gap_and_one_that_fell_out_of_the_ring_is_none() -> None:
    history = History(EPOCH.tags, 3, began=T0)
    assert history.told(A, T0 - 50, T0 + 50).severity.tolist() == [2]
    history.add(SCALING.samples(batch_of(EPOCH, [("a", 1.0, 0, T0 + 10)], Instant(T0 + 10, 1)), 0))
    assert (history.told(A, T0, T0 + 50).time - T0).tolist() == [0, 10]
    for t in range(20, 60, 10):
        history.add(SCALING.samples(batch_of(EPOCH, [("b", t, 0, T0 + t)], Instant(T0 + t, 1)), 0))
    assert len(history.told(A, T0, T0 + 90).time) == 0, "its sample is gone, and nobody knows of a gap"
    assert (history.told(B, T0, T0 + 90).time - T0).tolist() == [30, 40, 50]


@given(
    st.lists(st.tuples(st.integers(-200, 300), st.integers(0, 9), STATUS), max_size=8),
    st.integers(-200, 400),
    st.integers(0, 400),
)
def test_nothing_is_drawn_before_the_first_sample_was_received_and_all_after_it_is_as_held(
    steps: list[tuple[int, int, int]], begin: int, span: int
) -> None:
    history, heard = History(EPOCH.tags, 100, began=T0), None
    for n, (dated, value, quality) in enumerate(steps):
        received = Instant(T0 + 50 + 10 * n, n)
        batch = batch_of(EPOCH, [("a", float(value), quality, T0 + dated)], received)
        history.add(SCALING.samples(batch, 0))
        if heard is None and quality < status.BAD:
            heard = T0 + 50 + 10 * n
    end = T0 + begin + span
    told, held = history.told(A, T0 + begin, end), history.series(A, T0 + begin, end)
    assert (np.diff(told.time) >= 0).all()
    assert (told.time <= end).all()
    later = (heard or end) if end >= T0 else T0 - 1_000
    for moment in told.time[(told.severity < 2) & (told.time < later)]:
        assert end < T0 or moment in held.time[held.time > T0], "only what the device dates into that time"
    assert told.time[told.time > later].tolist() == held.time[held.time > later].tolist()
