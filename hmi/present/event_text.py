"""What an event is called in the panel's language: whom it is about, and what happened."""

from __future__ import annotations

from typing import Final

from hmi.present import causes
from hmi.present import format as formats
from hmi.present.latency import BUDGET_MS
from hmi.present.session import ENGINE, Event, Session
from hmi.present.texts import Texts

CALM: Final = frozenset(
    f"event.{name}"
    for name in (
        "link_up",
        "link_first",
        "engine_back",
        "engine_new",
        "configuration",
        "configuration_right",
        "value_live",
        "values_live",
        "in_time",
        "recording_again",
    )
)
"""Events that tell that something is well, or well again."""

ENDING: Final = frozenset(
    f"event.{name}"
    for name in (
        "link_lost",
        "link_none",
        "link_cause",
        "engine_lost",
        "engine_exit",
        "value_bad",
        "value_stale",
        "value_missing",
        "values_dead",
        "late",
        "recording_failed",
    )
)
"""Events that begin something that ends: as long as it stands, the notice line says it as a present thing."""


_WHOLE: Final = ("event.values_dead", "event.values_live", "event.engine_exit", "event.recording_again")
"""Their text is a part of the sentence."""


def subject(session: Session, event: Event, texts: Texts) -> str:
    """The machine by the name it has on screen, with its endpoint or tag; anything else as it was said."""
    if event.subject == ENGINE:
        return texts.text(ENGINE)
    index = session.epoch.index.get(event.subject)
    if index is not None:
        tag = session.tag(index)
        name = texts.text(session.machine(tag.machine).name)
        return f"{name}: {formats.label(tag, texts.for_machine(tag.machine))}"
    machine, _, endpoint = event.subject.partition(".")
    for each in session.epoch.machines:
        if each.id == machine:
            return f"{texts.text(each.name)} / {endpoint}" if endpoint else texts.text(each.name)
    return event.subject


def short_subject(session: Session, event: Event, texts: Texts) -> str:
    """As `subject`, without the endpoint where the machine has only one."""
    machine, _, endpoint = event.subject.partition(".")
    for each in session.epoch.machines:
        if each.id == machine and endpoint and len(each.endpoints) == 1:
            return texts.text(each.name)
    return subject(session, event, texts)


def what(event: Event, texts: Texts) -> str:
    """What happened, where the panel itself tells the event."""
    given = {"count": event.text, "how": event.text, "budget": BUDGET_MS}
    return texts.text(event.text_id, **given).rstrip() if event.text_id else ""


def said(event: Event, texts: Texts) -> str:
    """What happened and why."""
    if event.text_id == "event.value_bad":
        words = f"status.{event.text}"
        cause = texts.text(words) if texts.has(words) else event.text
    elif event.text_id in _WHOLE:
        cause = ""
    else:
        cause = causes.in_words(event.text, texts)
    return ": ".join(filter(None, (what(event, texts), cause)))
