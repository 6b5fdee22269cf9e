"""The numbers that a scene hangs on, held while they cannot be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from hmi.config.geometry import Bound, Quantity
from hmi.model import values
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session


class HeldValues:
    """The last trustworthy value of each bound tag of one machine.

    ``numbers`` names the tags that are followed, ``shown`` those of any type that are only written out.
    A Bad sample says nothing about where a machine stands: the session still holds the value before it,
    also for a screen that was opened later, and the tag's freshness tells that it is old. A number that
    is not finite counts as bad.

    Raises:
        KeyError: a name is no tag of the machine.
        ValueError: a tag is no number.
    """

    def __init__(
        self, session: Session, machine: str, numbers: Iterable[str], shown: Iterable[str] = ()
    ) -> None:
        self._session = session
        self._index = {name: session.index(machine, name) for name in dict.fromkeys((*numbers, *shown))}
        for name in numbers:
            if not session.tag(self._index[name]).type.numeric:
                raise ValueError(f"tag {name!r} is no number: the twin cannot follow it")
        self._bound = np.zeros(len(session.epoch.tags), np.bool_)
        self._bound[list(self._index.values())] = True
        self._number: dict[int, float] = {}
        self._value: dict[int, values.Value] = {}
        self._trust: dict[int, Freshness] = dict.fromkeys(self._index.values(), Freshness.NEVER)

    def index(self, name: str) -> int:
        """The tag index of a bound name."""
        return self._index[name]

    def refresh(self, frame: Frame) -> frozenset[int]:
        """Take the frame's news; return the bound tags whose number or freshness may be another now."""
        hit = np.concatenate([frame.changed[self._bound[frame.changed]], frame.aged[self._bound[frame.aged]]])
        touched = frozenset(hit.tolist())
        for index in touched:
            self._take(index, Freshness(int(frame.freshness[index])))
        return touched

    def refresh_all(self, frame: Frame) -> frozenset[int]:
        """As `refresh`, for a scene that has seen no frame yet: every bound tag is news."""
        for index in self._index.values():
            self._take(index, Freshness(int(frame.freshness[index])))
        return frozenset(self._index.values())

    def known(self, index: int) -> bool:
        """Whether there ever was a trustworthy number."""
        return index in self._number

    def number(self, index: int, otherwise: float = 0.0) -> float:
        """The last trustworthy number of a tag."""
        return self._number.get(index, otherwise)

    def value(self, index: int) -> values.Value | None:
        """The last trustworthy value of a tag in its declared type; None where there never was one."""
        return self._value.get(index)

    def worst(self, indexes: Iterable[int]) -> Freshness:
        """The worst freshness among some bound tags; LIVE where there are none."""
        return max((self._trust[i] for i in indexes), default=Freshness.LIVE)

    def not_live(self, indexes: Iterable[int]) -> tuple[int, ...]:
        """Those of the tags that are not to be painted as live."""
        return tuple(i for i in indexes if self._trust[i] > Freshness.UNCERTAIN)

    def unknown(self, indexes: Iterable[int]) -> tuple[int, ...]:
        """Those of the tags of which there never was a value: what hangs on them has no known place."""
        return tuple(i for i in indexes if i not in self._value)

    def _take(self, index: int, fresh: Freshness) -> None:
        if fresh < Freshness.NEVER and self._session.known(index):
            value = self._session.value(index)
            if isinstance(value, float) and not math.isfinite(value):
                fresh = Freshness.BAD
            else:
                self._value[index] = value
                if not isinstance(value, str | tuple):
                    self._number[index] = float(value)
        self._trust[index] = fresh


def bound_names(*quantities: Quantity) -> tuple[str, ...]:
    """The tags that some quantities follow."""
    return tuple(q.tag for q in quantities if isinstance(q, Bound))
