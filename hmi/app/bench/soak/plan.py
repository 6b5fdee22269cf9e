"""Which fault comes when: pure, the same from the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final


class Kind(StrEnum):
    """What can happen to a plant."""

    SERVER_KILLED = "server killed"
    SERVER_STOPPED = "server stopped"
    LINK_CUT = "link cut"
    LINK_SLOW = "link slow"
    LINK_FROZEN = "link frozen"
    ENGINE_KILLED = "engine killed"
    ENGINE_STOPPED = "engine stopped"
    ENGINE_PAUSED = "engine paused"
    PANEL_STOPPED = "panel stopped"
    DEAF_CLIENTS = "deaf clients"
    SCREEN_SAVED = "screen saved"
    TAG_SAVED = "tag saved"


AT_A_SERVER: Final = frozenset(
    (Kind.SERVER_KILLED, Kind.SERVER_STOPPED, Kind.LINK_CUT, Kind.LINK_SLOW, Kind.LINK_FROZEN)
)
"""Faults that have a machine as their target."""

ENDS_THE_ENGINE: Final = frozenset((Kind.ENGINE_KILLED, Kind.ENGINE_STOPPED))
"""Each costs exactly one engine: the supervisor has to start another."""

_SECONDS: Final[dict[Kind, tuple[float, float]]] = {
    Kind.SERVER_KILLED: (0.5, 5.0),
    Kind.SERVER_STOPPED: (1.0, 10.0),
    Kind.LINK_SLOW: (2.0, 10.0),
    Kind.LINK_FROZEN: (0.5, 10.0),
    Kind.ENGINE_PAUSED: (0.2, 0.7),
    Kind.PANEL_STOPPED: (2.0, 8.0),
    Kind.DEAF_CLIENTS: (2.0, 10.0),
}
"""How long it lasts; what is not here is over in a moment. An engine that is stopped stays so until the
supervisor kills it; one that is paused goes on before its patience of 1.5 s is at an end."""

_PAUSE: Final = (3.0, 14.0)
"""Seconds from the end of one to the next, at least: what has just come back has to stay so, too."""


_ENGINE_EVERY: Final = 4
"""In every fourth turn engines end: between, one lives long enough for its memory to show where it goes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: ``at`` s after the beginning, for ``seconds``; ``target`` a machine, or "" for none."""

    at: float
    kind: Kind
    target: str
    seconds: float


def plan(seed: int, seconds: float, machines: Sequence[str], warm_up: float) -> list[Fault]:
    """The faults of a run of ``seconds``: all kinds in a random order, turn after turn.

    None begins within ``warm_up`` s of the beginning, nor lasts into as many before the end.
    """
    random = Random(seed)  # noqa: S311 nothing secret
    at = warm_up
    faults: list[Fault] = []
    turn = 0
    while True:
        kinds = [kind for kind in Kind if turn % _ENGINE_EVERY == 0 or kind not in ENDS_THE_ENGINE]
        random.shuffle(kinds)
        for kind in kinds:
            at += random.uniform(*_PAUSE)
            lasts = random.uniform(*_SECONDS.get(kind, (0.0, 0.0)))
            target = random.choice(list(machines)) if kind in AT_A_SERVER else ""
            if at + lasts > seconds - warm_up:
                return faults
            faults.append(Fault(round(at, 3), kind, target, round(lasts, 3)))
            at += lasts
        turn += 1
