"""Raw lanes of the wire → values in engineering units, for a whole batch at once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from hmi.config.tags import Tag
from hmi.model import values
from hmi.model.samples import U32, U64, Batch
from hmi.model.status import BAD_OUT_OF_RANGE, UNCERTAIN_CONFIGURATION_ERROR, Severity, severities
from hmi.model.values import ValueType
from hmi.twin.sample_time import sample_times
from hmi.twin.store import Samples

_WIRES: Final = tuple(ValueType)


class Scaling:
    """What makes a value of a tag's raw lane, for the tags of one epoch."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self._wire = np.array([_WIRES.index(tag.wire) for tag in tags], np.uint8)
        self._float = np.array([tag.type is ValueType.FLOAT for tag in tags], np.bool_)
        plain = [t.type is t.wire is ValueType.FLOAT and t.scaling is None for t in tags]
        self._plain = np.array(plain, np.bool_)
        self._gain = np.array([tag.scaling.gain if tag.scaling else 1.0 for tag in tags])
        self._offset = np.array([tag.scaling.offset if tag.scaling else 0.0 for tag in tags])

    def samples(self, batch: Batch, clock_offset: int) -> Samples:
        """A source's batch in engineering terms.

        ``clock_offset`` (device − ours, ns) corrects the source times by which series are aligned, see
        `hmi.twin.sample_time`. A float that is not finite is no measurement: its status becomes
        BadOutOfRange unless it is Bad. A float of an integer that float64 cannot hold is Uncertain, also
        where it is scaled: an offset could make any error of it. The raw lane stays exact.
        """
        value, status = self._values(batch.index, batch.raw, batch.status)
        received = np.full(len(batch), batch.received.utc, np.int64)
        return Samples(
            index=batch.index,
            raw=batch.raw,
            value=value,
            status=status,
            source_time=batch.source_time,
            receive_time=received,
            time=sample_times(batch.source_time, received, clock_offset),
            not_before=batch.not_before,
            side=batch.side,
        )

    def _values(self, index: U32, raw: U64, status: U32) -> tuple[U64, U32]:
        if self._plain[index].all() and np.isfinite(raw.view(np.float64)).all():
            return raw, status  # what most batches are: nothing to scale, and nothing to complain of
        floats = np.flatnonzero(self._float[index])
        if not len(floats):
            return raw, status
        wires = self._wire[index[floats]]
        numbers, exact = np.empty(len(floats), np.float64), np.empty(len(floats), np.bool_)
        for code in np.unique(wires):
            rows = wires == code
            lanes, wire = raw[floats[rows]], _WIRES[code]
            numbers[rows], exact[rows] = values.as_floats(lanes, wire), values.float_holds(lanes, wire)
        which = index[floats]
        with np.errstate(over="ignore", invalid="ignore"):
            numbers = numbers * self._gain[which] + self._offset[which]
        value, status = raw.copy(), status.copy()
        value[floats] = numbers.view(np.uint64)
        rounded = floats[~exact]
        rounded = rounded[severities(status[rounded]) == Severity.GOOD]
        status[rounded] = UNCERTAIN_CONFIGURATION_ERROR
        unusable = floats[~np.isfinite(numbers)]
        unusable = unusable[severities(status[unusable]) != Severity.BAD]
        status[unusable] = BAD_OUT_OF_RANGE
        return value, status
