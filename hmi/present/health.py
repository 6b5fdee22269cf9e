"""How a machine is doing as a source of data: the one judgement that header, cards and notices share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from hmi.model.samples import LinkState
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session


class Condition(StrEnum):
    """From well to unknown. LIVE: every value is; PARTLY: some are; SILENT: linked, and none is any more."""

    LIVE = "live"
    PARTLY = "partly"
    SILENT = "silent"
    NO_DATA = "no_data"
    CONNECTING = "connecting"
    NO_LINK = "no_link"
    ENGINE_LOST = "engine_lost"


@dataclass(frozen=True, slots=True)
class LinkLoss:
    """A machine's worst endpoint without a link: ``since`` when (UTC ns), and why.

    Told as a time of day. How long ago somebody last vouched for a value is another figure, which stands at
    the value: the loss is noticed later, by as much as the protocol needs for it.
    """

    state: LinkState
    since: int
    endpoint: str
    cause: str


@dataclass(frozen=True, slots=True)
class Health:
    """``dead`` of ``total`` values are not live; ``loss`` where no endpoint of the machine has a link."""

    condition: Condition
    dead: int
    total: int
    loss: LinkLoss | None = None

    @property
    def live(self) -> bool:
        """Whether the machine can be heard and has live values, be it that some of its values are not."""
        return self.condition in (Condition.LIVE, Condition.PARTLY)


def dead_of(session: Session, frame: Frame, machine: str = "") -> tuple[int, int]:
    """How many values are not live, and of how many: of one machine, or of the site."""
    fresh = frame.freshness[session.tags_of(machine)] if machine else frame.freshness
    return int(np.count_nonzero(fresh > Freshness.UNCERTAIN)), len(fresh)


def of(session: Session, frame: Frame, machine: str) -> Health:
    """The health of one machine in a frame."""
    fresh = frame.freshness[session.tags_of(machine)]
    dead, total = dead_of(session, frame, machine)
    lost = loss(session, frame, machine, whole=True)
    if not frame.engine_alive:
        condition = Condition.ENGINE_LOST
    elif lost is not None:
        connecting = lost.state is LinkState.CONNECTING
        condition = Condition.CONNECTING if connecting else Condition.NO_LINK
    elif bool(np.all(fresh == Freshness.NEVER)):
        condition = Condition.NO_DATA
    elif dead == total:
        condition = Condition.SILENT
    else:
        condition = Condition.PARTLY if dead else Condition.LIVE
    return Health(condition, dead, total, lost)


def loss(session: Session, frame: Frame, machine: str, *, whole: bool = False) -> LinkLoss | None:
    """The endpoint of a machine that has been without a link for longest, if any.

    ``whole``: only where no endpoint of the machine has a link.
    """
    of_machine = [key for key in session.endpoints if key[0] == machine]
    down = [key for key in of_machine if key in session.unlinked]
    if not down or (whole and len(down) < len(of_machine)):
        return None
    worst = min(down, key=lambda key: session.unlinked[key])
    news = session.endpoints[worst]
    return LinkLoss(news.state, session.unlinked_since(worst, frame.now), worst[1], news.cause)
