"""Conditions: what is active of each, by observations that say what comes and goes (MTConnect Part 3).

Several faults and warnings of one data item may be active at once, told apart by their key. ``Normal``
with a key ends that one, without a key all of them; so does ``Unavailable``, and then nothing is known. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from hmi.sources.mtconnect.streams import Observation

MOST_ACTIVE: Final = 200
"""Activations of one item that are kept; of more, the oldest go."""

_RANK: Final = {"Fault": 0, "Warning": 1}


@dataclass(slots=True)
class Condition:
    """What is known of one condition data item."""

    available: bool = False
    _active: dict[str, Observation] = field(default_factory=dict)

    def take(self, seen: Observation) -> None:
        """The next observation of it."""
        self.available = seen.level != "Unavailable"
        if seen.level in _RANK:
            self._active.pop(seen.key, None)
            self._active[seen.key] = seen
            if len(self._active) > MOST_ACTIVE:
                del self._active[next(iter(self._active))]
        elif seen.level == "Normal" and seen.key:
            self._active.pop(seen.key, None)
        else:
            self._active.clear()

    @property
    def level(self) -> str:
        """The worst that is active: ``FAULT``, ``WARNING``, else ``NORMAL``."""
        return self._worst_first()[0].level.upper() if self._active else "NORMAL"

    @property
    def codes(self) -> str:
        """The native codes that are active, the worst first."""
        return "; ".join(each.code for each in self._worst_first() if each.code)

    @property
    def message(self) -> str:
        """The texts that are active, the worst first; the code where there is no text."""
        return "; ".join(each.text.strip() or each.code for each in self._worst_first())

    def _worst_first(self) -> list[Observation]:
        return sorted(self._active.values(), key=lambda each: _RANK[each.level])
