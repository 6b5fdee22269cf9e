"""The heart of the engine: one message of a source in, a new state and news out. Pure but for its columns.

Everything that decides comes in as a parameter (endpoint, message, now), so that a recording of these
calls, replayed, gives the identical states and news.
"""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hmi.config.epoch import Epoch
from hmi.engine.context import ContextTracker
from hmi.engine.derived import DerivedTags
from hmi.engine.history import History
from hmi.engine.outage import Outage
from hmi.engine.scaling import Scaling
from hmi.link.messages import STILL_DOWN, ContextNews, Counters, EndpointNews, GrantedNews, Notice, ToClient
from hmi.model.clock import NO_TIME, Instant
from hmi.model.columns import Columns
from hmi.model.samples import (
    U32,
    Batch,
    ClockOffset,
    Confirmation,
    Granted,
    Irregular,
    Irregularity,
    LinkEvent,
    LinkState,
    Lost,
    SourceMessage,
)
from hmi.model.status import BAD_NO_COMMUNICATION
from hmi.model.wall_clock import WallClock
from hmi.twin.store import Samples, Store


@dataclass(slots=True)
class EndpointState:
    """What is known of one endpoint; ``tags`` u4[n] are the tags that it serves.

    ``told`` says whether its tags have a status by now: samples, or that it cannot be reached.
    """

    machine: str
    name: str
    tags: U32
    link: LinkEvent
    offset: ClockOffset | None = None
    samples: int = 0
    lost: int = 0
    unknown_losses: int = 0
    connects: int = 0
    irregular: Counter[Irregular] = field(default_factory=Counter)
    told: bool = False
    outage: Outage = field(default_factory=Outage)

    @property
    def subject(self) -> str:
        """What notices about it are about."""
        return f"{self.machine}.{self.name}"

    def news(self) -> EndpointNews:
        """Its link and clock as a message."""
        return EndpointNews(
            machine=self.machine,
            endpoint=self.name,
            state=self.link.state,
            since=self.link.at.utc,
            since_monotonic=self.link.at.monotonic,
            cause=self.link.cause,
            secured=self.link.secured,
            offset=self.offset.offset if self.offset else None,
            offset_uncertainty=self.offset.uncertainty if self.offset else None,
        )

    def counters(self) -> Counters:
        """Its counters as a message."""
        return Counters(
            machine=self.machine,
            endpoint=self.name,
            samples=self.samples,
            lost=self.lost,
            connects=self.connects,
            unknown_losses=self.unknown_losses,
            irregular={str(kind): count for kind, count in self.irregular.items()},
        )


class Table(Protocol):
    """Where the last values lie: shared memory (`hmi.link.table.TableWriter`), or a replay's own."""

    columns: Columns

    def write(self) -> AbstractContextManager[int]:
        """Keep readers off while the columns change; gives the new revision."""
        ...


class Pipeline:
    """Applies source messages to the table, derives tags, follows context, keeps history."""

    def __init__(self, epoch: Epoch, table: Table, history: History, began: Instant) -> None:
        self.endpoints = [
            EndpointState(
                machine.id,
                name,
                np.array(
                    [
                        i
                        for i in epoch.tags_of(machine.id)
                        if epoch.tags[i].endpoint == name and epoch.tags[i].address is not None
                    ],
                    np.uint32,
                ),
                LinkEvent(LinkState.CONNECTING, began),
            )
            for machine in epoch.machines
            for name in machine.endpoints
        ]
        self.history = history
        self.wall_clock = WallClock(began)
        self._tags = epoch.tags
        # Of each tag: sampling and publishing interval in seconds, NaN where nothing was granted yet.
        self.granted = np.full((len(epoch.tags), 2), np.nan)
        self._table = table
        self._store = Store(epoch.tags, table.columns)
        self._scaling = Scaling(epoch.tags)
        self._derived = DerivedTags(epoch.tags)
        self._is_derived = np.array([tag.derived is not None for tag in epoch.tags], np.bool_)
        self.context = ContextTracker(epoch)

    @property
    def columns(self) -> Columns:
        """The last value of every tag."""
        return self._table.columns

    def step(self, endpoint: EndpointState, message: SourceMessage, now: Instant) -> list[ToClient]:
        """Look at the wall clock, then `take`; gives what clients must be told, in order."""
        by = self.wall_clock.set_by(now)
        return (self.clock_set(by, now) if by else []) + self.take(endpoint, message, now)

    def take(self, endpoint: EndpointState, message: SourceMessage, now: Instant) -> list[ToClient]:
        """Take one message of an endpoint; gives what clients must be told, in order."""
        match message:
            case Batch():
                endpoint.samples += len(message)
                endpoint.told = True
                offset = endpoint.offset.offset if endpoint.offset else 0
                return self._apply(self._scaling.samples(message, offset), now)
            case Confirmation():
                with self._table.write():
                    self._store.confirm(message.index, message.at.monotonic)
                    self._derived.confirm(self._table.columns)
                return []
            case LinkEvent():
                return self._link(endpoint, message, now)
            case Granted():
                self.granted[message.index] = message.sampling, message.publishing
                return [_granted_news(message.index, message.sampling, message.publishing)]
            case ClockOffset():
                endpoint.offset = message
                return [endpoint.news()]
            case Irregularity():
                endpoint.irregular[message.kind] += message.count
                return []  # the counters are told now and then: a line that is only noise must cost no more
            case Lost():
                endpoint.lost += message.count
                endpoint.unknown_losses += message.count == 0
                return [endpoint.counters(), Notice(message.at.utc, endpoint.subject, message.cause)]

    def greeting(self) -> list[ToClient]:
        """The present state of all news, for a client that has just come."""
        news: list[ToClient] = []
        for endpoint in self.endpoints:
            news += [endpoint.news(), endpoint.counters()]
        return [*news, *self._all_granted(), *(ContextNews(event) for event in self.context.current)]

    def carry(self, before: Pipeline, now: Instant) -> None:
        """Go on from another epoch whose sources have ended: with its counters, and the history of its tags.

        Of a tag that is another by a word nothing is taken over. From ``now`` until a source has a value
        there is a gap: nobody looks.
        """
        for pipeline in (self, before):
            if by := pipeline.wall_clock.set_by(now):
                pipeline.clock_set(by, now)
        for endpoint in before.endpoints:
            before.step(endpoint, LinkEvent(LinkState.DOWN, now, "another configuration begins"), now)
        former = {tag.id: index for index, tag in enumerate(before._tags)}
        pairs = [
            (index, former[tag.id])
            for index, tag in enumerate(self._tags)
            if tag.id in former and before._tags[former[tag.id]] == tag
        ]
        same = np.array(pairs, np.uint32).reshape(-1, 2)
        self.history.carry(before.history, same[:, 0], same[:, 1])
        self._carry_counters(before)

    def _carry_counters(self, before: Pipeline) -> None:
        known = {(each.machine, each.name): each for each in before.endpoints}
        for endpoint in self.endpoints:
            if former := known.get((endpoint.machine, endpoint.name)):
                endpoint.samples += former.samples
                endpoint.lost += former.lost
                endpoint.unknown_losses += former.unknown_losses
                endpoint.connects += former.connects
                endpoint.irregular += former.irregular

    def clock_set(self, by: int, now: Instant) -> list[ToClient]:
        """Our wall clock was set by so many ns: date anew what was dated by it; gives what to tell clients.

        A device's clock is no other for that: its offset from ours is known at once, not with the source's
        next measurement.
        """
        self.history.clock_set(by)
        columns = self._table.columns
        with self._table.write():
            columns.receive_time[columns.receive_time != NO_TIME] += by
            ours = self._is_derived & (columns.source_time != NO_TIME)
            columns.source_time[ours] += by
        news: list[ToClient] = []
        for endpoint in self.endpoints:
            if endpoint.offset is not None:
                endpoint.offset = replace(endpoint.offset, offset=endpoint.offset.offset - by, at=now)
                news.append(endpoint.news())
        return news

    def _all_granted(self) -> list[GrantedNews]:
        known = np.flatnonzero(~np.isnan(self.granted[:, 0]))
        pairs, which = np.unique(self.granted[known], axis=0, return_inverse=True)
        which = which.reshape(-1)
        return [_granted_news(known[which == i], float(s), float(p)) for i, (s, p) in enumerate(pairs)]

    def _apply(self, samples: Samples, now: Instant, *, loss: bool = False) -> list[ToClient]:
        derived = self._derived.samples(samples, self._table.columns, now)
        if loss and derived is not None:
            # Another input may have moved the result since this one was vouched for last.
            derived = replace(derived, time=self.history.after_last(derived.index, derived.time))
        with self._table.write() as revision:
            self._store.apply(samples, revision)
            if derived is not None:
                self._store.apply(derived, revision)
            self._derived.confirm(self._table.columns)
        self.history.add(samples)
        events = self.context.events(samples)
        if derived is not None:
            self.history.add(derived)
            events += self.context.events(derived)
        return [ContextNews(event) for event in events]

    def _link(self, endpoint: EndpointState, event: LinkEvent, now: Instant) -> list[ToClient]:
        was_up = endpoint.link.state is LinkState.UP
        endpoint.link = event
        endpoint.connects += event.state is LinkState.UP
        news: list[ToClient] = [endpoint.news(), endpoint.counters()]
        if endpoint.outage.is_news(event) and endpoint.outage.told > 1:
            # A screen tells the first cause by itself, from the link's own news, also when it comes later.
            news.append(Notice(now.utc, endpoint.subject, event.cause, STILL_DOWN))
        if event.state is LinkState.DOWN and (was_up or not endpoint.told):
            endpoint.told = True
            news += self._apply(self._without_link(endpoint, now), now, loss=True)
        return news

    def _without_link(self, endpoint: EndpointState, now: Instant) -> Samples:
        """The endpoint's tags as they stand, with the status that the device cannot be reached.

        Value and times stay, so that a screen can show the last known value frozen with its true age. In
        the history the gap of each tag begins with the first moment for which nobody vouches: not when the
        loss was noticed, and not within what its samples cover.
        """
        columns = self._table.columns
        # A link that comes and goes before anything was heard adds nothing.
        index = endpoint.tags[columns.status[endpoint.tags] != BAD_NO_COMMUNICATION]
        n = len(index)
        confirmed, received = columns.confirmed[index], columns.receive_time[index]
        vouched = now.utc - (now.monotonic - np.where(confirmed == NO_TIME, 0, confirmed))
        heard = np.where(received == NO_TIME, now.utc, received)
        return Samples(
            index=index,
            raw=columns.raw[index],
            value=columns.value[index],
            status=np.full(n, BAD_NO_COMMUNICATION, np.uint32),
            source_time=columns.source_time[index],
            receive_time=columns.receive_time[index],
            time=self.history.after_last(index, np.where(confirmed == NO_TIME, heard, vouched + 1)),
            not_before=np.full(n, NO_TIME, np.int64),
        )


def _granted_news(index: npt.NDArray[np.integer], sampling: float, publishing: float) -> GrantedNews:
    return GrantedNews(index.astype("<u4").tobytes(), sampling, publishing)
