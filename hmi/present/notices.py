"""View models of the notice line and of the list of what happened.

The line says the one thing that a person should know now, the worst first. Until there are alarms, this is
about the panel's own trustworthiness: the engine, the links, dead values, the latency, what was left out.
What got well again in the last minute is told calmly. The list (`entries`) keeps it all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from hmi.present import causes, dead_tags, event_text, health, link_advice, recovered
from hmi.present import format as formats
from hmi.present.freshness import Freshness
from hmi.present.health import Condition
from hmi.present.latency import BUDGET_MS, LatencyBook
from hmi.present.recovered import RECENT
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts


@dataclass(frozen=True, slots=True)
class NoticeView:
    """``calm`` where nothing is wrong; ``detail`` what it means; ``more`` how many others wait."""

    title: str
    detail: str = ""
    calm: bool = False
    more: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the list; ``severe`` where something was wrong, not where it got well again."""

    time: str
    date: str
    subject: str
    text: str
    severe: bool


class _Rank(IntEnum):
    LINK = 0
    VALUES = 1
    LATE = 2
    NOT_RECORDED = 3
    LEFT_OUT = 4


_Found = tuple[_Rank, NoticeView]


def engine_lost(since_utc: int, reason: str, texts: Texts) -> NoticeView:
    """The engine does not answer since a moment (UTC ns); ``reason`` is what is wrong now, in words."""
    title = texts.text("notice.engine_lost", time=formats.clock(since_utc))
    return NoticeView(title, texts.text("notice.engine_lost_detail", reason=reason).rstrip())


def engine_awaited(texts: Texts, reason: str = "") -> NoticeView:
    """No engine was reached yet; calm as long as there is no ``reason`` that it could not be."""
    detail = reason or texts.text("notice.engine_starting_detail")
    return NoticeView(texts.text("notice.engine_starting"), detail, calm=not reason)


def notice(session: Session, frame: Frame, book: LatencyBook, machine: str, texts: Texts) -> NoticeView:
    """What to say while the engine is alive; ``machine`` (or "") is in view and comes first."""
    ordered = standing(session, frame, book, machine, texts)
    ordered = (*ordered, *_recent(session, frame, texts))
    if not ordered:
        title = recovered.newest(session, frame, texts) or texts.text("notice.none")
        return NoticeView(title, _calm_detail(session, frame, texts), calm=True)
    more = texts.text("notice.more", count=len(ordered) - 1) if len(ordered) > 1 else ""
    return replace(ordered[0], more=more)


def standing(
    session: Session, frame: Frame, book: LatencyBook, machine: str, texts: Texts
) -> tuple[NoticeView, ...]:
    """All that is wrong now, the worst first; ``machine`` (or "") comes before all others."""
    found = [
        each for one in session.epoch.machines for each in _of_machine(session, frame, book, one.id, texts)
    ]
    first = [each for one, each in found if one == machine]
    others = [each for one, each in found if one != machine]
    others += ((_Rank.NOT_RECORDED, each) for each in _room(session, texts))
    others += [
        (_Rank.LEFT_OUT, NoticeView(texts.text("notice.quarantined", name=each.name), each.cause))
        for each in session.epoch.quarantined
    ]
    others += ((_Rank.LEFT_OUT, each) for each in _flaws(session, texts))
    return tuple(each for part in (first, others) for _, each in sorted(part, key=lambda one: one[0]))


def entries(session: Session, texts: Texts) -> tuple[Entry, ...]:
    """What happened, newest first; ``texts`` are the site's."""
    return tuple(
        Entry(
            time=formats.clock(each.utc),
            date=formats.date(each.utc, texts),
            subject=event_text.subject(session, each, texts),
            text=event_text.said(each, texts),
            severe=each.text_id not in event_text.CALM,
        )
        for _, each in sorted(enumerate(session.notices), key=lambda one: (-one[1].utc, -one[0]))
    )


def _calm_detail(session: Session, frame: Frame, texts: Texts) -> str:
    dead = int(np.count_nonzero(frame.freshness > Freshness.UNCERTAIN))
    if dead == 1:
        return texts.text("notice.one_not_live")
    if dead:
        return texts.text("notice.not_live", count=dead)
    uncertain = np.flatnonzero(frame.freshness == Freshness.UNCERTAIN)
    if len(uncertain) == 1:
        tag = session.tag(int(uncertain[0]))
        name = texts.text(session.machine(tag.machine).name)
        label = formats.label(tag, texts.for_machine(tag.machine))
        return texts.text("notice.one_uncertain", machine=name, tag=label)
    return texts.text("notice.uncertain" if len(uncertain) else "notice.all_live", count=len(uncertain))


def _of_machine(
    session: Session, frame: Frame, book: LatencyBook, machine: str, texts: Texts
) -> Iterator[tuple[str, _Found]]:
    name = texts.text(session.machine(machine).name)
    loss = health.loss(session, frame, machine)
    if loss is not None:
        condition = health.of(session, frame, machine).condition
        connecting = condition is Condition.CONNECTING
        text_id = "notice.connecting" if connecting else "notice.link_down"
        several = len(session.machine(machine).endpoints) > 1
        where = f"{name} / {loss.endpoint}" if several else name
        title = texts.text(text_id, machine=where, time=formats.since(loss.since, frame.now.utc, texts))
        yield machine, (_Rank.LINK, NoticeView(title, link_advice.advice(loss.cause, texts)))
    dead = dead_tags.of(session, frame, machine, texts)
    if dead is not None:
        yield machine, (_Rank.VALUES, NoticeView(dead.title, dead.detail))
    if (unrecorded := _not_recorded(session, frame, machine, texts)) is not None:
        yield machine, (_Rank.NOT_RECORDED, unrecorded)
    late = book.view(machine, frame.now.monotonic)
    if late.over:
        yield (
            machine,
            (
                _Rank.LATE,
                NoticeView(
                    texts.text("notice.late", machine=name, budget=BUDGET_MS),
                    texts.text("notice.late_detail", now=late.recent or late.now, p99=late.p99),
                ),
            ),
        )


def _not_recorded(session: Session, frame: Frame, machine: str, texts: Texts) -> NoticeView | None:
    recording = session.recording.get(machine)
    if recording is None or not recording.why:
        return None
    name = texts.text(session.machine(machine).name)
    since = formats.since(recording.since, frame.now.utc, texts)
    title = texts.text("notice.not_recorded", machine=name, time=since)
    return NoticeView(title, causes.in_words(recording.why, texts))


def _room(session: Session, texts: Texts) -> Iterator[NoticeView]:
    """That the disk will be full of recordings: as long before as somebody can still act."""
    room = session.room
    if room is None or not room.low:
        return
    free = formats.number(room.free / 1e9, 1, texts.text("format.point"))
    title = texts.text("notice.room", free=free)
    if room.hours is None:
        yield NoticeView(title, texts.text("notice.room_detail"))
    else:
        yield NoticeView(title, texts.text("notice.room_hours", hours=max(0, round(room.hours))))


def _flaws(session: Session, texts: Texts) -> Iterator[NoticeView]:
    """Mistakes in files that only cost what is shown: as long as they are there."""
    flaws = session.epoch.flaws
    if flaws:
        text_id = "notice.flaw" if len(flaws) == 1 else "notice.flaws"
        yield NoticeView(texts.text(text_id, count=len(flaws)), flaws[0])


def _recent(session: Session, frame: Frame, texts: Texts) -> Iterator[NoticeView]:
    """Events of the last minute, newest first, of which nobody can tell whether they are over.

    What has an end is told as a present thing while it stands, and then by `recovered`.
    """
    standing = {(each.name, each.cause) for each in session.epoch.quarantined}
    for each in reversed(session.notices):
        over = frame.now.utc - each.utc > RECENT
        if over or (each.subject, each.text) in standing:
            continue
        if each.text_id in event_text.CALM or each.text_id in event_text.ENDING:
            continue
        text_id = "notice.event_told" if each.text_id else "notice.event"
        title = texts.text(
            text_id,
            time=formats.clock(each.utc),
            subject=event_text.subject(session, each, texts),
            what=event_text.what(each, texts),
        )
        yield NoticeView(title, causes.in_words(each.text, texts))
