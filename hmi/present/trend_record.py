"""What this screen holds of one tag's past: what it saw itself, and what an engine told it."""

from __future__ import annotations

from typing import Final

import numpy as np

from hmi.link.messages import HistoryReply
from hmi.model import values
from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.model.status import Severity
from hmi.model.wall_clock import WallClock
from hmi.present.freshness import Freshness
from hmi.present.sample_time import sample_time
from hmi.present.session import Frame, Session
from hmi.present.trend_coverage import Coverage
from hmi.present.trend_series import TrendSeries

POINTS: Final = 8_000
"""Points asked for at once: two for each pixel column of a wide screen, and as many again."""

_MISSED: Final = SECOND
"""Frames further apart than this did not see every change: the engine's history has to fill in."""

_NAN: Final = float("nan")


class TrendRecord:
    """One tag's series over all sessions; what lies between two engines is a gap.

    A gap begins where the last confirmation ended, and nothing that comes later reaches back over it.
    """

    def __init__(self) -> None:
        self.series = TrendSeries()
        self.coverage = Coverage()
        self.asked: dict[tuple[int, int], int] = {}
        """Stretches (UTC ns) that an answer may still come for, and when they were asked for."""
        self.complete_from: int | None = None
        """UTC ns since when the present engine holds everything; None before it was heard."""
        self.clock_sets = 0
        """How often our wall clock was set: an answer to what was asked before is on another one."""
        self._wall_clock: WallClock | None = None
        self._session: Session | None = None
        self._seen = NO_TIME
        self._live = False
        self._vouched_since = 0

    @property
    def begins(self) -> int | None:
        """UTC ns before which nothing is known, here or at the engine; None where nothing is at all."""
        known = (self.complete_from, self.coverage.begin)
        return min((time for time in known if time is not None), default=None)

    def feed(self, session: Session, frame: Frame, index: int, *, changed: bool) -> None:
        """Take the tag's state in a frame; ``changed`` whether its sample is new. Twice is as once."""
        self._follow_wall_clock(frame.now)
        now = frame.now.utc
        missed = self._seen == NO_TIME or now - self._seen > _MISSED
        if session is not self._session:
            self._begin(session)
            missed = True
        elif now == self._seen and not changed:
            return
        elif missed and self._live:
            self._break(self._seen)  # history may fill this one
        known = int(session.columns.receive_time[index]) != NO_TIME
        fresh = Freshness(int(frame.freshness[index]))
        if known and frame.engine_alive and fresh <= Freshness.UNCERTAIN:
            self._take_live(session, frame, index, new=changed or missed)
        else:
            self._take_dead(session, frame, index, known=known, bad=fresh is Freshness.BAD)
        if frame.engine_alive:
            self.coverage.add(now if missed else self._seen, now)
        self._seen = now

    def take(self, begin: int, end: int, reply: HistoryReply) -> None:
        """Join the answer for [begin, end]; live samples that are newer than it stay."""
        time = np.frombuffer(reply.time, "<i8")
        value = np.frombuffer(reply.value, "<f8").copy()
        value[np.frombuffer(reply.severity, "<u1") >= Severity.BAD] = np.nan
        self.asked.pop((begin, end), None)
        self.complete_from = reply.complete_from
        # A device may date a sample before the engine lived, and an engine gives the one before the stretch
        # too: both say only what held as the stretch began.
        since = max(begin, reply.complete_from)
        if since < end:
            exact = len(time) <= POINTS // 2
            self.coverage.add(since, end, 0 if exact else max((end - begin) * 2 // len(time), 1))
        before = int(np.searchsorted(time, since, side="right")) - 1
        if before >= 0:
            time = np.concatenate([[since], time[before + 1 :]])
            value = value[before:]
        if len(time) and since <= end:
            last = int(time[-1])
            self.series.replace(since, last, time, value)
            self.series.held_until = max(self.series.held_until, last)

    def _follow_wall_clock(self, now: Instant) -> None:
        """When our clock is set, all that is held is dated anew, as the engine does with its history."""
        if self._wall_clock is None:
            self._wall_clock = WallClock(now)
        by = self._wall_clock.set_by(now)
        if not by:
            return
        self.clock_sets += 1
        self.series.clock_set(by)
        self.coverage.clock_set(by)
        self.asked.clear()
        self._vouched_since += by
        if self.complete_from is not None:
            self.complete_from += by
        if self._seen != NO_TIME:
            self._seen += by

    def _begin(self, session: Session) -> None:
        """Another session: perhaps another engine, which knows nothing of what was before it."""
        if self._live and not session.goes_on:
            self._break(self.series.held_until)
        self._session = session
        self.asked.clear()
        self.complete_from = None

    def _break(self, at: int) -> None:
        """From here on nothing is known."""
        last = self.series.last
        self.series.append(at if last is None else max(at, last[0]) + 1, _NAN)
        self._live = False

    def _take_live(self, session: Session, frame: Frame, index: int, *, new: bool) -> None:
        series, confirmed = self.series, min(_confirmed(session, frame, index), frame.now.utc)
        if not self._live:
            came, last = _came(session, index), series.last
            resumed = last is not None and came <= last[0]  # nothing new: it is only vouched for again
            self._vouched_since = max(confirmed, last[0] + 1) if last is not None and resumed else came
            new = self._live = True
        if new:
            # The engine may date by a clock that was set a moment ago, or is to learn that it was.
            time = min(max(sample_time(session, index), self._vouched_since), frame.now.utc)
            series.append(time, _number(session, index))
        series.held_until = max(series.held_until, confirmed)

    def _take_dead(self, session: Session, frame: Frame, index: int, *, known: bool, bad: bool) -> None:
        series, last = self.series, self.series.last
        if last is None:
            if known:
                series.append(int(session.columns.receive_time[index]), _NAN)
            elif frame.engine_alive:  # somebody looks, and there is nothing: from here on that is a gap
                series.append(frame.now.utc, _NAN)
        elif self._live:
            dated = int(session.columns.source_time[index]) != NO_TIME
            time = sample_time(session, index)
            if bad and dated and time > last[0]:
                self._break(time - 1)  # the device itself says since when
            else:
                # A Bad status that came by itself confirms nothing of the value before it.
                confirmed = series.held_until if bad else _confirmed(session, frame, index)
                self._break(max(series.held_until, min(confirmed, frame.now.utc)))
        if series.last is not None:
            series.held_until = frame.now.utc  # that nothing is known holds as well
        self._live = False


def _came(session: Session, index: int) -> int:
    """Since when (UTC ns) a tag's sample is vouched for.

    A device may date a value that it had all along before the gap; only a change that was observed counts
    from its own time.
    """
    if int(session.columns.not_before[index]) == NO_TIME:
        return int(session.columns.receive_time[index])
    return sample_time(session, index)


def _confirmed(session: Session, frame: Frame, index: int) -> int:
    confirmed = int(session.columns.confirmed[index])
    if confirmed == NO_TIME:
        return frame.now.utc
    return frame.now.utc - (frame.now.monotonic - confirmed)


def _number(session: Session, index: int) -> float:
    lane = session.columns.value[index : index + 1]
    number = float(values.as_floats(lane, session.tag(index).type)[0])
    return number if np.isfinite(number) else _NAN
