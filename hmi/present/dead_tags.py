"""Which values of a machine are dead although its device can be heard: a sensor, an address, a silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND
from hmi.model.samples import LinkState
from hmi.present import format as formats
from hmi.present import quality, status_text
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts

GRACE: Final = 5 * SECOND
"""How long after the link came up a first value may take before its absence is told."""

_NOT_HEARD_YET: Final = (status.BAD_WAITING_FOR_INITIAL_DATA, status.BAD_NO_COMMUNICATION)
"""What the engine says of tags before their first sample, and from the loss of a link to the next one."""

_NONE: Final = np.zeros(0, np.intp)
_SEVERITY: Final = (Freshness.BAD, Freshness.STALE, Freshness.NEVER)


@dataclass(frozen=True, slots=True)
class DeadTags:
    """``title`` names the machine, the tag and how dead it is; ``detail`` why, and how many others are.

    In words for who stands at the machine; addresses and the codes of the protocol are in Diagnostics.
    """

    title: str
    detail: str


def of(session: Session, frame: Frame, machine: str, texts: Texts) -> DeadTags | None:
    """The worst dead value of a machine; ``texts`` are the site's. Lost links are told by `health.loss`."""
    fresh = frame.freshness
    dead = find(session, frame, machine)
    if not len(dead):
        return None
    own = texts.for_machine(machine)
    name = texts.text(session.machine(machine).name)
    everything = len(dead) == len(session.tags_of(machine))
    if everything and bool(np.all(fresh[dead] == Freshness.NEVER)):
        return DeadTags(texts.text("notice.no_data", machine=name), texts.text("notice.no_data_detail"))
    worst = int(next(dead[fresh[dead] == each][0] for each in _SEVERITY if np.any(fresh[dead] == each)))
    tag = session.tag(worst)
    said = quality.of(session, frame, worst, own).badge
    title = texts.text("notice.tag", machine=name, tag=formats.label(tag, own), quality=said)
    stale = fresh[worst] == Freshness.STALE
    code = int(session.columns.status[worst])
    advice = f"notice.advice.{status.name(code)}"
    text_id = "notice.tag_stale" if stale else advice if texts.has(advice) else "notice.tag_detail"
    detail = texts.text(text_id, status=status_text.words(code, texts))
    others = len(dead) - 1
    if others:
        text_id = "notice.tags_one_more" if others == 1 else "notice.tags_more"
        detail = texts.text(text_id, detail=detail, count=others)
    return DeadTags(title, detail)


def find(session: Session, frame: Frame, machine: str) -> npt.NDArray[np.intp]:
    """The dead tags of links that stand, those of the device before those that are derived from them."""
    if (frame.freshness[session.tags_of(machine)] <= Freshness.UNCERTAIN).all():
        return _NONE
    found = [_NONE]
    linked = True
    for endpoint in session.machine(machine).endpoints:
        news = session.endpoints.get((machine, endpoint))
        if news is None or news.state is not LinkState.UP:
            linked = False
            continue
        at = session.tags_at(machine, endpoint)
        at = at[frame.freshness[at] > Freshness.UNCERTAIN]
        if frame.now.monotonic - news.since_monotonic < GRACE:
            waiting = np.isin(session.columns.status[at], _NOT_HEARD_YET)
            at = at[(session.columns.confirmed[at] != NO_TIME) & ~waiting]
        found.append(at)
    if linked:
        derived = session.tags_at(machine, "")
        found.append(derived[frame.freshness[derived] > Freshness.UNCERTAIN])
    return np.concatenate(found)
