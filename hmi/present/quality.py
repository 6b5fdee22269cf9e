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

    The words tell whose fault it is: "no link 9 s" (we cannot hear the device), "bad 4 s" (the device
    itself says so), "stale 14 s" (it has not vouched for the value for too long).
    """

    look: Look
    badge: str = ""


LIVE: Final = Quality(Look.LIVE)


def of(session: Session, frame: Frame, index: int, texts: Texts) -> Quality:
    """The quality of one tag in a frame."""
    match Freshness(int(frame.freshness[index])):
        case Freshness.LIVE:
            return LIVE
        case Freshness.UNCERTAIN:
            return Quality(Look.UNCERTAIN, texts.text("quality.uncertain"))
        case Freshness.STALE:
            return Quality(Look.FROZEN, texts.text("quality.stale", age=_age(session, frame, index)))
        case Freshness.BAD:
            look = Look.FROZEN if session.known(index) else Look.EMPTY
            text_id = bad_text(int(session.columns.status[index]))
            return Quality(look, texts.text(text_id, age=_age(session, frame, index)))
        case Freshness.NEVER:
            return Quality(Look.EMPTY, texts.text("quality.never"))


def bad_text(code: int) -> str:
    """The text id of a Bad status' badge; see `Quality`."""
    return _BADGES.get(code & 0xFFFF_0000, "quality.bad")


_BADGES: Final = {
    status.BAD_NO_COMMUNICATION: "quality.no_link",
    status.BAD_NOT_CONNECTED: "quality.no_link",
    status.BAD_WAITING_FOR_INITIAL_DATA: "quality.waiting",
}


def _age(session: Session, frame: Frame, index: int) -> str:
    return formats.age(session.age(index, frame.now))
