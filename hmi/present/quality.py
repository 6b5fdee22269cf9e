"""How a value must look so that nobody takes a dead one for a live one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hmi.model import status
from hmi.present import format as formats
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts


class Look(StrEnum):
    """LIVE plain; UNCERTAIN live and marked; FROZEN hatched with its age; EMPTY hatched, no value."""

    LIVE = "live"
    UNCERTAIN = "uncertain"
    FROZEN = "frozen"
    EMPTY = "empty"

    @property
    def hatched(self) -> bool:
        """Whether the value must not be read as the present one."""
        return self in (Look.FROZEN, Look.EMPTY)


@dataclass(frozen=True, slots=True)
class Quality:
    """The look and what its badge says; empty: no badge.

    The words tell whose fault it is: "no link, 9 s old" (we cannot hear the device), "bad 4 s" (the device
    itself says so), "stale 14 s" (it has not vouched for the value for too long). The age is always that
    of the value: a link is lost later than its last values are confirmed, and told so where it is told.
    """

    look: Look
    badge: str = ""


LIVE: Final = Quality(Look.LIVE)


def of(session: Session, frame: Frame, index: int, texts: Texts) -> Quality:
    """The quality of one tag in a frame."""
    freshness = Freshness(int(frame.freshness[index]))
    if freshness is Freshness.LIVE:
        return LIVE
    look = Look.UNCERTAIN if freshness is Freshness.UNCERTAIN else Look.FROZEN
    if freshness is Freshness.NEVER or (freshness is Freshness.BAD and not session.known(index)):
        look = Look.EMPTY
    text_id = _text_id(session, freshness, index)
    age = session.age(index, frame.now)
    if text_id != _NO_LINK:
        return Quality(look, texts.text(text_id, age=formats.age(age)))
    old = "" if look is Look.EMPTY else texts.text("quality.old", age=formats.rough_age(age))
    return Quality(look, texts.text(text_id, age=old))


def without_age(session: Session, frame: Frame, index: int, texts: Texts) -> str:
    """What the badge of one tag says without its age, for where there is no room for both; "" if live."""
    freshness = Freshness(int(frame.freshness[index]))
    if freshness is Freshness.LIVE:
        return ""
    return texts.text(_text_id(session, freshness, index), age="").strip()


def badges(texts: Texts) -> tuple[str, ...]:
    """All that `without_age` can say of a value that is not live."""
    ids = (_TEXTS[Freshness.STALE], _TEXTS[Freshness.NEVER], "quality.bad", *sorted(set(_BADGES.values())))
    return tuple(texts.text(each, age="").strip() for each in ids)


def bad_text(code: int) -> str:
    """The text id of a Bad status' badge; see `Quality`."""
    return _BADGES.get(code & 0xFFFF_0000, "quality.bad")


_NO_LINK: Final = "quality.no_link"

_BADGES: Final = {
    status.BAD_NO_COMMUNICATION: _NO_LINK,
    status.BAD_NOT_CONNECTED: _NO_LINK,
    status.BAD_WAITING_FOR_INITIAL_DATA: "quality.waiting",
}

_TEXTS: Final = {
    Freshness.UNCERTAIN: "quality.uncertain",
    Freshness.STALE: "quality.stale",
    Freshness.NEVER: "quality.never",
}


def _text_id(session: Session, freshness: Freshness, index: int) -> str:
    if freshness is Freshness.BAD:
        return bad_text(int(session.columns.status[index]))
    return _TEXTS[freshness]
