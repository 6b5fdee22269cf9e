"""Derived tags: expressions evaluated at every instant at which an input changed. Pure.

Alignment (DESIGN §4): inputs are held at their last value, never interpolated, and ordered by their
corrected source time within what arrived together. A result takes the worst status among its inputs
and, for its age, the oldest confirmation among the tags at its roots.

Expressions are computed in float64. Where integers take part that it cannot hold, or where a result of
integers may have been rounded (see `hmi.engine.whole_numbers`), the result is Uncertain: never a wrong
integer that looks right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.tags import Tag
from hmi.engine.whole_numbers import WholeNumbers
from hmi.expressions import Expression, compile_expression, evaluation_order, label_constants
from hmi.model import values
from hmi.model.clock import NO_TIME, Instant
from hmi.model.columns import Columns
from hmi.model.samples import I64, U32, U64
from hmi.model.status import BAD_OUT_OF_RANGE, UNCERTAIN_CONFIGURATION_ERROR, Severity, severities
from hmi.model.values import EXACT_BELOW, ValueType
from hmi.twin.store import Samples

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    index: int
    expression: Expression
    inputs: tuple[int, ...]
    integers: WholeNumbers


@dataclass(frozen=True, slots=True, eq=False)
class _Arrived:
    """One tag's samples of this step, in the order of their time; ``value`` is what ``lane`` holds."""

    time: I64
    lane: U64
    value: F64
    status: U32
    not_before: I64


class DerivedTags:
    """The derived tags of one epoch, in an order in which each comes after its inputs."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        """Compile; the configuration has been checked, so a bad expression is a defect of ours.

        Raises:
            ExpressionError, CircularError: the epoch was not made by `hmi.machines.resolve`.
        """
        self._tags = tags
        by_id = {tag.id: i for i, tag in enumerate(tags)}
        rules: dict[str, _Rule] = {}
        for tag in tags:
            if tag.derived is not None:
                siblings = {t.name: t for t in tags if t.machine == tag.machine and t.type.numeric}
                labels = label_constants({t.name: t.labels for t in siblings.values()})
                expression = compile_expression(tag.derived, siblings, labels)
                inputs = tuple(by_id[f"{tag.machine}/{name}"] for name in expression.inputs)
                whole = WholeNumbers(expression, [tags[i].type is not ValueType.FLOAT for i in inputs])
                rules[tag.id] = _Rule(by_id[tag.id], expression, inputs, whole)
        order = evaluation_order({name: [tags[i].id for i in rule.inputs] for name, rule in rules.items()})
        self._rules = [rules[name] for name in order]
        self._is_input = np.zeros(len(tags), np.bool_)
        for rule in self._rules:
            self._is_input[list(rule.inputs)] = True
        self._index = np.array([rule.index for rule in self._rules], np.intp)
        self._roots = _root_matrix(self._rules)

    def samples(self, arrived: Samples, columns: Columns, now: Instant) -> Samples | None:
        """The derived samples that follow from ``arrived``; ``columns`` still hold the state before it."""
        rows = np.flatnonzero(self._is_input[arrived.index]) if self._rules else ()
        if not len(rows):
            return None
        series = self._series(arrived, np.asarray(rows))
        results: list[tuple[int, _Arrived]] = []
        for rule in self._rules:
            if any(i in series for i in rule.inputs):
                series[rule.index] = result = self._evaluate(rule, series, columns)
                results.append((rule.index, result))
        return self._joined(results, now)

    def confirm(self, columns: Columns) -> None:
        """A derived tag is as old as the oldest of the tags that it comes from; a Bad one gets no younger."""
        if self._rules:
            sound = severities(columns.status[self._index]) != _BAD
            columns.confirmed[self._index[sound]] = columns.confirmed[self._roots[sound]].min(axis=1)

    def _series(self, arrived: Samples, rows: npt.NDArray[np.intp]) -> dict[int, _Arrived]:
        index = arrived.index[rows]
        series: dict[int, _Arrived] = {}
        for tag in np.unique(index):
            of_tag = rows[index == tag]  # in the order in which they came: the last one is what the table has
            # A clock that steps back between two of them moves none before the other.
            time = np.maximum.accumulate(arrived.time[of_tag])
            lane, status = arrived.value[of_tag], arrived.status[of_tag]
            series[int(tag)] = self._arrived(int(tag), time, lane, status, arrived.not_before[of_tag])
        return series

    def _arrived(self, tag: int, time: I64, lane: U64, status: U32, not_before: I64) -> _Arrived:
        number, honest = _numbers(lane, status, self._tags[tag].type)
        return _Arrived(time, lane, number, honest, not_before)

    def _evaluate(self, rule: _Rule, series: dict[int, _Arrived], columns: Columns) -> _Arrived:
        moved = [series[i] for i in rule.inputs if i in series]
        time = np.unique(np.concatenate([each.time for each in moved]))
        inputs, statuses = [], []
        for i in rule.inputs:
            held = _numbers(columns.value[i : i + 1], columns.status[i : i + 1], self._tags[i].type)
            value, status = np.repeat(held[0], len(time)), np.repeat(held[1], len(time))
            if i in series:
                last = np.searchsorted(series[i].time, time, side="right") - 1
                known = last >= 0
                value[known] = series[i].value[last[known]]
                status[known] = series[i].status[last[known]]
            inputs.append(value)
            statuses.append(status)
        kind, result = self._tags[rule.index].type, rule.expression.evaluate(inputs)
        status = _worst(np.array(statuses))
        doubtful = rule.integers.doubtful(inputs)
        if kind in _INTEGERS:
            doubtful |= np.abs(np.rint(result)) >= EXACT_BELOW
        status[doubtful & (severities(status) == _GOOD)] = UNCERTAIN_CONFIGURATION_ERROR
        unusable = ~_representable(result, kind)
        status[unusable & (severities(status) != _BAD)] = BAD_OUT_OF_RANGE
        before = values.as_floats(columns.value[rule.index : rule.index + 1], kind)
        lane = _to_lanes(_held_through(result, unusable, float(before[0])), kind)
        not_before = np.full(len(time), _earliest([each.not_before for each in moved]), np.int64)
        return self._arrived(rule.index, time, lane, status, not_before)

    def _joined(self, results: Sequence[tuple[int, _Arrived]], now: Instant) -> Samples:
        value = np.concatenate([r.lane for _, r in results])
        time = np.concatenate([r.time for _, r in results])
        return Samples(
            index=np.concatenate([np.full(len(r.time), i, np.uint32) for i, r in results]),
            raw=value,
            value=value,
            status=np.concatenate([r.status for _, r in results]),
            source_time=time,
            receive_time=np.full(len(time), now.utc, np.int64),
            time=time,
            not_before=np.concatenate([r.not_before for _, r in results]),
        )


def _numbers(lanes: U64, status: U32, kind: ValueType) -> tuple[F64, U32]:
    """Values as an expression takes them, and their status: no longer Good where float64 has to round."""
    rounded = ~values.float_holds(lanes, kind) & (severities(status) == _GOOD)
    honest = np.where(rounded, np.uint32(UNCERTAIN_CONFIGURATION_ERROR), status)
    return values.as_floats(lanes, kind), honest


def _worst(statuses: npt.NDArray[np.uint32]) -> U32:
    """The status of greatest severity in each column of u4[m, k]; the first input's of equals."""
    if not len(statuses):
        return np.zeros(0, np.uint32)
    worst = severities(statuses).argmax(axis=0)
    return np.asarray(statuses[worst, np.arange(statuses.shape[1])])


def _held_through(result: F64, unusable: npt.NDArray[np.bool_], before: float) -> F64:
    """Results where usable, elsewhere the last usable one (``before`` at first): what a screen may freeze."""
    positions = np.where(unusable, 0, np.arange(1, len(result) + 1))
    return np.concatenate(([before], result))[np.maximum.accumulate(positions)]


def _earliest(not_before: Sequence[I64]) -> int:
    """The earliest bound among observed changes; NO_TIME where none of them is an observed change."""
    known = [int(part[part != NO_TIME].min()) for part in not_before if (part != NO_TIME).any()]
    return min(known) if known else NO_TIME


_GOOD: Final = np.uint8(Severity.GOOD)
_BAD: Final = np.uint8(Severity.BAD)
_INTEGERS: Final = frozenset((ValueType.INT, ValueType.UINT, ValueType.ENUM))

_LIMITS: Final = {ValueType.UINT: (0.0, 2.0**64), ValueType.INT: (-(2.0**63), 2.0**63)}
"""Of rounded results: the lowest, and the first that is too high. An enum's numbers are signed."""


def _representable(numbers: F64, value_type: ValueType) -> npt.NDArray[np.bool_]:
    """Which results a tag of this type can hold; NaN and infinities never."""
    if value_type in (ValueType.FLOAT, ValueType.BOOL):
        return np.isfinite(numbers)
    low, too_high = _LIMITS.get(value_type, _LIMITS[ValueType.INT])
    rounded = np.rint(numbers)
    return (rounded >= low) & (rounded < too_high)  # false for NaN


def _to_lanes(numbers: F64, value_type: ValueType) -> U64:
    if value_type is ValueType.FLOAT:
        return np.asarray(numbers.view(np.uint64))
    if value_type is ValueType.BOOL:
        return np.asarray(numbers != 0, np.uint64)
    # Held values of 64 bits may have been rounded up, past the end; they stand under a Bad status only.
    low, too_high = _LIMITS.get(value_type, _LIMITS[ValueType.INT])
    whole = np.clip(np.rint(numbers), low, np.nextafter(too_high, 0.0))
    if value_type is ValueType.UINT:
        return whole.astype(np.uint64)
    return np.asarray(whole.astype(np.int64).view(np.uint64))


def _root_matrix(ordered: Sequence[_Rule]) -> npt.NDArray[np.intp]:
    """intp[r, m]: for each rule the source tags at its roots, filled up with its first one."""
    roots: dict[int, set[int]] = {}
    for rule in ordered:
        roots[rule.index] = set().union(*(roots.get(i, {i}) for i in rule.inputs)) or {rule.index}
    found = [sorted(roots[rule.index]) for rule in ordered]
    width = max((len(each) for each in found), default=1)
    return np.array([each + each[:1] * (width - len(each)) for each in found], np.intp).reshape(-1, width)
