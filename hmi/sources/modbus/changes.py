"""What is new since the last time it was told: from decoded answers to batches. Pure; time is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from hmi.model import status, values
from hmi.model.clock import NO_TIME, Instant
from hmi.model.samples import Batch, Confirmation
from hmi.model.values import ValueType
from hmi.sources.modbus.decoding import Decoded

Positions = npt.NDArray[np.intp]


class LastTold:
    """The last sample that was emitted of each tag of a source; rows are *positions*, 0 … n-1."""

    def __init__(self, index: Sequence[int], wire: Sequence[ValueType]) -> None:
        n = len(index)
        self.index = np.array(index, np.uint32)
        self.is_text = np.array([each is ValueType.STRING for each in wire], np.bool_)
        self.told = np.zeros(n, np.bool_)
        self.lane = np.zeros(n, np.uint64)
        self.status = np.full(n, status.BAD_WAITING_FOR_INITIAL_DATA, np.uint32)
        self.text: dict[int, bytes] = {}
        self.polled = np.full(n, NO_TIME, np.int64)

    def forget(self) -> None:
        """Begin a connection: everything is told again, and no poll came before. Values stay known."""
        self.told[:] = False
        self.polled[:] = NO_TIME


@dataclass(slots=True)
class _Rows:
    positions: Positions
    lane: npt.NDArray[np.uint64]
    status: npt.NDArray[np.uint32]
    not_before: npt.NDArray[np.int64]


@dataclass(slots=True)
class Outbox:
    """Collects the answers of one round of polls until they are emitted together."""

    last: LastTold
    since: int | None = None
    """Monotonic ns of the first news that wait here."""
    _asked: int | None = None
    """Monotonic ns of the earliest request whose answer waits here: none of them vouches for later."""
    _rows: list[_Rows] = field(default_factory=list)
    _confirmed: list[Positions] = field(default_factory=list)
    _side: bytearray = field(default_factory=bytearray)

    def answer(self, at: Positions, decoded: Decoded, asked: int, now: int) -> None:
        """The device gave these values to a poll that began at ``asked`` (monotonic ns)."""
        last = self.last
        lane = decoded.lanes
        if decoded.status.any():  # mostly all are Good
            usable = status.severities(decoded.status) != status.Severity.BAD
            lane = np.where(usable, lane, last.lane[at])
        changed = ~last.told[at] | (lane != last.lane[at]) | (decoded.status != last.status[at])
        for row, text in decoded.texts.items():
            position = int(at[row])
            if last.text.get(position) != text:
                last.text[position] = text
                changed[row] = True
        self._take(at, lane, decoded.status, changed)
        self._answered(at, asked, now)

    def refused(self, at: Positions, code: int, asked: int, now: int) -> None:
        """The device answered that it has no value, status ``code``; the last value stays, as Bad.

        The answer bounds what comes next, but vouches for no value.
        """
        self._bad(at, code)
        self._answered(at, asked, now)

    def unanswered(self, at: Positions, code: int, now: int) -> None:
        """Nothing usable came: Bad with ``code``, and not confirmed."""
        self._bad(at, code)
        if self._rows and self.since is None:
            self.since = now

    def emptied(self, now: Instant) -> list[Batch | Confirmation]:
        """What there is to emit, and begin anew."""
        out: list[Batch | Confirmation] = []
        if self._rows:
            positions = _joined([rows.positions for rows in self._rows])
            out.append(
                Batch(
                    index=self.last.index[positions],
                    raw=_joined([rows.lane for rows in self._rows]),
                    status=_joined([rows.status for rows in self._rows]),
                    source_time=np.full(len(positions), NO_TIME, np.int64),
                    not_before=_joined([rows.not_before for rows in self._rows]),
                    received=now,
                    side=bytes(self._side),
                )
            )
        if self._confirmed:
            answered = _joined(self._confirmed)
            usable = status.severities(self.last.status[answered]) != status.Severity.BAD
            if not usable.all():
                answered = answered[usable]
            if len(answered):
                out.append(Confirmation(self.last.index[answered], _back(now, self._asked)))
        self.since, self._asked = None, None
        self._rows, self._confirmed, self._side = [], [], bytearray()
        return out

    def _bad(self, at: Positions, code: int) -> None:
        changed = ~self.last.told[at] | (self.last.status[at] != code)
        self._take(at, self.last.lane[at], np.full(len(at), code, np.uint32), changed)

    def _take(
        self,
        at: Positions,
        lane: npt.NDArray[np.uint64],
        code: npt.NDArray[np.uint32],
        changed: npt.NDArray[np.bool_],
    ) -> None:
        """Keep the rows that changed: not before the poll before, the first ones at any time at all."""
        if not changed.any():
            return
        at, lane, code = at[changed], lane[changed], code[changed]
        last = self.last
        last.told[at], last.lane[at], last.status[at] = True, lane, code
        texts = last.is_text[at]
        if texts.any():
            lane = lane.copy()
            for row in np.flatnonzero(texts):
                text = last.text.get(int(at[row]), b"")
                lane[row] = values.side_lane(len(self._side), len(text))
                self._side += text
        self._rows.append(_Rows(at, lane, code, last.polled[at]))

    def _answered(self, at: Positions, asked: int, now: int) -> None:
        self.last.polled[at] = asked
        self._confirmed.append(at)
        if self.since is None:
            self.since = now
        self._asked = asked if self._asked is None else min(self._asked, asked)


_Column = TypeVar("_Column", bound=np.generic)


def _joined(columns: list[npt.NDArray[_Column]]) -> npt.NDArray[_Column]:
    """The columns one after the other; most rounds have a single one."""
    return columns[0] if len(columns) == 1 else np.concatenate(columns)


def _back(now: Instant, monotonic: int | None) -> Instant:
    """The moment that was ``monotonic`` on the clock that shows ``now``."""
    earlier = 0 if monotonic is None else max(now.monotonic - monotonic, 0)
    return Instant(now.utc - earlier, now.monotonic - earlier)
