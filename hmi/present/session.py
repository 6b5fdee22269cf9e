"""What one screen process knows: the epoch, a consistent copy of all last values, and the news.

The session is fed by a thin shell (`hmi.ui`, a test, later the replay) and read by view models. It owns
no socket and no clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from hmi.config.epoch import Epoch, Machine
from hmi.config.tags import Tag
from hmi.link import epoch_text
from hmi.link.messages import (
    ContextNews,
    Counters,
    EndpointNews,
    GrantedNews,
    Notice,
    RecordingNews,
    RecordingRoom,
    ReplayAbout,
    ToClient,
    Welcome,
)
from hmi.model import status, values
from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.model.columns import Columns
from hmi.model.context import ContextKey
from hmi.model.samples import LinkState
from hmi.present.carried import CarriedValues
from hmi.present.freshness import Freshness, freshness

NOTICES_KEPT: Final = 200
ENGINE: Final = "event.engine"
"""The subject of events about the engine itself, a text id."""


class Table(Protocol):
    """The reading end of the engine's shared memory (`hmi.link.table.TableReader`).

    ``moment`` is that of the last snapshot, None where it is the present.
    """

    @property
    def moment(self) -> Instant | None: ...  # noqa: D102

    def snapshot(self, into: Columns) -> int | None:
        """Copy a consistent state into ``into`` and return its revision; None: nothing consistent now."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What changed since the frame before, at ``now``.

    ``news``       bool[n], whether the sample of a tag (value, status, times) is new
    ``changed``    tag indexes that have news
    ``freshness``  u1[n], `hmi.present.freshness.Freshness` of every tag; nothing is better than STALE
                   while the engine is not alive
    ``aged``       tag indexes whose freshness is another than in the frame before
    ``engine_alive`` whether the engine's heartbeat is in time; if not, nothing on screen is live
    """

    now: Instant
    news: npt.NDArray[np.bool_]
    changed: npt.NDArray[np.intp]
    freshness: npt.NDArray[np.uint8]
    aged: npt.NDArray[np.intp]
    engine_alive: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened and that a person should know, at ``utc`` (ns).

    ``text`` is for a person as it came (a cause, in the words of whoever found it). Where the panel itself
    tells the event, ``text_id`` says what happened, and the text why.
    """

    utc: int
    subject: str
    text: str
    text_id: str = ""


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
    """What each machine says now; "" where it no longer says, see `last_context`."""
    last_context: dict[str, dict[ContextKey, str]] = field(default_factory=dict)
    """What each machine said last, whether or not it still says so; also to the engine before this one."""
    counters: dict[tuple[str, str], Counters] = field(default_factory=dict)
    recording: dict[str, RecordingNews] = field(default_factory=dict)
    """How the recording of each machine stands; none for a machine of which the engine says nothing."""
    room: RecordingRoom | None = None
    """How much room there is for recordings, as the engine said last."""
    notices: list[Event] = field(default_factory=list)
    """What happened, oldest first, at most `NOTICES_KEPT`; shown by `hmi.present.notices`."""
    granted: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Of each tag the sampling and the publishing interval in seconds, as the device granted them last."""
    grants: int = 0
    """How often any of them was told."""
    unlinked: dict[tuple[str, str], int] = field(default_factory=dict)
    """Endpoints without a link: since when (monotonic ns), however often it was tried in between."""
    awaited: set[tuple[str, str]] = field(default_factory=set)
    """Endpoints that another engine knew, until this one has a link to them."""
    heartbeat: int | None = None
    """The engine's last sign of life (monotonic ns), as far as the link has shown one."""
    moment: Instant | None = None
    """Of which moment the values are that a replay showed last; None: they are live."""
    about: ReplayAbout | None = None
    """Which recording is shown; None where it is none, or its replay has not said it yet."""
    unread: int | None = None
    """Since when (monotonic ns) all looks at the table found the writer inside: frames show what was."""
    goes_on: bool = False
    """Whether only what is shown differs from the session before: the same engine, links and table."""
    restarts: int = 0
    """How often another engine took the place of the one before, since this panel began."""
    _bad_since: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    _freshness: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    _carried: CarriedValues | None = None
    _least_ages: dict[tuple[str, str, str], float] = field(default_factory=dict)
    _tags_of: dict[str, npt.NDArray[np.intp]] = field(default_factory=dict)
    _tags_at: dict[tuple[str, str], npt.NDArray[np.intp]] = field(default_factory=dict)

    @classmethod
    def begin(cls, welcome: Welcome, side_bytes: int, before: Session | None = None) -> Session:
        """A session for the epoch in ``welcome``; ``side_bytes`` is the size of the table's side area.

        ``before`` is the session that this one follows: its last values stay, as old as they are, and its
        last context and its events, until there is something newer.

        Raises:
            FrameError: the welcome's epoch is none.
        """
        epoch = epoch_text.unpacked(welcome.epoch)
        made = cls(
            epoch=epoch,
            welcome=welcome,
            columns=Columns.empty(len(epoch.tags), side_bytes),
            max_age=np.array([tag.max_age for tag in epoch.tags], np.float64),
            _incoming=Columns.empty(len(epoch.tags), side_bytes),
            _tags_of=_by_machine(epoch),
            _tags_at=_by_endpoint(epoch),
        )
        if before is not None:
            made.restarts = before.restarts + (welcome.started != before.welcome.started)
            made.notices = list(before.notices)
            made.last_context = {name: dict(each) for name, each in before.last_context.items()}
            ours = {(machine.id, name) for machine in epoch.machines for name in machine.endpoints}
            made.unlinked = {key: since for key, since in before.unlinked.items() if key in ours}
            known = set() if welcome.started == before.welcome.started else set(before.endpoints)
            made.awaited = (known | before.awaited) & ours
            made._carried = CarriedValues.of(before.epoch, before.columns, epoch, side_bytes)
            made._carried.lay_into(made.columns)
            same_table = (welcome.started, welcome.table) == (before.welcome.started, before.welcome.table)
            if same_table and welcome.digest != before.welcome.digest:
                made._go_on(before)
        return made

    def _go_on(self, before: Session) -> None:
        self.goes_on = True
        self.endpoints, self.counters = dict(before.endpoints), dict(before.counters)
        self.context = {name: dict(each) for name, each in before.context.items()}
        self.granted = dict(before.granted)
        self.recording, self.room = dict(before.recording), before.room
        self._bad_since = before._bad_since.copy()

    def take(self, message: ToClient) -> None:
        """Keep the news of one message; messages that are not news (history, refusals) change nothing."""
        match message:
            case EndpointNews():
                self._take_endpoint(message)
            case ContextNews(event=event):
                self.context.setdefault(event.machine, {})[event.key] = event.value
                if event.value:
                    self.last_context.setdefault(event.machine, {})[event.key] = event.value
            case Counters():
                self.counters[message.machine, message.endpoint] = message
            case GrantedNews():
                for index in np.frombuffer(message.index, "<u4"):
                    self.granted[int(index)] = (message.sampling, message.publishing)
                self.grants += 1
            case RecordingRoom():
                self.room = message
            case RecordingNews():
                self._take_recording(message)
            case ReplayAbout():
                self.about = message
            case Notice():
                self.tell(Event(message.utc, message.subject, message.text, message.text_id))

    def tell(self, event: Event) -> None:
        """Keep an event; an engine greets with what it has said before, which is kept once."""
        if event not in self.notices:
            self.notices.append(event)
            del self.notices[:-NOTICES_KEPT]

    def refresh(self, table: Table | None, now: Instant, engine_alive: bool) -> Frame:
        """Take what the table holds now and say what is different from the frame before.

        Without a table (the link is gone) only time goes on: values stay, their ages grow. In a replay
        ``now`` is the moment that the table shows: values and ages are of the same one, however fast it goes.
        """
        revision = None if table is None else table.snapshot(self._incoming)
        if table is not None:
            self.moment = table.moment
        now = now if self.moment is None else self.moment
        if table is None or revision is not None:
            self.unread = None
        elif self.unread is None:
            self.unread = now.monotonic
        if revision is not None:
            # A snapshot that failed may be a mixture of two instants, so it never reaches `columns`.
            self._incoming.copy_to(self.columns)
            if self._carried is not None:
                self._carried.lay_into(self.columns)
        if revision is not None and revision != self.revision:
            news = self.columns.changed > self.revision
            self.revision = revision
        else:
            news = np.zeros(len(self.max_age), np.bool_)
        fresh = freshness(self.columns, self.max_age, now.monotonic)
        if not engine_alive:
            fresh = np.maximum(fresh, np.uint8(Freshness.STALE))
        self._note_bad(fresh, now)
        if len(self._freshness) == len(fresh):
            aged = np.flatnonzero(fresh != self._freshness)
        else:
            aged = np.arange(len(fresh))
        self._freshness = fresh
        return Frame(now, news, np.flatnonzero(news), fresh, aged, engine_alive)

    def age(self, index: int, now: Instant) -> float:
        """Seconds for which nobody has vouched for the value that is shown; NaN where nothing ever came.

        Counted from the last confirmation, which a Bad status does not move: only a confirmation makes
        an age smaller. Where the device never had a value, counted from when it said so (as far as this
        screen saw it, else from the sample in the table).
        """
        began = int(self.columns.confirmed[index])
        if began == NO_TIME:
            began = int(self._bad_since[index])
        return math.nan if began == NO_TIME else max(0.0, (now.monotonic - began) / SECOND)

    def known(self, index: int) -> bool:
        """Whether there ever was a value; if so, `value` gives the last one that was not Bad."""
        if int(self.columns.confirmed[index]) != NO_TIME:
            return True
        received = int(self.columns.receive_time[index]) != NO_TIME
        return received and status.severity(int(self.columns.status[index])) is not status.Severity.BAD

    def _note_bad(self, fresh: npt.NDArray[np.uint8], now: Instant) -> None:
        """Remember since when tags that never had a value are Bad."""
        if len(self._bad_since) != len(fresh):
            self._bad_since = np.full(len(fresh), NO_TIME, np.int64)
        bad = fresh == Freshness.BAD
        self._bad_since[~bad] = NO_TIME
        begun = bad & (self._bad_since == NO_TIME)
        if begun.any():
            ago = np.maximum(now.utc - self.columns.receive_time[begun], 0)
            self._bad_since[begun] = now.monotonic - ago

    def _take_recording(self, news: RecordingNews) -> None:
        before = self.recording.get(news.machine)
        self.recording[news.machine] = news
        failed = before is not None and before.why != ""
        if news.why and not failed:
            self.tell(Event(news.since, news.machine, news.why, "event.recording_failed"))
        elif not news.why and (failed or news.missing):
            self.tell(Event(news.since, news.machine, str(news.missing), "event.recording_again"))

    def _take_endpoint(self, news: EndpointNews) -> None:
        key = (news.machine, news.endpoint)
        before = self.endpoints.get(key)
        self.endpoints[key] = news
        subject = ".".join(key)
        last = self._last_of_link(subject)
        if news.state is LinkState.UP:
            self.unlinked.pop(key, None)
            if key in self.awaited or (last is not None and last.text_id == "event.link_lost"):
                self.tell(Event(news.since, subject, "", "event.link_up"))
            elif before is None or before.state is not LinkState.UP:
                self.tell(Event(news.since, subject, news.secured, "event.link_first"))
            self.awaited.discard(key)
            return
        self.unlinked.setdefault(key, news.since_monotonic)
        if before is not None and before.state is LinkState.UP:
            self.tell(Event(news.since, subject, news.cause, "event.link_lost"))
        elif news.state is LinkState.DOWN and (last is None or last.text_id not in _DOWN):
            self.tell(Event(news.since, subject, news.cause, "event.link_none"))

    def _last_of_link(self, subject: str) -> Event | None:
        of_link = (*_DOWN, "event.link_up", "event.link_first")
        mine = (each for each in reversed(self.notices) if each.subject == subject)
        return next((each for each in mine if each.text_id in of_link), None)

    def tags_of(self, machine: str) -> npt.NDArray[np.intp]:
        """The indexes of one machine's tags, in file order; none for an unknown one. Not to be changed."""
        return self._tags_of.get(machine, _NO_TAGS)

    def tags_at(self, machine: str, endpoint: str) -> npt.NDArray[np.intp]:
        """The indexes of the tags that one endpoint serves; "" for the derived ones. Not to be changed."""
        return self._tags_at.get((machine, endpoint), _NO_TAGS)

    def unlinked_since(self, endpoint: tuple[str, str], now: Instant) -> int:
        """UTC ns since when an endpoint (machine, name) has no link.

        Raises:
            KeyError: it has one.
        """
        return now.utc - max(0, now.monotonic - self.unlinked[endpoint])

    def least_max_age(self, tag: Tag) -> float:
        """Seconds: the least ``max_age`` of the tags that are asked for together with one of a device."""
        key = (tag.machine, tag.endpoint, tag.pace)
        if key not in self._least_ages:
            served = (self.tag(int(each)) for each in self.tags_at(tag.machine, tag.endpoint))
            self._least_ages[key] = min(each.max_age for each in served if each.pace == tag.pace)
        return self._least_ages[key]

    def value(self, index: int) -> values.Value:
        """The last value of a tag in its declared type, whatever its quality; see `known`."""
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


_DOWN: Final = ("event.link_lost", "event.link_none")
"""Events of links that were lost, or that never were as far as this panel knows."""

_NO_TAGS: Final = np.zeros(0, np.intp)


def _by_machine(epoch: Epoch) -> dict[str, npt.NDArray[np.intp]]:
    found: dict[str, list[int]] = {machine.id: [] for machine in epoch.machines}
    for index, tag in enumerate(epoch.tags):
        found.setdefault(tag.machine, []).append(index)
    return {machine: np.array(indexes, np.intp) for machine, indexes in found.items()}


def _by_endpoint(epoch: Epoch) -> dict[tuple[str, str], npt.NDArray[np.intp]]:
    found: dict[tuple[str, str], list[int]] = {}
    for index, tag in enumerate(epoch.tags):
        found.setdefault((tag.machine, tag.endpoint if tag.address is not None else ""), []).append(index)
    return {key: np.array(indexes, np.intp) for key, indexes in found.items()}
