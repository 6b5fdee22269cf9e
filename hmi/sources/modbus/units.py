"""The units on one line, and how little a dead one may cost the others. Pure; times in seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

_ENOUGH: Final = 2
"""Time-outs of a unit, with an answer of another one before each, before it counts as silent."""

SHARE: Final = 10
"""All silent units together take at most one part in so many of the line's time."""


@dataclass(slots=True)
class _Health:
    timed_out: int = 0
    counted_at: int = -1
    answered: bool = False
    asked: float = float("-inf")


@dataclass(slots=True)
class Units:
    """Who answers on a line. While another unit does, the silent ones are asked rarely, each in its turn.

    While nobody answers, time-outs say nothing of a single unit: the line may be cut or its gateway off.
    However many come without an answer between, they count as one; so when the line is back, everybody is
    asked at once.
    """

    _users: Counter[int] = field(default_factory=Counter)
    _health: dict[int, _Health] = field(default_factory=dict)
    _probe_at: float = float("-inf")
    _answers: int = 0

    def join(self, units: Iterable[int]) -> None:
        """An endpoint begins to poll these units."""
        self._users.update(units)

    def leave(self, units: Iterable[int]) -> None:
        """An endpoint has ended."""
        self._users -= Counter(units)

    def rests_until(self, unit: int, now: float, timeout: float) -> float | None:
        """Until when a unit is left alone, or None: it may be asked now."""
        if not self._silent(unit) or not any(self._lives(other) for other in self._users if other != unit):
            return None
        silent = sum(map(self._silent, self._users))
        until = max(self._probe_at, self._of(unit).asked + silent * SHARE * timeout)
        return until if until > now else None

    def asked(self, unit: int, now: float, timeout: float) -> None:
        """A request is sent to a unit."""
        self._of(unit).asked = now
        if self._silent(unit):
            self._probe_at = now + SHARE * timeout

    def answered(self, unit: int) -> None:
        """Anything sound came from a unit."""
        health = self._of(unit)
        if self._silent(unit):
            self._probe_at = float("-inf")
        health.timed_out, health.answered = 0, True
        self._answers += 1

    def timed_out(self, unit: int) -> None:
        """A unit gave no answer."""
        health = self._of(unit)
        if health.counted_at != self._answers:
            health.counted_at = self._answers
            health.timed_out += 1

    def _silent(self, unit: int) -> bool:
        return self._of(unit).timed_out >= _ENOUGH

    def _lives(self, unit: int) -> bool:
        health = self._of(unit)
        return health.answered and health.timed_out == 0

    def _of(self, unit: int) -> _Health:
        return self._health.setdefault(unit, _Health())
