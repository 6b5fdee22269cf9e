"""Whether every change is accounted for: made by a server = received by an engine + told as lost. Pure.

A load server changes all its items at once, and a value *is* the moment of its change, so that a change is
known by its stamp wherever it is found. What was made and was not received forms gaps; each gap must hold a
moment for which the engine told a loss, or for which there was no engine.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final

MOST_EXAMPLES: Final = 20
"""Of what is wrong so many are told; all are counted."""


@dataclass(frozen=True, slots=True)
class Outage:
    """From ``begin`` to ``end`` (UTC ns; ``end`` infinity: not over) nobody promised to receive everything.

    ``cause`` is a short word for the sort of it, not the engine's own sentence.
    """

    begin: float
    end: float
    cause: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Changes made and not received: ``stamps`` between the received ones ``after`` and ``before``."""

    after: float
    before: float
    stamps: tuple[int, ...]

    def __str__(self) -> str:
        """For a person, in UTC s."""
        first, last = self.stamps[0] / 1e9, self.stamps[-1] / 1e9
        between = f"between those of {self.after / 1e9:.3f} and {self.before / 1e9:.3f}"
        return f"{len(self.stamps)} changes made from {first:.3f} to {last:.3f}, {between},"


@dataclass(frozen=True, slots=True)
class Account:
    """The account of one tag; figures are changes of that tag.

    ``told``         not received, in a gap that holds a told loss, by its cause
    ``uncaused``     of these, those that were lost at a time when nothing had been done to the system
    ``unaccounted``  not received, and nobody told; ``where`` says when
    ``invented``     received and never made, though the device did not just give its present value
    """

    made: int
    received: int
    told: Mapping[str, int]
    uncaused: int
    unaccounted: int
    invented: int
    where: tuple[str, ...] = field(default=())

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing without a word or a cause, and nothing too much."""
        return self.unaccounted == self.uncaused == self.invented == 0


def gaps(made: Sequence[int], received: frozenset[int]) -> list[Gap]:
    """What is missing of ``made`` (rising), in runs."""
    found: list[Gap] = []
    missing: list[int] = []
    after: float = -inf
    for stamp in made:
        if stamp in received:
            if missing:
                found.append(Gap(after, stamp, tuple(missing)))
                missing = []
            after = stamp
        else:
            missing.append(stamp)
    if missing:
        found.append(Gap(after, inf, tuple(missing)))
    return found


def settle(
    made: Iterable[int],
    received: Iterable[float],
    outages: Sequence[Outage],
    faults: Sequence[tuple[float, float]],
) -> Account:
    """Draw up the account of one tag.

    ``made`` UTC ns, as the server wrote them down; ``received`` UTC s, the values that an engine held;
    a value that was not made is right once for each return of the link: the present value, which a server
    gives with a new subscription. ``faults``: from when to when (UTC ns) something was done to the system, or
    it was coming back from that; all that is lost has to lie in one of them.
    """
    stamps = sorted(set(made))
    by_value = {stamp / 1e9: stamp for stamp in stamps}
    held = set(received)
    known = frozenset(by_value[value] for value in held if value in by_value)
    told: Counter[str] = Counter()
    unaccounted = uncaused = 0
    where: list[str] = []
    for gap in gaps(stamps, known):
        excuse = next((each for each in outages if each.begin <= gap.before and each.end >= gap.after), None)
        if excuse is not None:
            told[excuse.cause] += len(gap.stamps)
            if excuse.begin == -inf or _within(gap, faults):
                continue
            uncaused += len(gap.stamps)
            where.append(f"{gap} were lost and that was told ({excuse.cause}), but nothing had been done")
            continue
        unaccounted += len(gap.stamps)
        where.append(f"{gap} were not received and no loss was told")
    invented = _invented([value for value in held if value not in by_value], outages)
    where += [f"{value:.6f} was received and never made" for value in invented]
    return Account(
        made=len(stamps),
        received=len(known),
        told=dict(told),
        uncaused=uncaused,
        unaccounted=unaccounted,
        invented=len(invented),
        where=tuple(where[:MOST_EXAMPLES]),
    )


def _within(gap: Gap, faults: Sequence[tuple[float, float]]) -> bool:
    return any(begin <= gap.stamps[0] and gap.stamps[-1] <= end for begin, end in faults)


def _invented(unmade: list[float], outages: Sequence[Outage]) -> list[float]:
    """Those that are not the one present value of a return: the first since an outage began."""
    begins = sorted(each.begin for each in outages)
    wrong, answered = [], set()
    for value in sorted(unmade):
        of = bisect_right(begins, value * 1e9)  # the outage before it; 0: none
        if of == 0 or of in answered:
            wrong.append(value)
        answered.add(of)
    return wrong


@dataclass(slots=True)
class WholeTicks:
    """Whether an engine's counter of samples moves by whole ticks only, ``tags`` at a time.

    One tag's change that went missing, or came twice, shows here, though nobody watches that tag.
    """

    tags: int
    torn: int = 0
    checked: int = 0
    _last: tuple[int, int, int] | None = None

    def count(self, life: int, connection: int, samples: int) -> None:
        """A count that was told while the link was up and settled; ``life`` and ``connection`` part spans."""
        if self._last is not None and self._last[:2] == (life, connection):
            self.checked += 1
            self.torn += (samples - self._last[2]) % self.tags != 0
        self._last = (life, connection, samples)
