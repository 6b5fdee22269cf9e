"""Derived tags against a naive, sample-by-sample model of "hold last, in order of time"."""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import neg

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.tags import TagDescription
from hmi.engine.derived import DerivedTags
from hmi.engine.scaling import Scaling
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.model.columns import Columns
from hmi.model.values import ValueType, as_floats, from_lane
from hmi.testing.epochs import batch_of, epoch_of
from hmi.twin.store import Store

EPOCH = epoch_of(
    {
        "twice": TagDescription(derived="both * 2"),
        "a": TagDescription(),
        "b": TagDescription(),
        "both": TagDescription(derived="a + b"),
        "ratio": TagDescription(derived="a / b"),
        "over": TagDescription(derived="a > b", type=ValueType.BOOL),
        "other": TagDescription(),
    }
)
BEGIN = 1_700_000_000 * SECOND
NOW = Instant(BEGIN + 1000 * SECOND, SECOND)
WORST = [status.GOOD, status.UNCERTAIN, status.BAD_SENSOR_FAILURE]


def worst(*statuses: int) -> int:
    return max(statuses, key=lambda s: (status.severity(s), -statuses.index(s)))


def _without_bad_value(time: int, value: float, quality: int) -> tuple[int, float | None, int]:
    """A Bad result brings no value: the store keeps the last one."""
    return time, (None if quality >= status.BAD else value), quality


def _older_first(step: list[tuple[str, int, int, int]]) -> list[tuple[str, int, int, int]]:
    """The order that a batch promises: any mixture of tags, but each tag's samples older first."""
    times = {name: sorted(t for n, _, _, t in step if n == name) for name in ("a", "b", "other")}
    return [(name, value, quality, times[name].pop(0)) for name, value, quality, _ in step]


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["a", "b", "other"]),
                st.integers(-5, 5),
                st.sampled_from(WORST),
                st.integers(0, 6),
            ),
            min_size=1,
            max_size=8,
        ),
        max_size=4,
    )
)
def test_each_instant_of_change_is_evaluated_with_the_values_held_then(
    steps: list[list[tuple[str, int, int, int]]],
) -> None:
    columns = Columns.empty(len(EPOCH.tags))
    store, scaling, derived = Store(EPOCH.tags, columns), Scaling(EPOCH.tags), DerivedTags(EPOCH.tags)
    held = dict.fromkeys(("a", "b"), (0.0, status.BAD_WAITING_FOR_INITIAL_DATA))
    index = EPOCH.index["m/both"]
    for revision, drawn in enumerate(steps, start=1):
        step = _older_first(drawn)
        batch = batch_of(EPOCH, [(n, float(v), s, BEGIN + t) for n, v, s, t in step], NOW)
        samples = scaling.samples(batch, 0)
        result = derived.samples(samples, columns, NOW)
        expected = []
        relevant = sorted((x for x in step if x[0] != "other"), key=lambda x: x[3])
        for position, (name, value, quality, time) in enumerate(relevant):
            held[name] = (float(value), quality)
            if position + 1 == len(relevant) or relevant[position + 1][3] != time:
                total = held["a"][0] + held["b"][0]
                expected.append((BEGIN + time, total, worst(held["a"][1], held["b"][1])))
        store.apply(samples, revision)
        if result is None:
            assert not expected
            continue
        store.apply(result, revision)
        rows = result.index == index
        got = zip(
            result.time[rows].tolist(),
            as_floats(result.value[rows], ValueType.FLOAT).tolist(),
            result.status[rows].tolist(),
            strict=True,
        )
        assert [_without_bad_value(*row) for row in got] == [_without_bad_value(*row) for row in expected]
        doubled = as_floats(result.value[result.index == EPOCH.index["m/twice"]], ValueType.FLOAT)
        qualities = [quality for _, _, quality in expected]
        assert [v for v, q in zip(doubled, qualities, strict=True) if q < status.BAD] == [
            2 * value for _, value, quality in expected if quality < status.BAD
        ]


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["a", "b"]), st.integers(-5, 5), st.sampled_from(WORST), st.integers(0, 6)
            ),
            min_size=1,
            max_size=8,
        ),
        max_size=4,
    )
)
def test_whatever_a_devices_clock_does_a_result_is_of_the_values_that_stand_beside_it(
    steps: list[list[tuple[str, int, int, int]]],
) -> None:
    columns = Columns.empty(len(EPOCH.tags))
    store, scaling, derived = Store(EPOCH.tags, columns), Scaling(EPOCH.tags), DerivedTags(EPOCH.tags)
    a, b, both = (EPOCH.index[f"m/{name}"] for name in ("a", "b", "both"))
    columns.status[:] = status.BAD_WAITING_FOR_INITIAL_DATA
    for revision, step in enumerate(steps, start=1):
        batch = batch_of(EPOCH, [(n, float(v), s, BEGIN + t) for n, v, s, t in step], NOW)
        samples = scaling.samples(batch, 0)
        result = derived.samples(samples, columns, NOW)
        store.apply(samples, revision)
        assert result is not None
        store.apply(result, revision)
        assert columns.status[both] == worst(int(columns.status[a]), int(columns.status[b]))
        if status.severity(int(columns.status[both])) is not status.Severity.BAD:
            held = as_floats(columns.value[[a, b, both]], ValueType.FLOAT)
            assert held[0] + held[1] == held[2]


def test_an_impossible_result_is_bad_and_keeps_the_last_usable_value() -> None:
    columns = Columns.empty(len(EPOCH.tags))
    store, scaling, derived = Store(EPOCH.tags, columns), Scaling(EPOCH.tags), DerivedTags(EPOCH.tags)
    first = scaling.samples(batch_of(EPOCH, [("a", 6.0, 0, BEGIN + 1), ("b", 2.0, 0, BEGIN + 1)], NOW), 0)
    result = derived.samples(first, columns, NOW)
    assert result is not None
    store.apply(first, 1)
    store.apply(result, 1)
    second = scaling.samples(batch_of(EPOCH, [("b", 0.0, 0, BEGIN + 2)], NOW), 0)
    result = derived.samples(second, columns, NOW)
    assert result is not None
    row = result.index.tolist().index(EPOCH.index["m/ratio"])
    assert result.status[row] == status.BAD_OUT_OF_RANGE
    assert math.isclose(float(as_floats(result.value[row : row + 1], ValueType.FLOAT)[0]), 3.0)
    over = result.index.tolist().index(EPOCH.index["m/over"])
    assert result.value[over] == 1


def test_a_result_is_as_old_as_its_oldest_root_and_never_fresher() -> None:
    columns = Columns.empty(len(EPOCH.tags))
    derived = DerivedTags(EPOCH.tags)
    twice = EPOCH.index["m/twice"]
    columns.status[:] = status.GOOD
    columns.confirmed[[EPOCH.index["m/a"], EPOCH.index["m/b"]]] = [50, 20]
    derived.confirm(columns)
    assert columns.confirmed[twice] == 20
    columns.confirmed[EPOCH.index["m/b"]] = NO_TIME
    derived.confirm(columns)
    assert columns.confirmed[twice] == NO_TIME


def test_nobody_vouches_for_a_result_that_could_not_be_had() -> None:
    columns = Columns.empty(len(EPOCH.tags))
    derived = DerivedTags(EPOCH.tags)
    ratio, twice = EPOCH.index["m/ratio"], EPOCH.index["m/twice"]
    columns.status[:] = status.GOOD
    columns.status[ratio] = status.BAD_OUT_OF_RANGE
    columns.confirmed[[EPOCH.index["m/a"], EPOCH.index["m/b"]]] = [50, 20]
    derived.confirm(columns)
    assert (columns.confirmed[ratio], columns.confirmed[twice]) == (NO_TIME, 20)


def test_the_latency_bound_of_a_result_is_its_earliest_observed_cause() -> None:
    columns = Columns.empty(len(EPOCH.tags))
    derived, scaling = DerivedTags(EPOCH.tags), Scaling(EPOCH.tags)
    batch = batch_of(EPOCH, [("a", 1.0), ("b", 2.0)], NOW)
    batch.not_before[:] = [NO_TIME, 77]
    result = derived.samples(scaling.samples(batch, 0), columns, NOW)
    assert result is not None
    assert set(result.not_before.tolist()) == {77}
    initial = derived.samples(scaling.samples(batch_of(EPOCH, [("a", 1.0)], NOW), 0), columns, NOW)
    assert initial is not None
    assert np.all(initial.not_before == NO_TIME)


LARGE = epoch_of(
    {
        "a": TagDescription(),
        "signed": TagDescription(derived="a * 1", type=ValueType.INT),
        "unsigned": TagDescription(derived="a * 1", type=ValueType.UINT),
        "mode": TagDescription(derived="a * 1", type=ValueType.ENUM, labels={1: "ONE"}),
    }
)
EDGES = [s * m * 2.0**p for s in (1, -1) for p in (0, 53, 62, 63, 64, 65, 1000) for m in (0.4, 0.5, 1.0, 1.5)]


@given(st.lists(st.one_of(st.sampled_from(EDGES), st.floats(allow_nan=False)), min_size=1, max_size=9))
def test_a_result_is_exact_in_its_type_or_bad(results: list[float]) -> None:
    columns = Columns.empty(len(LARGE.tags))
    store, scaling, derived = Store(LARGE.tags, columns), Scaling(LARGE.tags), DerivedTags(LARGE.tags)
    for revision, number in enumerate(results, start=1):
        sample = scaling.samples(batch_of(LARGE, [("a", number, 0, BEGIN + revision)], NOW), 0)
        result = derived.samples(sample, columns, NOW)
        assert result is not None
        store.apply(sample, revision)
        store.apply(result, revision)
        for name, low, high in (
            ("signed", -(2**63), 2**63 - 1),
            ("mode", -(2**63), 2**63 - 1),
            ("unsigned", 0, 2**64 - 1),
        ):
            index = LARGE.index[f"m/{name}"]
            held = math.isfinite(number) and low <= round(number) <= high
            code = status.GOOD if held else status.BAD_OUT_OF_RANGE
            if held and abs(round(number)) >= 2**53:  # float64 has no neighbours there
                code = status.UNCERTAIN_CONFIGURATION_ERROR
            assert columns.status[index] == code
            if held:
                assert from_lane(int(columns.value[index]), LARGE.tags[index].type) == round(number)


INTEGER_RULES: dict[str, tuple[str, ValueType, Callable[[int, int], int | bool]]] = {
    "itself": ("a", ValueType.INT, lambda a, b: a),
    "other": ("b", ValueType.UINT, lambda a, b: b),
    "total": ("a + b", ValueType.INT, lambda a, b: a + b),
    "less": ("a - b - 1", ValueType.INT, lambda a, b: a - b - 1),
    "there_and_back": ("a + 3 - a", ValueType.INT, lambda a, b: 3),
    "cancelled": ("(a + 1) * 2 - b * 2", ValueType.INT, lambda a, b: (a + 1) * 2 - b * 2),
    "product": ("a * b", ValueType.INT, lambda a, b: a * b),
    "magnitude": ("-abs(a)", ValueType.INT, lambda a, b: -abs(a)),
    "lowest": ("min(a, b, 7)", ValueType.INT, lambda a, b: min(a, b, 7)),
    "written": ("max(a, 9007199254740993)", ValueType.INT, lambda a, b: max(a, 9007199254740993)),
    "off_a_large_one": ("a - 9007199254740993", ValueType.INT, lambda a, b: a - 9007199254740993),
    "chosen": ("a if a < b else b", ValueType.INT, lambda a, b: a if a < b else b),
    "same": ("a == b", ValueType.BOOL, lambda a, b: a == b),
    "is_written": ("a == 9007199254740993", ValueType.BOOL, lambda a, b: a == 9007199254740993),
    "ordered": ("9007199254740991 < a <= b", ValueType.BOOL, lambda a, b: 9007199254740991 < a <= b),
    "after": ("a + 1 > a and b + 1 > b", ValueType.BOOL, lambda a, b: True),
    "twice_derived": ("total - b", ValueType.INT, lambda a, b: a),
    "as_float": ("a + b", ValueType.FLOAT, lambda a, b: a + b),
}
INTEGERS = epoch_of(
    {"a": TagDescription(type=ValueType.INT), "b": TagDescription(type=ValueType.UINT)}
    | {name: TagDescription(derived=text, type=kind) for name, (text, kind, _) in INTEGER_RULES.items()}
)
NEAR_2_53 = st.integers(2**53 - 4, 2**53 + 4)
INT64 = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-9, 9), NEAR_2_53, NEAR_2_53.map(neg))
UINT64 = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 9), NEAR_2_53)


def derived_of(a: int, b: int) -> dict[str, tuple[int, float | bool]]:
    """{derived tag: (status, value)} after these two inputs came together."""
    columns = Columns.empty(len(INTEGERS.tags))
    sample = Scaling(INTEGERS.tags).samples(batch_of(INTEGERS, [("a", a), ("b", b)], NOW), 0)
    result = DerivedTags(INTEGERS.tags).samples(sample, columns, NOW)
    assert result is not None
    found = {}
    for index, lane, code in zip(
        result.index.tolist(), result.value.tolist(), result.status.tolist(), strict=True
    ):
        found[INTEGERS.tags[index].name] = (code, from_lane(lane, INTEGERS.tags[index].type))
    return found


@given(INT64, UINT64)
def test_what_is_made_of_integers_is_exact_or_not_good(a: int, b: int) -> None:
    found = derived_of(a, b)
    assert set(found) == set(INTEGER_RULES)
    for name, (text, _, exact) in INTEGER_RULES.items():
        code, value = found[name]
        if code == status.GOOD:
            assert value == exact(a, b), f"{text} with a = {a}, b = {b}"


@given(st.integers(-(2**25), 2**25), st.integers(0, 2**25))
def test_integers_that_a_float_holds_are_not_doubted(a: int, b: int) -> None:
    for name, (code, value) in derived_of(a, b).items():
        if "9007199254740993" not in INTEGER_RULES[name][0]:
            assert (code, value) == (status.GOOD, INTEGER_RULES[name][2](a, b)), name


def test_a_derived_integer_is_used_as_it_is_shown() -> None:
    epoch = epoch_of(
        {
            "a": TagDescription(),
            "whole": TagDescription(derived="a / 2", type=ValueType.INT),
            "twice": TagDescription(derived="whole * 2"),
        }
    )
    sample = Scaling(epoch.tags).samples(batch_of(epoch, [("a", 5.0)], NOW), 0)
    result = DerivedTags(epoch.tags).samples(sample, Columns.empty(3), NOW)
    assert result is not None
    lanes = dict(zip(result.index.tolist(), result.value.tolist(), strict=True))
    assert from_lane(lanes[1], ValueType.INT) == 2
    assert from_lane(lanes[2], ValueType.FLOAT) == 4.0
