"""View models of the Diagnostics screen: every tag and every endpoint, for an engineer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.opcua import OpcUaEndpoint
from hmi.link.messages import Counters, EndpointNews, ReplayAbout
from hmi.model import status
from hmi.model.clock import MILLISECOND, SECOND, Instant
from hmi.model.samples import LinkState
from hmi.present import causes, pace, quality, simulated, status_text, unsecured
from hmi.present import format as formats
from hmi.present.addresses import address
from hmi.present.freshness import Freshness
from hmi.present.pace import LivePaces
from hmi.present.quality import Look, Quality
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts

_STUCK: Final = SECOND
"""A single look that finds the engine writing costs one frame and nothing else; so long is no coincidence."""


@dataclass(frozen=True, slots=True)
class TagRow:
    """One tag. ``asked`` and ``granted`` are intervals; ``semantic`` may be empty.

    ``status`` in the words of the panel's language, ``code`` its OPC UA name, the same in every language.
    """

    id: str
    label: str
    address: str
    semantic: str
    raw: str
    value: str
    unit: str
    status: str
    quality: Quality
    age: str
    asked: str
    granted: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """One endpoint. ``state`` None: nothing heard of it yet; ``losing`` whether changes were lost.

    ``mark`` stands beside the name where the engine makes the values up, ``lock`` with an open lock where
    the link is not secured. ``pace`` is what was granted to its live values, the shortest words last.
    ``counts`` is ``traffic`` without ``connects``, how often the link came up; the shortest words last.
    ``brief`` is ``cause`` without the address, where there is no room for both; ``key`` machine and endpoint.
    """

    name: str
    state: LinkState | Literal["unheard"]
    since: str
    cause: str
    offset: str
    traffic: str
    losing: bool
    mark: str = ""
    lock: str = ""
    pace: tuple[str, ...] = ()
    brief: str = ""
    key: tuple[str, str] = ("", "")
    counts: tuple[str, ...] = ()
    connects: str = ""


def select(
    session: Session,
    frame: Frame,
    machine: str,
    *,
    not_good_only: bool = False,
    found: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.intp]:
    """The indexes of the tags to list, in epoch order; ``machine`` "" for all.

    ``not_good_only`` leaves out what is live and Good; ``found`` bool[n] is what a search found.
    """
    indexes = session.tags_of(machine) if machine else np.arange(len(session.epoch.tags))
    if found is not None:
        indexes = indexes[found[indexes]]
    return indexes[frame.freshness[indexes] > Freshness.LIVE] if not_good_only else indexes


def row(session: Session, frame: Frame, index: int, texts: Texts) -> TagRow:
    """The row of one tag; ``texts`` are the site's."""
    tag = session.tag(index)
    own = texts.for_machine(tag.machine)
    point = texts.text("format.point")
    shown = quality.of(session, frame, index, own)
    empty = shown.look is Look.EMPTY
    code = int(session.columns.status[index])
    return TagRow(
        id=tag.id,
        label=formats.label(tag, own),
        address=address(tag, texts, session.machine(tag.machine).endpoints.get(tag.endpoint)),
        semantic=tag.semantic,
        raw="" if empty else raw(session, index, texts),
        value="" if empty else formats.value(session.value(index), tag, own),
        unit=tag.unit,
        status=status_text.words(code, texts),
        quality=shown,
        age=formats.exact_age(session.age(index, frame.now), point),
        asked=_joined(pace.asked(session, index), point),
        granted=granted(session, index, texts),
        code=status.name(code),
    )


def raw(session: Session, index: int, texts: Texts) -> str:
    """The value as it was on the wire, to nine digits (a float32 exactly); a derived tag has none."""
    if session.tag(index).address is None:
        return ""
    value = session.raw(index)
    if isinstance(value, bool):
        return status_text.boolean(value, texts)
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return f"[{len(value)}]"
    point = texts.text("format.point")
    return f"{value:.9g}".replace(".", point) if isinstance(value, float) else str(value)


def granted(session: Session, index: int, texts: Texts) -> str:
    """What the device granted: sampling, and publishing where the protocol has it."""
    if session.tag(index).address is None:
        return "–"
    given = pace.granted(session, index)
    if not given:
        return texts.text("diagnostics.not_granted")
    return _joined([each.said for each in given], texts.text("format.point"))


def _joined(intervals: Iterable[float], point: str) -> str:
    return " + ".join(formats.interval(each, point) for each in intervals if each > 0) or "–"


def endpoints(
    session: Session,
    now: Instant,
    texts: Texts,
    machine: str = "",
    *,
    engine_alive: bool = True,
    paces: LivePaces | None = None,
) -> tuple[EndpointRow, ...]:
    """The rows of all endpoints of the epoch (of one machine), also of those never heard of.

    Without an engine nobody knows how a link stands: what was heard last is not shown as the present.
    Nor is what was granted to a link that is down.
    """
    rows = {
        (each.id, name): replace(
            _endpoint(session, now, each.id, name, texts, engine_alive),
            counts=counts(session.counters.get((each.id, name)), session, now, texts),
            connects=connects(session.counters.get((each.id, name)), texts),
            key=(each.id, name),
        )
        for each in session.epoch.machines
        if machine in ("", each.id)
        for name in each.endpoints
    }
    if paces is None:
        return tuple(rows.values())
    return tuple(
        replace(row, pace=paces.words(key[0], texts, key[1])) if row.state is LinkState.UP else row
        for key, row in rows.items()
    )


def _endpoint(
    session: Session, now: Instant, machine: str, name: str, texts: Texts, engine_alive: bool
) -> EndpointRow:
    key = (machine, name)
    news = session.endpoints.get(key)
    counters = session.counters.get(key)
    described = session.machine(machine)
    title = f"{texts.text(described.name)} / {name}"
    mark = simulated.mark((described.endpoints[name],), texts)
    lock = unsecured.lock((described.endpoints[name],), texts)
    losing = counters is not None and bool(counters.lost or counters.unknown_losses)
    through = traffic(counters, session, now, texts)
    if not engine_alive:
        last = "" if news is None else status_text.link(news.state, texts)
        cause = texts.text("diagnostics.last_heard", state=last) if last else ""
        return EndpointRow(
            title, "unheard", texts.text("diagnostics.not_known"), cause, "", through, losing, mark, lock
        )
    if news is None:
        return EndpointRow(title, "unheard", texts.text("card.no_data"), "", "", through, losing, mark, lock)
    state = status_text.link(news.state, texts)
    if key in session.unlinked:
        time = formats.since(session.unlinked_since(key, now), now.utc, texts)
        since = texts.text("diagnostics.since_time", state=state, time=time)
    else:
        age = formats.age((now.monotonic - news.since_monotonic) / SECOND)
        since = texts.text("diagnostics.since", state=state, age=age)
    endpoint, cause = described.endpoints[name], causes.in_words(news.cause, texts)
    own = f"{endpoint.url}: " if isinstance(endpoint, OpcUaEndpoint | MtconnectEndpoint) else ""
    return EndpointRow(
        title,
        news.state,
        since,
        cause,
        _offset(news, texts),
        through,
        losing,
        mark,
        lock,
        brief=cause.removeprefix(own),
    )


def engine(session: Session, frame: Frame, texts: Texts) -> EndpointRow:
    """The engine as a row beside its links: its process, since when, its last heartbeat, its restarts.

    In its place a replay has the recording: its file, its shift, the key that signs it.
    """
    if session.about is not None:
        return _recording(session.about, frame, texts)
    point, heartbeat = texts.text("format.point"), session.heartbeat
    age = "–" if not heartbeat else formats.exact_age((frame.now.monotonic - heartbeat) / SECOND, point)
    state = LinkState.UP if frame.engine_alive else LinkState.DOWN
    up = texts.text(
        "diagnostics.since",
        state=status_text.link(state, texts),
        age=formats.age((frame.now.utc - session.welcome.started) / SECOND),
    )
    process = texts.text(
        "diagnostics.engine_process",
        pid=session.welcome.engine_pid,
        time=formats.clock(session.welcome.started),
        date=formats.date(session.welcome.started, texts),
    )
    beat = texts.text("diagnostics.heartbeat", age=age)
    again = "diagnostics.one_restart" if session.restarts == 1 else "diagnostics.restarts"
    said = [beat, texts.text(again, count=session.restarts)]
    stuck = 0 if session.unread is None else frame.now.monotonic - session.unread
    if stuck >= _STUCK:  # first, as the end is what a narrow card leaves out
        said.insert(0, texts.text("diagnostics.stuck", age=formats.age(stuck / SECOND)))
    return EndpointRow(
        name=texts.text("event.engine"),
        state=state,
        since=up if frame.engine_alive else texts.text("diagnostics.engine_silent"),
        cause=process,
        offset=process,
        traffic=" · ".join(said),
        losing=False,
    )


def _recording(about: ReplayAbout, frame: Frame, texts: Texts) -> EndpointRow:
    return EndpointRow(
        name=texts.text("replay.recording"),
        state=LinkState.UP if frame.engine_alive else LinkState.DOWN,
        since=texts.text("replay.of", shift=about.shift, day=about.day),
        cause=about.file,
        offset=about.file,
        traffic=texts.text("replay.key", key=about.key),
        losing=False,
    )


def _offset(news: EndpointNews, texts: Texts) -> str:
    if news.offset is None:
        return texts.text("diagnostics.offset_unknown")
    point = texts.text("format.point")
    return texts.text(
        "diagnostics.offset",
        offset=formats.number(news.offset / MILLISECOND, 1, point),
        uncertainty=formats.number((news.offset_uncertainty or 0) / MILLISECOND, 1, point),
    )


def _irregular(counters: Counters, texts: Texts) -> list[str]:
    """What came that should not, the most frequent first; of a kind that no text knows, the kind."""
    found = sorted(counters.irregular.items(), key=lambda each: (-each[1], each[0]))
    return [
        texts.text(
            "diagnostics.irregular",
            count=formats.number(count, 0),
            what=texts.text(f"irregular.{kind}") if texts.has(f"irregular.{kind}") else kind,
        )
        for kind, count in found
    ]


def traffic(counters: Counters | None, session: Session, now: Instant, texts: Texts) -> str:
    """What came through an endpoint and what was lost, and since when it is counted: the engine's start."""
    return " · ".join(filter(None, (counts(counters, session, now, texts)[0], connects(counters, texts))))


def connects(counters: Counters | None, texts: Texts) -> str:
    """How often a link came up; "" as long as nothing is counted."""
    if counters is None:
        return ""
    return texts.text("diagnostics.connects", count=formats.number(counters.connects, 0))


def counts(counters: Counters | None, session: Session, now: Instant, texts: Texts) -> tuple[str, ...]:
    """What came and what was lost: in full, then shorter. A kind or a number is never cut in the middle."""
    if counters is None:
        return (texts.text("diagnostics.no_counters"),)
    lost = texts.text("diagnostics.lost", count=formats.number(counters.lost, 0))
    if counters.unknown_losses:
        lost = texts.text(
            "diagnostics.lost_unknown",
            count=formats.number(counters.lost, 0),
            unknown=formats.number(counters.unknown_losses, 0),
        )
    since = formats.since(session.welcome.started, now.utc, texts)
    samples = texts.text("diagnostics.samples", count=formats.number(counters.samples, 0))
    kinds, total = _irregular(counters, texts), sum(counters.irregular.values())
    together = texts.text("diagnostics.irregular_sum", count=formats.number(total, 0)) if total else ""
    said = [" · ".join(filter(None, (samples, lost, *more))) for more in (kinds, (together,))]
    # The moment since when is the same on all cards, and the engine's says it.
    ways = [(texts.text("diagnostics.counted", counts=each, since=since), each) for each in said]
    return tuple(dict.fromkeys(way for both in ways for way in both))
