"""The rows of an export: one a sample, in the order in which the engine took them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from hmi.config.tags import Tag
from hmi.model import values
from hmi.model.clock import NO_TIME
from hmi.model.status import Severity, severity
from hmi.model.values import Value, ValueType
from hmi.replay.samples import Recorded

QUALITY = {Severity.GOOD: "good", Severity.UNCERTAIN: "uncertain", Severity.BAD: "bad"}


@dataclass(frozen=True, slots=True)
class Row:
    """One sample. Times are UTC ns; ``source_time`` is None where the device gave none,
    ``receive_time`` where nothing was received yet.

    ``time`` is when it counts, by the clock of the computer that recorded it; ``value`` is None where the
    status is Bad: no value came with it. ``label`` is an enum's name for its number, "" where there is none.
    """

    tag: Tag
    time: int
    value: Value | None
    label: str
    status: int
    source_time: int | None
    receive_time: int | None

    @property
    def quality(self) -> str:
        """``good``, ``uncertain`` or ``bad``."""
        return QUALITY[severity(self.status)]


def rows_of(recorded: Recorded, tags: frozenset[str]) -> Iterator[Row]:
    """The rows of those tags, by their names; none named: of all."""
    epoch, samples = recorded.epoch, recorded.samples
    columns = (
        samples.index,
        samples.value,
        samples.status,
        samples.time,
        samples.source_time,
        samples.receive_time,
    )
    for row in zip(*(each.tolist() for each in columns), strict=True):
        index, lane, status, time, source_time, received = row
        tag = epoch.tags[index]
        if tags and tag.name not in tags:
            continue
        bad = severity(status) is Severity.BAD
        value = None if bad else _value(lane, tag, samples.side)
        label = tag.labels.get(value, "") if tag.type is ValueType.ENUM and isinstance(value, int) else ""
        yield Row(tag, time, value, label, status, _moment(source_time), _moment(received))


def _moment(time: int) -> int | None:
    return None if time == NO_TIME else time


def _value(lane: int, tag: Tag, side: bytes) -> Value:
    if tag.type.in_side_area:
        offset, length = values.side_span(lane)
        return values.unpack_side(side[offset : offset + length], tag.type)
    return values.from_lane(lane, tag.type)


def unknown(names: Iterable[str], tags: Iterable[Tag]) -> list[str]:
    """Those names that no tag has."""
    known = {tag.name for tag in tags}
    return sorted({name for name in names if name not in known})


def iso(utc: int) -> str:
    """UTC ns as ISO 8601 with all of its nanoseconds."""
    return f"{np.datetime64(utc, 'ns')}Z"
