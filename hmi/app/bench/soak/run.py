"""``bench soak`` as a whole: the plant is started, faults are thrown in, and everything is counted."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from math import inf
from pathlib import Path
from types import FrameType
from typing import Any, Final, TextIO

import click

from hmi.app import run_folder
from hmi.app.bench.figures import spread
from hmi.app.bench.soak import health, report
from hmi.app.bench.soak.account import Account, settle
from hmi.app.bench.soak.faults import GIVEN_UP_AFTER, Ongoing, Thrower
from hmi.app.bench.soak.health import Health
from hmi.app.bench.soak.ledger import LedgerReader
from hmi.app.bench.soak.onlooker import WATCHED, Onlooker
from hmi.app.bench.soak.panel_lines import PanelLines
from hmi.app.bench.soak.plan import Fault, plan
from hmi.app.bench.soak.plant import Plant
from hmi.app.bench.soak.site import write_soaked
from hmi.app.display import require_display
from hmi.model.clock import SECOND, monotonic_ns

_STARTS_WITHIN: Final = 120.0
_LEAD: Final = 3.0
"""Seconds at the beginning and at the end without a fault."""

_LOOK_EVERY: Final = 0.02
_HEALTH_EVERY: Final = 15.0
_ENGINES_EVERY: Final = 0.5
_MINUTE: Final = 60.0

_LATE: Final = 60.0
_LATE_SHARE: Final = 0.1
"""A run may take so many seconds, and so much of its time, longer: what does not come back at once delays
the faults that come after."""

_IN_FLIGHT: Final = 2.0
"""Seconds that a change may be on its way where nothing is wrong; younger ones are not asked for yet."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for; ``publish_ms`` and ``hz`` are the load machine's."""

    hours: float
    seed: int
    tags: int
    hz: float
    publish_ms: float
    log: Path | None


def measure_soak(options: Options) -> dict[str, Any]:
    """Run it; its figures, with ``failures``, a list of what must not be."""
    require_display()
    with ExitStack() as running:
        before = signal.signal(signal.SIGTERM, _interrupt)
        running.callback(signal.signal, signal.SIGTERM, before)
        log = running.enter_context(options.log.open("a")) if options.log else sys.stderr
        directory = run_folder.of_this_run(running, "soak")
        soaked = write_soaked(directory / "site", options.tags, options.publish_ms)
        seconds = 3600 * options.hours
        bound = seconds * 1.5 + 600
        plant = Plant(running, directory, soaked, options.publish_ms, options.hz, bound)
        onlooker = Onlooker(directory, options.tags)
        running.callback(onlooker.close)
        panel = PanelLines()
        thrower = Thrower(plant, soaked, onlooker, panel)
        running.callback(thrower.close)
        plant.start()
        soak = _Soak(options, plant, onlooker, panel, thrower, log)
        soak.begin()
        soak.run(plan(options.seed, seconds, plant.machines, _LEAD), seconds)
        return soak.figures()


class _PanelEnded(click.ClickException):
    """The run goes no further; what was found until then is told."""


class _Soak:
    def __init__(
        self,
        options: Options,
        plant: Plant,
        onlooker: Onlooker,
        panel: PanelLines,
        thrower: Thrower,
        log: TextIO,
    ) -> None:
        self._options = options
        self._plant = plant
        self._onlooker = onlooker
        self._panel = panel
        self._thrower = thrower
        self._log = log
        self._ledger = LedgerReader(plant.ledger)
        self._latencies = report.Latencies()
        self._series: dict[str, list[Health]] = {"engine": [], "panel": []}
        self._seen: dict[int, float] = {}
        self._done: list[Ongoing] = []
        self._failures: list[str] = []
        self._ongoing: Ongoing | None = None
        self._calm_since: float | None = None
        self._settled_to = 0.0
        self._most_engines = 0
        self._planned = 0
        self._began = 0.0
        self._due: dict[str, float] = {}

    def begin(self) -> None:
        """Wait until every machine is live and the panel draws.

        Raises:
            click.ClickException: that does not come to be.
        """
        end = time.monotonic() + _STARTS_WITHIN
        since = monotonic_ns()
        while not self._thrower.whole(since):
            self._turn()
            if self._onlooker.quarantined:
                raise click.ClickException(f"the site is not sound: {self._onlooker.quarantined}")
            if time.monotonic() > end:
                raise click.ClickException(
                    f"not all machines came up within {_STARTS_WITHIN:g} s: {self._onlooker.links}"
                )
        self._began = time.monotonic()
        self._calm_since = time.time()

    def run(self, faults: list[Fault], seconds: float) -> None:
        """Throw the faults in when they are due, and never two at once; then let everything settle."""
        self._planned = len(faults)
        waiting = list(reversed(faults))
        try:
            self._throw(waiting, seconds)
            if waiting:
                self._failures.append(f"{len(waiting)} faults were not reached: those before took too long")
            end = time.monotonic() + 2 * _IN_FLIGHT
            while time.monotonic() < end:
                self._turn()
        except _PanelEnded as ended:
            self._failures.append(f"{ended}, after {self._at():.0f} s")
        self._look_at_health()

    def _throw(self, waiting: list[Fault], seconds: float) -> None:
        latest = seconds + _LATE + seconds * _LATE_SHARE
        while (at := self._at()) < seconds or self._ongoing is not None or (waiting and at < latest):
            self._turn()
            if self._ongoing is not None:
                self._follow(self._ongoing)
            elif waiting and at >= waiting[-1].at and self._is_calm(_LEAD / 2):
                self._calm_since = None
                self._ongoing = self._thrower.begin(waiting.pop())
            self._every("engines", _ENGINES_EVERY, self._count_engines)
            self._every("health", _HEALTH_EVERY, self._look_at_health)
            self._every("minute", _MINUTE, self._tell_minute)

    def figures(self) -> dict[str, Any]:
        """All that was found; `failures` is empty where all is well."""
        self._settled_to = time.time() - _IN_FLIGHT
        accounts = self._accounts()
        found = report.of_account(accounts)
        restarts = len(self._onlooker.engines) - 1
        tables = health.shared(self._plant.directory)["tables"]
        trends = health.trends(self._series)
        whole = self._onlooker.whole
        balanced = all(each.balanced for each in accounts.values())
        self._expect(balanced, "the account does not balance")
        self._failures += [where for each in accounts.values() for where in each.where]
        self._expect(found["received"] > 0, "no change was received")
        self._expect(self._onlooker.twice == 0, f"{self._onlooker.twice} changes came twice")
        self._expect(whole.torn == 0, f"{whole.torn} counts of the engine were no whole ticks")
        self._expect(
            restarts == self._thrower.engines_ended,
            f"{restarts} restarts of the engine, {self._thrower.engines_ended} were caused",
        )
        self._expect(self._most_engines <= 1, f"{self._most_engines} engines at once")
        self._expect(tables == 1, f"{tables} tables of values lie in the run directory, one is in use")
        self._failures += health.complaints(trends)
        return {
            "hours": self._options.hours,
            "seed": self._options.seed,
            "tags": self._options.tags,
            "hz": self._options.hz,
            "publish_ms": self._options.publish_ms,
            **found,
            "twice": self._onlooker.twice,
            "torn_counts": whole.torn,
            "counts_checked": whole.checked,
            "items_sent": self._ledger.sent,
            "items_dropped_by_server": self._ledger.dropped,
            "faults": report.of_faults(self._done),
            "faults_planned": self._planned,
            "engine_restarts": restarts,
            "engine_restarts_caused": self._thrower.engines_ended,
            "most_engines_at_once": self._most_engines,
            "fenced": self._panel.fenced,
            "processes": trends,
            "paint_ms": spread(self._latencies.all),
            "paint_calm_ms": spread(self._latencies.calm),
            "failures": self._failures,
        }

    def _turn(self) -> None:
        self._onlooker.hear(_LOOK_EVERY)
        self._panel.take(self._plant.panel.lines())
        self._latencies.add(self._panel.paints(), self._calm_since)
        if self._is_calm(2 * _IN_FLIGHT):
            self._settled_to = time.time() - _IN_FLIGHT
        if self._plant.panel.pid == 0:
            raise _PanelEnded("the panel has ended by itself: its last words are on standard error")

    def _follow(self, ongoing: Ongoing) -> None:
        self._thrower.look(ongoing)
        lasts = round(ongoing.fault.seconds * SECOND)
        given_up = monotonic_ns() - ongoing.began - lasts > GIVEN_UP_AFTER
        if ongoing.recovered is None and not given_up:
            return
        if ongoing.recovered is None:
            self._failures.append(
                f"{ongoing.name} at {ongoing.fault.at:.0f} s: not whole again within "
                f"{GIVEN_UP_AFTER // SECOND} s of its end; links: {self._onlooker.links}"
            )
        self._done.append(ongoing)
        self._say({"fault": ongoing.name, **report.of_faults([ongoing])[ongoing.fault.kind]})
        self._ongoing = None
        self._calm_since = time.time()

    def _is_calm(self, seconds: float) -> bool:
        return self._calm_since is not None and time.time() - self._calm_since >= seconds

    def _at(self) -> float:
        return time.monotonic() - self._began

    def _every(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        if self._at() >= self._due.get(name, seconds):
            act()
            self._due[name] = self._due.get(name, seconds) + seconds

    def _count_engines(self) -> None:
        self._most_engines = max(self._most_engines, len(self._plant.engines()))

    def _look_at_health(self) -> None:
        at = self._at()
        for name, pid in (("engine", self._engine()), ("panel", self._plant.panel.pid)):
            first = self._seen.setdefault(pid, at)
            if (found := health.look(pid, at, at - first)) is not None:
                self._series[name].append(found)

    def _engine(self) -> int:
        return self._onlooker.engines[-1] if self._onlooker.engines and self._onlooker.alive else 0

    def _accounts(self) -> dict[str, Account]:
        self._ledger.read()
        made = [stamp for stamp in self._ledger.made if stamp <= self._settled_to * 1e9]
        received = self._onlooker.received
        outages, faults = self._onlooker.outages.all, self._fault_times()
        return {name: settle(made, self._up_to(received[name]), outages, faults) for name in WATCHED}

    def _fault_times(self) -> list[tuple[float, float]]:
        """From when to when (UTC ns) each fault may have cost changes."""
        to_utc = time.time_ns() - monotonic_ns()
        around = _IN_FLIGHT * SECOND
        times = [(e.began + to_utc - around, (e.recovered or inf) + to_utc + around) for e in self._done]
        if self._ongoing is not None:
            times.append((self._ongoing.began + to_utc - around, inf))
        return times

    def _up_to(self, values: set[float]) -> list[float]:
        return [value for value in values if value <= self._settled_to]

    def _tell_minute(self) -> None:
        self._say(
            {
                "minute": round(self._at() / 60, 2),
                **report.of_account(self._accounts()),
                "faults": len(self._done),
                "engines": len(self._onlooker.engines),
                **{name: each[-1].line() for name, each in self._series.items() if each},
                **health.shared(self._plant.directory),
                **self._latencies.minute(),
                "book": self._panel.book,
                "frame_ms": self._panel.frame_ms,
                "frames": self._panel.frames,
                "links": self._onlooker.links,
                "failures": len(self._failures),
            }
        )

    def _say(self, line: dict[str, Any]) -> None:
        self._log.write(json.dumps(line) + "\n")
        self._log.flush()

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self._failures.append(otherwise)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
