"""The latency that the panel shows: a bound on machine-to-screen time that can be defended.

For each painted change of a tag of pace *live* the bound is *paint − not before*, both monotonic: the
value cannot have changed at the machine earlier than ``not_before`` (`hmi.model.samples.Batch`), and it
was on the screen at the paint stamp: an X display has said that it carried the paint out, other platforms
were told to. What the display itself takes to scan out is not in it.
Only what the screen in view shows is painted; what it paints less often than every frame counts when it
does (`hmi.present.drawn`).

A source clock that runs ahead of ours would make the bound too small. Sources correct by the offset that
they measured and distrust what lies in the future; here no change counts as younger than the moment at
which the engine received it, which is a stamp of our own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.model.clock import MILLISECOND, NO_TIME, SECOND
from hmi.model.columns import Columns
from hmi.present.drawn import Drawn
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session

BUDGET_MS: Final = 300
WINDOW_SECONDS: Final = 60
RECENT_SECONDS: Final = 3
"""How long one late change keeps `LatencyView.over` set, so that a person can read it."""

_FINE: Final = np.arange(1.0, 501.0)
_COARSE: Final = 500.0 * 1.05 ** np.arange(1, 120)
_EDGES: Final = np.concatenate([_FINE, _COARSE])
"""Upper edges of the bins in ms: 1 ms wide to 500 ms, then 5 % steps to beyond two minutes."""

_NOTHING: Final = np.iinfo(np.int64).max
"""Later than any moment: no change of this tag waits for its paint, none of this machine was painted."""


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What one frame counted at ``paint`` (monotonic ns): tag indexes and their ``bounds`` (i8[n], ns)."""

    paint: int
    tags: npt.NDArray[np.intp]
    bounds: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LatencyView:
    """Milliseconds, never understated; None while no live change was painted in the last 60 s.

    ``begun`` whether any change was painted since the machine's values are live: if not, nothing is known
    now; ``measured`` for how many seconds there have been any;
    ``now`` worst of the newest painted frame; ``recent`` worst of the last seconds; ``over`` whether
    ``recent`` or ``p99`` is past the budget; ``n`` painted changes in the window.
    """

    now: int | None = None
    p50: int | None = None
    p99: int | None = None
    recent: int | None = None
    n: int = 0
    begun: bool = False
    measured: float = field(default=0.0, compare=False)

    @property
    def over(self) -> bool:
        """Whether the twin must say that it is late."""
        return any(each is not None and each > BUDGET_MS for each in (self.recent, self.p99))


class LatencyBook:
    """Bounds of the last 60 s, per machine, as one histogram per second: bounded whatever the load.

    A machine of which no value of pace live is live any more has no figures: what it had when it was heard
    last says nothing of now. When it is live again they begin with the first change that is painted.

    ``counted`` is what the newest frame counted, None where it counted nothing; a bench holds it against
    the truth.
    """

    def __init__(self, session: Session) -> None:
        epoch = session.epoch
        self._machines = {machine.id: number for number, machine in enumerate(epoch.machines)}
        self._machine_of = np.array([self._machines[tag.machine] for tag in epoch.tags], np.intp)
        self._live_pace = np.array([tag.pace == "live" for tag in epoch.tags], np.bool_)
        self._was_live = np.zeros(len(epoch.tags), np.bool_)
        self._since = np.full(len(epoch.tags), _NOTHING, np.int64)
        shape = (WINDOW_SECONDS + 1, len(epoch.machines), len(_EDGES) + 1)
        self._counts = np.zeros(shape, np.uint32)
        self._worst = np.zeros(shape[:2], np.int64)
        self._now = np.zeros(len(epoch.machines), np.int64)
        self._begun = np.full(len(epoch.machines), _NOTHING, np.int64)
        self._second = 0
        self.counted: Counted | None = None

    def painted(self, frame: Frame, columns: Columns, paint: int, drawn: Drawn) -> None:
        """Count the changes that were on the screen at ``paint`` (monotonic ns), after a frame.

        A change counts where the tag was shown live before it: a first sample and the return of a lost
        value are not changes at the machine, and while a value is not live the screen says that instead.
        Changes that wait for their paint are one, as old as the first of them; they are forgotten when the
        tag leaves the view or is no longer live.
        """
        live = frame.freshness <= Freshness.UNCERTAIN
        if not np.array_equal(live, self._was_live):
            self._retire(live)
        waiting = drawn.shown & live
        self._since[~waiting] = _NOTHING
        changed = frame.changed
        changed = changed[(waiting & self._was_live & self._live_pace)[changed]]
        changed = changed[columns.not_before[changed] != NO_TIME]
        self._was_live = live
        received = frame.now.monotonic - np.maximum(frame.now.utc - columns.receive_time[changed], 0)
        since = np.minimum(columns.not_before[changed], received)
        self._since[changed] = np.minimum(self._since[changed], since)
        counted = np.flatnonzero(drawn.current & (self._since != _NOTHING))
        self.counted = None
        if not len(counted):
            return
        self._turn(paint // SECOND)
        bounds = np.maximum(paint - self._since[counted], 0)
        self._since[counted] = _NOTHING
        self.counted = Counted(paint, counted, bounds)
        self._count(self._machine_of[counted], bounds, paint)

    def view(self, machine: str, now: int) -> LatencyView:
        """The figures of one machine at ``now`` (monotonic ns).

        Raises:
            KeyError: there is no such machine in the epoch.
        """
        row = self._machines[machine]
        began = int(self._begun[row])
        if began == _NOTHING:
            return LatencyView()
        measured = max(now - began, 0) / SECOND
        self._turn(now // SECOND)
        histogram = self._counts[:, row, :].sum(axis=0, dtype=np.int64)
        total = int(histogram.sum())
        if total == 0:
            return LatencyView(begun=True, measured=measured)
        cumulative = np.cumsum(histogram)
        return LatencyView(
            now=_ms(int(self._now[row])),
            p50=_percentile(cumulative, 0.50),
            p99=_percentile(cumulative, 0.99),
            recent=self._recent(row),
            n=total,
            begun=True,
            measured=measured,
        )

    def worst(self, now: int) -> tuple[str, LatencyView]:
        """The machine with the highest p99 and its figures; ("", blank) where all are quiet."""
        views = [(name, self.view(name, now)) for name in self._machines]
        heard = [each for each in views if each[1].p99 is not None]
        quiet = LatencyView(begun=any(each.begun for _, each in views))
        return max(heard, key=lambda each: each[1].p99 or 0, default=("", quiet))

    def _retire(self, live: npt.NDArray[np.bool_]) -> None:
        """Machines without a live value that counts have nothing to tell until the next painted change."""
        counting = self._machine_of[live & self._live_pace]
        self._begun[np.bincount(counting, minlength=len(self._begun)) == 0] = _NOTHING

    def _turn(self, second: int) -> None:
        """Empty the rows of the seconds that have begun since; time that stands still empties none."""
        rows = len(self._counts)
        for each in range(max(self._second + 1, second - rows + 1), second + 1):
            self._counts[each % rows] = 0
            self._worst[each % rows] = 0
        self._second = max(self._second, second)

    def _count(self, machines: npt.NDArray[np.intp], bounds: npt.NDArray[np.int64], paint: int) -> None:
        bins = np.searchsorted(_EDGES, bounds / MILLISECOND, side="left")
        shape = self._counts.shape[1:]
        flat = np.bincount(machines * shape[1] + bins, minlength=shape[0] * shape[1])
        row = self._second % len(self._counts)
        self._counts[row] += flat.reshape(shape).astype(np.uint32)
        np.maximum.at(self._worst[row], machines, bounds)
        self._begun[machines] = np.minimum(self._begun[machines], paint)
        self._now[machines] = 0
        np.maximum.at(self._now, machines, bounds)

    def _recent(self, machine: int) -> int | None:
        rows = (self._second - np.arange(RECENT_SECONDS)) % len(self._counts)
        worst = int(self._worst[rows, machine].max())
        return _ms(worst) if worst else None


def _percentile(cumulative: npt.NDArray[np.int64], share: float) -> int:
    """The upper edge of the bin in which the share is reached, in whole ms."""
    place = int(np.searchsorted(cumulative, share * int(cumulative[-1]), side="left"))
    return int(np.ceil(_EDGES[min(place, len(_EDGES) - 1)]))


def _ms(nanoseconds: int) -> int:
    return -(-nanoseconds // MILLISECOND)
