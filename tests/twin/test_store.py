"""The store: the sample applied last is what it holds, payloads have slots, confirmations never go back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.tags import TagDescription
from hmi.engine.scaling import Scaling
from hmi.model import status
from hmi.model.clock import NO_TIME, Instant
from hmi.model.columns import Columns
from hmi.model.values import ValueType, from_lane, side_span, unpack_side
from hmi.testing.epochs import batch_of, epoch_of
from hmi.twin.store import Store, side_bytes

EPOCH = epoch_of(
    {
        "big": TagDescription(type=ValueType.INT),
        "program": TagDescription(type=ValueType.STRING, capacity=12),
        "note": TagDescription(type=ValueType.STRING, capacity=8),
        "unused": TagDescription(),
    }
)
SCALING = Scaling(EPOCH.tags)
VALUES = {
    "big": st.integers(-(2**63), 2**63 - 1),
    "program": st.text(max_size=8),
    "note": st.text(max_size=8),
}


def text(columns: Columns, name: str) -> str:
    offset, length = side_span(int(columns.value[EPOCH.index[f"m/{name}"]]))
    read = unpack_side(columns.side[offset : offset + length].tobytes(), ValueType.STRING)
    assert isinstance(read, str)
    return read


@given(
    st.lists(st.sampled_from(sorted(VALUES)).flatmap(lambda n: st.tuples(st.just(n), VALUES[n])), max_size=20)
)
def test_the_last_sample_of_each_tag_stays_exact_and_whole(rows: list[tuple[str, int | str]]) -> None:
    columns = Columns.empty(len(EPOCH.tags), side_bytes(EPOCH.tags))
    store = Store(EPOCH.tags, columns)
    last: dict[str, int | str] = {}
    for revision, row in enumerate(rows, start=1):
        batch = batch_of(EPOCH, [row], Instant(revision, revision))
        store.apply(SCALING.samples(batch, 0), revision)
        last[row[0]] = row[1]
    for name, value in last.items():
        index = EPOCH.index[f"m/{name}"]
        if isinstance(value, int):
            assert from_lane(int(columns.value[index]), ValueType.INT) == value
            continue
        whole = value.encode()
        capacity = EPOCH.tags[index].capacity
        assert text(columns, name) == whole[:capacity].decode(errors="replace")
        expected = status.UNCERTAIN if len(whole) > capacity else status.GOOD
        assert int(columns.status[index]) == expected
    untouched = EPOCH.index["m/unused"]
    assert columns.changed[untouched] == 0
    assert columns.status[untouched] == status.BAD_WAITING_FOR_INITIAL_DATA
    assert columns.confirmed[untouched] == NO_TIME


def test_the_later_of_two_samples_of_one_batch_stays() -> None:
    columns = Columns.empty(len(EPOCH.tags), side_bytes(EPOCH.tags))
    Store(EPOCH.tags, columns).apply(
        SCALING.samples(
            batch_of(EPOCH, [("big", 1), ("note", "a"), ("big", 2), ("note", "bc")], Instant(1, 1)), 0
        ),
        1,
    )
    assert from_lane(int(columns.value[EPOCH.index["m/big"]]), ValueType.INT) == 2
    assert text(columns, "note") == "bc"


def test_a_confirmation_never_makes_a_value_older() -> None:
    columns = Columns.empty(len(EPOCH.tags), side_bytes(EPOCH.tags))
    store = Store(EPOCH.tags, columns)
    columns.status[:] = status.GOOD
    index = np.array([0, 3], np.uint32)
    store.confirm(index, 50)
    store.confirm(index[:1], 40)
    assert columns.confirmed.tolist() == [50, NO_TIME, NO_TIME, 50]


def test_nobody_vouches_for_a_value_that_is_kept_under_a_bad_status() -> None:
    columns = Columns.empty(len(EPOCH.tags), side_bytes(EPOCH.tags))
    store = Store(EPOCH.tags, columns)
    columns.status[:] = status.GOOD
    index = np.arange(2, dtype=np.uint32)
    store.confirm(index, 50)
    columns.status[:] = [status.BAD_SENSOR_FAILURE, status.UNCERTAIN, status.BAD, status.BAD][: len(columns)]
    store.confirm(np.arange(3, dtype=np.uint32), 60)
    assert columns.confirmed[:3].tolist() == [50, 60, NO_TIME]


def test_a_bad_sample_leaves_the_last_value_to_be_shown_frozen() -> None:
    columns = Columns.empty(len(EPOCH.tags), side_bytes(EPOCH.tags))
    store = Store(EPOCH.tags, columns)
    store.apply(SCALING.samples(batch_of(EPOCH, [("big", 7), ("note", "ok")], Instant(1, 1)), 0), 1)
    bad = status.BAD_SENSOR_FAILURE
    batch = batch_of(EPOCH, [("big", 8), ("big", 0, bad), ("note", "", bad)], Instant(2, 2))
    store.apply(SCALING.samples(batch, 0), 2)
    index = EPOCH.index["m/big"]
    assert (int(columns.value[index]), int(columns.status[index])) == (8, bad)
    assert columns.changed[index] == 2
    assert text(columns, "note") == "ok"


def test_a_cut_text_is_uncertain_and_keeps_what_else_its_status_says() -> None:
    columns = Columns.empty(len(EPOCH.tags), side_bytes(EPOCH.tags))
    overflowed = status.GOOD | 0x0480
    batch = batch_of(EPOCH, [("note", "longer than eight", overflowed, NO_TIME)], Instant(1, 1))
    Store(EPOCH.tags, columns).apply(SCALING.samples(batch, 0), 1)
    assert text(columns, "note") == "longer t"
    assert columns.status[EPOCH.index["m/note"]] == status.UNCERTAIN | 0x0480


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5).map(tuple),
    st.lists(st.floats(allow_nan=False), max_size=5).map(tuple),
)
def test_arrays_stay_exact_and_of_whole_numbers_where_they_are_cut(
    integers: tuple[int, ...], floats: tuple[float, ...]
) -> None:
    kinds = {"integers": ValueType.INTS, "floats": ValueType.FLOATS}
    epoch = epoch_of({name: TagDescription(type=kind, capacity=28) for name, kind in kinds.items()})
    columns = Columns.empty(2, side_bytes(epoch.tags))
    batch = batch_of(epoch, [("integers", integers), ("floats", floats)], Instant(1, 1))
    Store(epoch.tags, columns).apply(Scaling(epoch.tags).samples(batch, 0), 1)
    for (name, kind), given_ in zip(kinds.items(), (integers, floats), strict=True):
        index = epoch.index[f"m/{name}"]
        offset, length = side_span(int(columns.value[index]))
        assert unpack_side(columns.side[offset : offset + length].tobytes(), kind) == given_[:3]
        assert columns.status[index] == (status.UNCERTAIN if len(given_) > 3 else status.GOOD)
