"""From the documents of one link to batches and confirmations: pure; time is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hmi.model import status
from hmi.model.clock import NO_TIME, Instant
from hmi.model.samples import Batch, Confirmation, SourceMessage
from hmi.model.values import ValueType
from hmi.sources.mtconnect.agent_clock import Bounds
from hmi.sources.mtconnect.conditions import Condition
from hmi.sources.mtconnect.data_sets import DataSet
from hmi.sources.mtconnect.decoding import BAD_UNAVAILABLE, decode
from hmi.sources.mtconnect.resolving import Resolved, Target
from hmi.sources.mtconnect.streams import UNAVAILABLE, Observation
from hmi.sources.mtconnect.timestamps import utc_ns

_FAR: Final = 2**62
"""Further from now (ns, 146 years) no time is meant, and sums with it would not fit any more."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """What times are held against: the agent's clock, when the document before was made, when this came."""

    clock: Bounds | None
    previous: int
    received: int


@dataclass(slots=True)
class _Rows:
    """Columns of a batch that is being made."""

    index: list[int] = field(default_factory=list)
    raw: list[int] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    source_time: list[int] = field(default_factory=list)
    not_before: list[int] = field(default_factory=list)
    side: bytearray = field(default_factory=bytearray)

    def add(self, index: int, raw: int, code: int, source_time: int, not_before: int) -> None:
        self.index.append(index)
        self.raw.append(raw)
        self.status.append(code)
        self.source_time.append(source_time)
        self.not_before.append(not_before)

    def batch(self, received: Instant) -> Batch:
        return Batch(
            index=np.array(self.index, np.uint32),
            raw=np.array(self.raw, np.uint64),
            status=np.array(self.status, np.uint32),
            source_time=np.array(self.source_time, np.int64),
            not_before=np.minimum(np.array(self.not_before, np.int64), received.monotonic),
            received=received,
            side=bytes(self.side),
        )


class Telling:
    """What the engine is told of one link's documents, in order.

    A document vouches for everything that was told up to it, at the moment at which it was created, as far
    as that is known; one that says that there is more to come vouches for nothing later than its
    predecessor did, because the newest values are those that it does not have.
    """

    def __init__(self, resolved: Resolved) -> None:
        self._targets = resolved.targets
        self._missing = resolved.missing
        self._conditions = {
            item: Condition()
            for item, targets in resolved.targets.items()
            if any(target.condition for target in targets)
        }
        self._keyed = {item for item, targets in resolved.targets.items() if any(t.keyed for t in targets)}
        self._sets: dict[str, DataSet] = {}
        self._last: dict[str, int] = {}
        self._vouched: set[int] = set()
        self._confirmed = np.empty(0, np.uint32)
        self._created = NO_TIME

    def current(
        self, observations: Sequence[Observation], created: int, received: Instant, clock: Bounds | None
    ) -> list[SourceMessage]:
        """What a ``current`` says: the state of all, so every tag gets a sample.

        ``created``  monotonic ns, as for `sample`
        """
        for item in self._conditions:
            self._conditions[item] = Condition()
        self._sets.clear()
        rows = _Rows()
        for index, code in self._missing.items():
            rows.add(index, 0, code, NO_TIME, NO_TIME)
        heard = self._take(observations, rows, _Moment(clock, created, received.monotonic), whole=True)
        for item in self._targets.keys() - heard:
            for target in self._targets[item]:
                rows.add(target.index, 0, status.BAD_WAITING_FOR_INITIAL_DATA, NO_TIME, NO_TIME)
        return self._said(rows, created, received)

    def sample(
        self,
        observations: Sequence[Observation],
        created: int,
        received: Instant,
        clock: Bounds | None,
        *,
        complete: bool,
    ) -> list[SourceMessage]:
        """What an answer to ``sample`` says; without news it is a heartbeat, which vouches for all.

        ``created``   monotonic ns at or before which the agent made the document, see `created_at`
        ``complete``  whether the agent had nothing newer when it made it
        """
        rows = _Rows()
        self._take(observations, rows, _Moment(clock, self._created, received.monotonic), whole=False)
        return self._said(rows, created if complete else min(created, self._created), received)

    def heartbeat(self, at: int, received: Instant) -> list[SourceMessage]:
        """The agent was found to have nothing newer than what was told, at ``at`` (monotonic ns) or later."""
        return self._said(_Rows(), max(at, self._created), received)

    def _take(
        self, observations: Iterable[Observation], rows: _Rows, moment: _Moment, *, whole: bool
    ) -> set[str]:
        heard: set[str] = set()
        settled: dict[str, Observation] = {}
        for seen in sorted(observations, key=lambda each: each.sequence):
            if not whole and seen.sequence <= self._last.get(seen.item, -1):
                continue  # told before: it would put an older value over a newer one
            if seen.level and (condition := self._conditions.get(seen.item)) is not None:
                condition.take(seen)
                if whole:  # several that are active at once make one state
                    settled[seen.item] = seen
                    continue
            elif seen.entries or seen.item in self._keyed:
                self._sets.setdefault(seen.item, DataSet()).take(seen)
            self._add(seen, rows, moment)
            heard.add(seen.item)
        for item, seen in settled.items():
            self._add(seen, rows, moment)
            heard.add(item)
        return heard

    def _add(self, seen: Observation, rows: _Rows, moment: _Moment) -> None:
        source_time = utc_ns(seen.timestamp)
        last = self._last.get(seen.item)
        self._last[seen.item] = seen.sequence
        for target in self._targets.get(seen.item, ()):
            raw, code = self._lane(seen, target, rows.side)
            # What comes first of a tag is what it already was, however long: no change that we observed.
            observed = last is not None and seen.sequence > last
            bound = _not_before(source_time, target.period, moment) if observed else NO_TIME
            rows.add(target.index, raw, code, source_time, bound)

    def _lane(self, seen: Observation, target: Target, side: bytearray) -> tuple[int, int]:
        condition = self._conditions.get(seen.item) if seen.level else None
        if target.condition is not (condition is not None):
            return 0, status.BAD_TYPE_MISMATCH  # the device model says that it is of the other kind
        if condition is not None:
            if not condition.available:
                return 0, BAD_UNAVAILABLE
            said = {"code": condition.codes, "message": condition.message}.get(target.part, condition.level)
            return decode(said, target.wire, target.labels, side)
        if seen.text.strip() == UNAVAILABLE:
            return 0, BAD_UNAVAILABLE
        if target.part == "code":
            return decode(seen.code, ValueType.STRING, {}, side)
        if seen.entries or target.keyed:
            found = self._sets[seen.item]
            if found.status != status.GOOD:
                return 0, found.status
            return decode(found.text(target.capacity), target.wire, target.labels, side)
        return decode(seen.text, target.wire, target.labels, side, seen.samples)

    def _said(self, rows: _Rows, created: int, received: Instant) -> list[SourceMessage]:
        said: list[SourceMessage] = []
        self._created = created
        if rows.index:
            batch = rows.batch(received)
            said.append(batch)
            self._vouch(batch)
        if len(self._confirmed):
            at = Instant(received.utc - (received.monotonic - created), created)
            said.append(Confirmation(self._confirmed, at))
        return said

    def _vouch(self, batch: Batch) -> None:
        before = len(self._vouched)
        changed = False
        for index, code in zip(batch.index.tolist(), batch.status.tolist(), strict=True):
            good = status.severity(code) is not status.Severity.BAD
            changed |= good is not (index in self._vouched)
            (self._vouched.add if good else self._vouched.discard)(index)
        if changed or len(self._vouched) != before:
            self._confirmed = np.array(sorted(self._vouched), np.uint32)


def _not_before(source_time: int, period: int, moment: _Moment) -> int:
    """Monotonic ns before which a value cannot have changed at the machine.

    By its own time, less the period of its samples; where there is none, or it is of a clock that we do not
    know, it came to the agent after the ``previous`` document was made. The time is the adapter's: that its
    clock goes with the agent's, whose offset we know, is what MTConnect asks for and nobody can check.
    """
    clock = moment.clock
    if clock is None or source_time == NO_TIME or abs(source_time - clock.offset) >= _FAR:
        return moment.previous - period
    earliest = source_time - clock.high
    # In the future by all we know: it would make the latency look smaller than it is.
    return (moment.previous if earliest > moment.received else earliest) - period


def created_at(stamp: int, asked: int, received: int, clock: Bounds | None) -> int:
    """Monotonic ns at or before which a document was made, as late as can be defended.

    ``stamp``    its creationTime, agent UTC ns or ``NO_TIME``
    ``asked``    a moment that is surely before: the request's, or that of the document before it
    """
    if clock is None or stamp == NO_TIME or abs(stamp - clock.offset) >= _FAR:
        return min(asked, received)
    return min(max(asked, stamp - clock.high), received)
