"""The last value of every tag: applies samples and confirmations to columns. Pure.

The columns may lie in shared memory: whoever owns them holds the readers off while `Store` changes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.tags import Tag
from hmi.model import values
from hmi.model.columns import Columns
from hmi.model.samples import I64, U32, U64
from hmi.model.status import UNCERTAIN, Severity, severities, severity

_BAD: Final = np.uint8(Severity.BAD)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Samples in engineering terms, ready for the store, the history and the recorder.

    As `hmi.model.samples.Batch`, and: ``value`` u8[n] lane in the tag's declared type; ``receive_time``
    i8[n] UTC ns; ``time`` i8[n] UTC ns on our clock, by which series are aligned: the source time
    corrected by the device's offset, else the receive time (DESIGN: alignment).
    """

    index: U32
    raw: U64
    value: U64
    status: U32
    source_time: I64
    receive_time: I64
    time: I64
    not_before: I64
    side: bytes = b""

    def __len__(self) -> int:
        return len(self.index)


class Store:
    """Applies what arrives to ``columns``; strings and arrays get fixed slots of the side area."""

    def __init__(self, tags: Sequence[Tag], columns: Columns) -> None:
        self.columns = columns
        self._in_side = np.array([tag.type.in_side_area for tag in tags], np.bool_)
        self._slots = side_slots(tags)

    def apply(self, samples: Samples, revision: int) -> None:
        """Take samples in order; where a tag stands more than once, its last sample stays.

        A Bad sample brings no value (sources send a lane of 0 with it): the last one stays, so that a
        screen can show it frozen, under the Bad status.
        """
        columns, index = self.columns, samples.index.astype(np.intp)  # once, and not for each column
        status = samples.status
        value = samples.value
        if self._in_side[index].any():
            value, status = self._into_side(samples)
        usable = severities(status) != _BAD
        if usable.all():
            columns.raw[index], columns.value[index] = samples.raw, value
        else:
            columns.raw[index[usable]] = samples.raw[usable]
            columns.value[index[usable]] = value[usable]
        columns.status[index] = status
        columns.source_time[index] = samples.source_time
        columns.receive_time[index] = samples.receive_time
        columns.not_before[index] = samples.not_before
        columns.changed[index] = revision

    def confirm(self, index: U32 | npt.NDArray[np.intp], monotonic: int) -> None:
        """The values of these tags were vouched for at this moment; never moves a confirmation back.

        Nobody vouches for the value that is kept under a Bad status: its confirmation stays where it was,
        so that a screen knows how old it really is, and whether there ever was one.
        """
        columns, index = self.columns, index.astype(np.intp, copy=False)
        vouched = index[severities(columns.status[index]) != _BAD]
        columns.confirmed[vouched] = np.maximum(columns.confirmed[vouched], monotonic)

    def _into_side(self, samples: Samples) -> tuple[U64, U32]:
        """Copy side-area payloads into their slots; a payload that does not fit is cut and Uncertain."""
        value, status = samples.value.copy(), samples.status.copy()
        usable = severities(status) != _BAD
        for row in np.flatnonzero(self._in_side[samples.index] & usable):
            offset, length = values.side_span(int(value[row]))
            slot, capacity = self._slots[int(samples.index[row])]
            payload = samples.side[offset : offset + min(length, capacity)]
            self.columns.side[slot : slot + len(payload)] = np.frombuffer(payload, np.uint8)
            value[row] = values.side_lane(slot, len(payload))
            if length > capacity and severity(int(status[row])) is Severity.GOOD:
                status[row] |= UNCERTAIN  # what else the status says stays: that a queue overflowed
        return value, status


def side_slots(tags: Sequence[Tag]) -> dict[int, tuple[int, int]]:
    """Tag index → (offset, capacity) in the side area, for strings and arrays."""
    slots: dict[int, tuple[int, int]] = {}
    at = 0
    for index, tag in enumerate(tags):
        if tag.type.in_side_area:
            slots[index] = (at, tag.capacity)
            at += -(-tag.capacity // 8) * 8
    return slots


def side_bytes(tags: Sequence[Tag]) -> int:
    """How large the side area for these tags is."""
    return sum(-(-tag.capacity // 8) * 8 for tag in tags if tag.type.in_side_area)
