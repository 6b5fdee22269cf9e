"""The figures of a soak as JSON: of each minute, and of all of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from hmi.app.bench.figures import spread
from hmi.app.bench.soak.account import Account
from hmi.app.bench.soak.faults import Ongoing
from hmi.model.clock import MILLISECOND


def of_account(accounts: dict[str, Account]) -> dict[str, Any]:
    """The watched tags' accounts; the sums of what is wrong in any."""
    first = next(iter(accounts.values()))
    return {
        "made": first.made,
        "received": first.received,
        "told": dict(first.told),
        "uncaused": sum(each.uncaused for each in accounts.values()),
        "unaccounted": sum(each.unaccounted for each in accounts.values()),
        "invented": sum(each.invented for each in accounts.values()),
    }


def of_faults(done: Sequence[Ongoing]) -> dict[str, Any]:
    """By kind: how many, times from the fault to its notice, and from its end to all being whole again."""
    kinds: dict[str, list[Ongoing]] = defaultdict(list)
    for each in done:
        kinds[each.fault.kind].append(each)
    return {
        kind: {
            "n": len(of_kind),
            "unnoticed": sum(each.noticed is None for each in of_kind),
            "notice_ms": spread([(e.noticed - e.began) / MILLISECOND for e in of_kind if e.noticed]),
            "recover_ms": spread(
                [(e.recovered - e.over) / MILLISECOND for e in of_kind if e.recovered and e.over]
            ),
        }
        for kind, of_kind in sorted(kinds.items())
    }


class Latencies:
    """Paints of the load machine's stamps, those in calm times apart from those around a fault."""

    def __init__(self) -> None:
        self.all: list[float] = []
        self.calm: list[float] = []
        self._minute: tuple[list[float], list[float]] = ([], [])

    def add(self, paints: Sequence[tuple[float, float]], calm_since: float | None) -> None:
        """(UTC s, ms) of paints; calm are those after ``calm_since`` (None: none)."""
        every = [ms for _, ms in paints]
        calm = [ms for at, ms in paints if calm_since is not None and at >= calm_since]
        self.all += every
        self.calm += calm
        self._minute[0].extend(every)
        self._minute[1].extend(calm)

    def minute(self) -> dict[str, Any]:
        """The spreads since the last call."""
        every, calm = self._minute
        self._minute = ([], [])
        return {"paint_ms": spread(every), "paint_calm_ms": spread(calm)}
