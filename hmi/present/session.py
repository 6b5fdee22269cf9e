"""What one screen process knows: the epoch, a consistent copy of all last values, and the news.

The session is fed by a thin shell (`hmi.ui`, a test, later the replay) and read by view models. It owns
no socket and no clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hmi.config.epoch import Epoch, Machine
from hmi.config.tags import Tag
from hmi.link.messages import ContextNews, Counters, EndpointNews, GrantedNews, Notice, ToClient, Welcome
from hmi.model import values
from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.model.columns import Columns
from hmi.model.context import ContextKey
from hmi.model.samples import LinkState
from hmi.present.freshness import Freshness, freshness

NOTICES_KEPT = 200


class Table(Protocol):
    """The reading end of the engine's shared memory (`hmi.link.table.TableReader`)."""

    def snapshot(self, into: Columns) -> int | None:
        """Copy a consistent state into ``into`` and return its revision; None: nothing consistent now."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What changed since the frame before, at ``now``.

    ``changed``    tag indexes whose sample (value, status, times) is new
    ``freshness``  u1[n], `hmi.present.freshness.Freshness` of every tag; nothing is better than STALE
                   while the engine is not alive
    ``aged``       tag indexes whose freshness is another than in the frame before
    ``engine_alive`` whether the engine's heartbeat is in time; if not, nothing on screen is live
    """

    now: Instant
    changed: npt.NDArray[np.intp]
    freshness: npt.NDArray[np.uint8]
    aged: npt.NDArray[np.intp]
    engine_alive: bool


@dataclass(slots=True)
class Session:
    """The state behind a panel. Made anew at every `Welcome` (a new epoch or a restarted engine)."""

    epoch: Epoch
    welcome: Welcome
    columns: Columns
    max_age: npt.NDArray[np.float64]
    _incoming: Columns
    revision: int = 0
    endpoints: dict[tuple[str, str], EndpointNews] = field(default_factory=dict)
    context: dict[str, dict[ContextKey, str]] = field(default_factory=dict)
    counters: dict[tuple[str, str], Counters] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    granted: dict[int, tuple[float, float]] = field(default_factory=dict)
    unlinked: dict[tuple[str, str], int] = field(default_factory=dict)
    """Endpoints without a link: since when (monotonic ns), however often it was tried in between."""
    _bad_since: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    _freshness: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))

    @classmethod
    def begin(cls, welcome: Welcome, side_bytes: int) -> Session:
        """A session for the epoch in ``welcome``; ``side_bytes`` is the size of the table's side area."""
        epoch = Epoch.model_validate_json(welcome.epoch)
        return cls(
            epoch=epoch,
            welcome=welcome,
            columns=Columns.empty(len(epoch.tags), side_bytes),
            max_age=np.array([tag.max_age for tag in epoch.tags], np.float64),
            _incoming=Columns.empty(len(epoch.tags), side_bytes),
        )

    def take(self, message: ToClient) -> None:
        """Keep the news of one message; messages that are not news (history, refusals) change nothing."""
        match message:
            case EndpointNews():
                self._take_endpoint(message)
            case ContextNews(event=event):
                self.context.setdefault(event.machine, {})[event.key] = event.value
            case Counters():
                self.counters[message.machine, message.endpoint] = message
            case GrantedNews():
                for index in np.frombuffer(message.index, "<u4"):
                    self.granted[int(index)] = (message.sampling, message.publishing)
            case Notice():
                self.notices.append(message)
                del self.notices[:-NOTICES_KEPT]

    def refresh(self, table: Table | None, now: Instant, engine_alive: bool) -> Frame:
        """Take what the table holds now and say what is different from the frame before.

        Without a table (the link is gone) only time goes on: values stay, their ages grow.
        """
        revision = None if table is None else table.snapshot(self._incoming)
        if revision is not None:
            # A snapshot that failed may be a mixture of two instants, so it never reaches `columns`.
            self._incoming.copy_to(self.columns)
        changed = np.zeros(0, np.intp)
        if revision is not None and revision != self.revision:
            changed = np.flatnonzero(self.columns.changed > self.revision)
            self.revision = revision
        fresh = freshness(self.columns, self.max_age, now.monotonic)
        if not engine_alive:
            fresh = np.maximum(fresh, np.uint8(Freshness.STALE))
        self._note_bad(fresh, now)
        if len(self._freshness) == len(fresh):
            aged = np.flatnonzero(fresh != self._freshness)
        else:
            aged = np.arange(len(fresh))
        self._freshness = fresh
        return Frame(now=now, changed=changed, freshness=fresh, aged=aged, engine_alive=engine_alive)

    def age(self, index: int, now: Instant) -> float:
        """Seconds for which the value has not been vouched for; NaN where it never was.

        Counted from the last confirmation, for a Bad value from when it went bad (as far as this screen
        saw it, else from when it was received).
        """
        began = int(self.columns.confirmed[index])
        if self._bad_since[index] != NO_TIME:
            began = int(self._bad_since[index])
        return math.nan if began == NO_TIME else max(0.0, (now.monotonic - began) / SECOND)

    def _note_bad(self, fresh: npt.NDArray[np.uint8], now: Instant) -> None:
        bad = fresh == Freshness.BAD
        if len(self._bad_since) != len(fresh):
            self._bad_since = np.full(len(fresh), NO_TIME, np.int64)
            received = now.monotonic - np.maximum(now.utc - self.columns.receive_time, 0)
            self._bad_since[bad] = received[bad]
            return
        self._bad_since[~bad] = NO_TIME
        self._bad_since[bad & (self._bad_since == NO_TIME)] = now.monotonic

    def _take_endpoint(self, news: EndpointNews) -> None:
        key = (news.machine, news.endpoint)
        self.endpoints[key] = news
        if news.state is LinkState.UP:
            self.unlinked.pop(key, None)
        else:
            self.unlinked.setdefault(key, news.since_monotonic)

    def value(self, index: int) -> values.Value:
        """The last value of a tag in its declared type, whatever its quality."""
        tag = self.epoch.tags[index]
        lane = int(self.columns.value[index])
        if tag.type.in_side_area:
            offset, length = values.side_span(lane)
            return values.unpack_side(self.columns.side[offset : offset + length].tobytes(), tag.type)
        return values.from_lane(lane, tag.type)

    def raw(self, index: int) -> values.Value:
        """The last value as it was on the wire, before scaling."""
        tag = self.epoch.tags[index]
        if tag.wire.in_side_area:
            return self.value(index)
        return values.from_lane(int(self.columns.raw[index]), tag.wire)

    def tag(self, index: int) -> Tag:
        """The configuration of a tag."""
        return self.epoch.tags[index]

    def index(self, machine: str, name: str) -> int:
        """The index of ``machine/name``.

        Raises:
            KeyError: there is no such tag in the epoch.
        """
        return self.epoch.index[f"{machine}/{name}"]

    def machine(self, machine: str) -> Machine:
        """The configuration of a machine.

        Raises:
            KeyError: there is no such machine in the epoch.
        """
        for each in self.epoch.machines:
            if each.id == machine:
                return each
        raise KeyError(machine)
