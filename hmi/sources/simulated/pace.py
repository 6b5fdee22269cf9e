"""The tags of one pace: signals → batches of what changed. Pure; time is handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hmi.config.simulated import SimulatedAddress
from hmi.config.tags import Tag
from hmi.model import status, values
from hmi.model.clock import NO_TIME, Instant
from hmi.model.samples import U32, U64, Batch
from hmi.model.values import Scalar, ValueType
from hmi.sources.simulated.signals import F64, Signals


class Pace:
    """Tags that are evaluated together, every ``interval`` ns."""

    def __init__(self, interval: int, tags: Sequence[tuple[int, Tag]]) -> None:
        self.interval = interval
        self.index = np.array([index for index, _ in tags], np.uint32)
        addresses = [_address(tag) for _, tag in tags]
        self._signals = Signals(addresses)
        self._wire = [tag.wire for _, tag in tags]
        self._rows = {kind: _rows(self._wire, kind) for kind in ValueType}
        self._text = [address.text.encode() for address in addresses]
        self._row_of = {index: row for row, (index, _) in enumerate(tags)}
        self.begin()

    def begin(self) -> None:
        """Forget what was told: the next batch holds every tag."""
        n = len(self.index)
        self._previous: int | None = None
        self._lane = np.zeros(n, np.uint64)
        self._status = np.zeros(n, np.uint32)
        self._payload: dict[int, bytes] = {}
        self.vouched = self.index
        """u4[n] tag indexes of those that have a value: all but those whose status is Bad."""

    def batch(self, now: Instant, held: Mapping[int, Scalar]) -> Batch | None:
        """What is new at ``now``, or None; ``held`` are written values by tag index.

        Changed since the evaluation before, so not before that one; the first holds no observed change.
        """
        signal = self._signals.at(now.utc)
        lane, code = self._lanes(signal)
        payload = self._payloads(signal, lane, code)
        for index, value in held.items():
            row = self._row_of.get(index)
            if row is not None:
                code[row] = status.GOOD
                if isinstance(value, str):
                    payload[row] = value.encode()
                else:
                    lane[row] = values.to_lane(value, self._wire[row])
        changed = (lane != self._lane) | (code != self._status)
        changed[[row for row, data in payload.items() if self._payload.get(row) != data]] = True
        first = self._previous is None
        if first:
            changed[:] = True
        not_before = NO_TIME if self._previous is None else self._previous
        self._previous = now.monotonic
        if first or (code != self._status).any():
            self.vouched = self.index[status.severities(code) != status.Severity.BAD]
        self._lane, self._status, self._payload = lane, code, payload
        rows = np.flatnonzero(changed)
        if not len(rows):
            return None
        raw, side = lane[rows], bytearray()
        for place, row in enumerate(rows.tolist()):
            if row in payload:
                raw[place] = values.side_lane(len(side), len(payload[row]))
                side += payload[row]
        return Batch(
            index=self.index[rows],
            raw=raw,
            status=code[rows],
            source_time=np.full(len(rows), now.utc, np.int64),
            not_before=np.full(len(rows), not_before, np.int64),
            received=now,
            side=bytes(side),
        )

    def _lanes(self, signal: F64) -> tuple[U64, U32]:
        lane = np.zeros(len(signal), np.uint64)
        code = np.zeros(len(signal), np.uint32)
        floats, bools = self._rows[ValueType.FLOAT], self._rows[ValueType.BOOL]
        lane[floats] = signal[floats].view(np.uint64)
        lane[bools] = signal[bools] >= 0.5
        for kind, low, high, to in (
            (ValueType.INT, -(2.0**63), 2.0**63, np.int64),
            (ValueType.ENUM, -(2.0**63), 2.0**63, np.int64),
            (ValueType.UINT, 0.0, 2.0**64, np.uint64),
            (ValueType.INTS, -(2.0**63), 2.0**63, np.int64),
        ):
            rows = self._rows[kind]
            whole = np.rint(signal[rows])
            fits = (whole >= low) & (whole < high)
            lane[rows] = np.where(fits, whole, 0.0).astype(to).view(np.uint64)
            code[rows[~fits]] = status.BAD_OUT_OF_RANGE
        return lane, code

    def _payloads(self, signal: F64, lane: U64, code: U32) -> dict[int, bytes]:
        texts = {row: self._text[row] for row in self._rows[ValueType.STRING].tolist()}
        arrays = {
            row: values.pack_side((float(signal[row]),)) for row in self._rows[ValueType.FLOATS].tolist()
        }
        integers = {
            row: values.pack_side((values.from_lane(int(lane[row]), ValueType.INT),), ValueType.INTS)
            for row in self._rows[ValueType.INTS].tolist()
            if code[row] == status.GOOD
        }
        return texts | arrays | integers


def _rows(wire: Sequence[ValueType], kind: ValueType) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.flatnonzero([each is kind for each in wire])


def _address(tag: Tag) -> SimulatedAddress:
    if not isinstance(tag.address, SimulatedAddress):
        raise TypeError(f"{tag.id} has no simulated address")
    return tag.address
