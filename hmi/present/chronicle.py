"""What the panel itself sees go wrong and get well again, kept as events: dead values, late values.

Links and the engine tell their own events. This is for what only a frame shows, so that whoever comes an
hour later can read what stood in the notice line meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from hmi.model import status
from hmi.model.clock import MILLISECOND, SECOND, Instant
from hmi.present import dead_tags
from hmi.present.freshness import Freshness
from hmi.present.latency import WINDOW_SECONDS, LatencyBook
from hmi.present.session import Event, Frame, Session

EVERY: Final = 250 * MILLISECOND
SETTLED: Final = 5 * SECOND
"""How long a thing must be well before that is told: what flickers is told once, not at every turn."""

NAMED: Final = 3
"""So many values of a machine that die at once are told by name, more as a number."""

_BEGAN: Final = {
    Freshness.BAD: "event.value_bad",
    Freshness.STALE: "event.value_stale",
    Freshness.NEVER: "event.value_missing",
}


class Chronicle:
    """Remembers what it has told, over sessions and engines; bounded by the tags of one epoch."""

    def __init__(self) -> None:
        self._dead: dict[str, Instant | None] = {}
        """Ids of tags told as dead, and since when they are live again, if they are."""
        self._late: dict[str, Instant | None] = {}
        """The same of machines told as late."""
        self._session: Session | None = None
        self._looked = 0

    def note(self, session: Session, frame: Frame, book: LatencyBook) -> None:
        """Tell the session what has begun or ended; called with every frame, looks some times a second.

        Without an engine nothing is live and nothing is learned of the machines.
        """
        now = frame.now
        if session is not self._session:
            self._session, self._looked = session, now.monotonic - EVERY
            self._dead = {each: since for each, since in self._dead.items() if each in session.epoch.index}
            machines = {each.id for each in session.epoch.machines}
            self._late = {each: since for each, since in self._late.items() if each in machines}
        if not frame.engine_alive or now.monotonic - self._looked < EVERY:
            return
        self._looked = now.monotonic
        for each in session.epoch.machines:
            for event in (*self._values(session, frame, each.id), *self._latency(book, now, each.id)):
                session.tell(event)

    def _values(self, session: Session, frame: Frame, machine: str) -> Iterator[Event]:
        dead = [int(each) for each in dead_tags.find(session, frame, machine)]
        begun = [each for each in dead if session.tag(each).id not in self._dead]
        for each in dead:
            self._dead[session.tag(each).id] = None
        if len(begun) > NAMED:
            yield Event(frame.now.utc, machine, str(len(begun)), "event.values_dead")
        else:
            yield from (_began(session, frame, each) for each in begun)
        if self._dead:
            yield from self._well_again(session, frame, machine)

    def _well_again(self, session: Session, frame: Frame, machine: str) -> Iterator[Event]:
        told = [session.epoch.index[each] for each in self._dead]
        mine = np.intersect1d(np.array(told, np.intp), session.tags_of(machine))
        ended: list[tuple[str, Instant]] = []
        for index in mine:
            name, live = session.tag(int(index)).id, frame.freshness[index] <= Freshness.UNCERTAIN
            since = _settled(self._dead, name, frame.now, well=bool(live))
            if since is not None:
                ended.append((name, since))
        if len(ended) > NAMED:
            yield Event(max(each.utc for _, each in ended), machine, str(len(ended)), "event.values_live")
        else:
            yield from (Event(since.utc, name, "", "event.value_live") for name, since in ended)

    def _latency(self, book: LatencyBook, now: Instant, machine: str) -> Iterator[Event]:
        view = book.view(machine, now.monotonic)
        if view.over and machine not in self._late:
            yield Event(now.utc, machine, "", "event.late")
        if view.over:
            self._late[machine] = None
        elif machine in self._late:
            # A machine of which nothing was painted is not late, and nobody knows that it is in time; nor
            # where only a moment was measured, as after its link or the engine came back.
            measured = view.p99 is not None and view.measured >= WINDOW_SECONDS
            since = _settled(self._late, machine, now, well=measured)
            if since is not None:
                yield Event(since.utc, machine, "", "event.in_time")


def _began(session: Session, frame: Frame, index: int) -> Event:
    text_id = _BEGAN[Freshness(int(frame.freshness[index]))]
    code = status.name(int(session.columns.status[index])) if text_id == "event.value_bad" else ""
    return Event(frame.now.utc, session.tag(index).id, code, text_id)


def _settled(told: dict[str, Instant | None], name: str, now: Instant, *, well: bool) -> Instant | None:
    """Since when ``name`` is well, once it has been so for long enough: it is then forgotten."""
    since = told[name]
    if not well:
        told[name] = None
    elif since is None:
        told[name] = now
    elif now.monotonic - since.monotonic >= SETTLED:
        del told[name]
        return since
    return None
