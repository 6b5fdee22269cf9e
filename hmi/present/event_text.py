"""What an event is called in the panel's language: whom it is about, and what happened."""

from __future__ import annotations

from typing import Final

from hmi.present import causes
from hmi.present.session import ENGINE, Event, Session
from hmi.present.texts import Texts

CALM: Final = frozenset({"event.link_up", "event.engine_back", "event.engine_new", "event.configuration"})
"""Events that tell that something is well, or well again."""

ENDING: Final = frozenset({"event.link_lost", "event.engine_lost", "event.engine_exit"})
"""Events that begin something that ends: as long as it stands, the notice line says it as a present thing."""


def subject(session: Session, event: Event, texts: Texts) -> str:
    """The machine by the name it has on screen, with its endpoint; anything else as it was said."""
    if event.subject == ENGINE:
        return texts.text(ENGINE)
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


def said(event: Event, texts: Texts) -> str:
    """What happened and why."""
    cause = causes.in_words(event.text, texts)
    return ": ".join(filter(None, (texts.text(event.text_id), cause))) if event.text_id else cause
