"""What was wrong and is well again: loss and return told as one thing, in the past."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hmi.link.messages import STILL_DOWN
from hmi.model.clock import SECOND
from hmi.present import event_text, health
from hmi.present import format as formats
from hmi.present.session import ENGINE, Event, Frame, Session
from hmi.present.texts import Texts

RECENT: Final = 60 * SECOND
"""How long what is over is still told in the line."""

_ENGINE_LOST: Final = ("event.engine_lost", "event.engine_exit")
_ENGINE_RETURNS: Final = {
    "event.engine_new": "recovered.engine_new",
    "event.engine_back": "recovered.engine_back",
}


def newest(session: Session, frame: Frame, texts: Texts) -> str:
    """The last recovery of the last minute in one sentence, the engine's before a link's; "" for none.

    What has been lost again since is not told: it is no recovery.
    """
    events = session.notices
    recent = [n for n, each in enumerate(events) if 0 <= frame.now.utc - each.utc <= RECENT]
    found = [*_of_engine(events, recent, texts), *_of_links(session, frame, recent, texts)]
    return found[0] if found else ""


def _of_engine(events: list[Event], recent: list[int], texts: Texts) -> Iterator[str]:
    for number in reversed(recent):
        said = _ENGINE_RETURNS.get(events[number].text_id)
        if said is None:
            continue
        begin = None
        for each in reversed(events[:number]):
            if each.subject != ENGINE:
                continue
            if each.text_id not in _ENGINE_LOST:
                break
            begin = each.utc if begin is None else min(begin, each.utc)
        end = formats.clock(events[number].utc)
        if begin is None:
            yield texts.text(f"{said}_at", end=end)
        else:
            yield texts.text(said, begin=formats.clock(begin), end=end)


def _of_links(session: Session, frame: Frame, recent: list[int], texts: Texts) -> Iterator[str]:
    events = session.notices
    down = {".".join(key) for key in session.unlinked}
    for number in reversed(recent):
        event = events[number]
        if event.text_id != "event.link_up" or event.subject in down:
            continue
        before = [each for each in events[:number] if each.subject == event.subject]
        told = (each for each in reversed(before) if each.text_id not in ("", STILL_DOWN))
        lost = next(told, None)
        name, end = event_text.short_subject(session, event, texts), formats.clock(event.utc)
        machine = event.subject.partition(".")[0]
        if lost is None or lost.text_id != "event.link_lost":
            yield texts.text("recovered.link_at", subject=name, end=end)
            continue
        known = any(each.id == machine for each in session.epoch.machines)
        live = known and health.of(session, frame, machine).live
        text_id = "recovered.link_live" if live else "recovered.link"
        yield texts.text(text_id, subject=name, begin=formats.clock(lost.utc), end=end)
