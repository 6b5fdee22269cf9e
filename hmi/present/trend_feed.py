"""Live samples from frames and past ones from the engine, joined into one series per tag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hmi.link.messages import HistoryReply
from hmi.model import values
from hmi.model.clock import NO_TIME, SECOND
from hmi.model.status import Severity
from hmi.present.freshness import Freshness
from hmi.present.history import HistorySource
from hmi.present.sample_time import sample_time
from hmi.present.session import Frame, Session
from hmi.present.trend_coverage import Coverage
from hmi.present.trend_series import TrendSeries

POINTS: Final = 8_000
"""Points asked for at once: two for each pixel column of a wide screen, and as many again."""

_ASK_AGAIN: Final = 3 * SECOND
_MISSED: Final = SECOND
"""Frames further apart than this did not see every change: the engine's history has to fill in."""


@dataclass(slots=True, eq=False)
class _Followed:
    series: TrendSeries = field(default_factory=TrendSeries)
    coverage: Coverage = field(default_factory=Coverage)
    asked: dict[tuple[int, int], int] = field(default_factory=dict)
    begins: int | None = None
    live: bool = False


class TrendFeed:
    """The series of the tags that a trend shows.

    Args:
        session: where live samples come from; a new session needs a new feed, which history fills again.
        history: where the past comes from.

    Live samples are those that the screen saw; a screen that was not in view asks for what it missed.
    """

    def __init__(self, session: Session, history: HistorySource) -> None:
        self._session = session
        self._history = history
        self._followed: dict[int, _Followed] = {}
        self._seen = NO_TIME
        self.revision = 0
        """Counts replies taken."""

    def follow(self, indexes: Iterable[int]) -> None:
        """Follow just these tags; what is held of others is dropped.

        Raises:
            ValueError: a tag is no number.
        """
        wanted = list(dict.fromkeys(indexes))
        for index in wanted:
            if not self._session.tag(index).type.numeric:
                raise ValueError(f"tag {self._session.tag(index).id!r} is no number and has no trend")
        self._followed = {index: self._followed.get(index) or _Followed() for index in wanted}

    @property
    def indexes(self) -> Sequence[int]:
        """The tags that are followed, in the order asked for."""
        return tuple(self._followed)

    def series(self, index: int) -> TrendSeries:
        """The samples of a followed tag."""
        return self._followed[index].series

    def begins(self, index: int) -> int | None:
        """Since when (UTC ns) the engine holds everything; None while it has not been heard."""
        return self._followed[index].begins

    def feed(self, frame: Frame) -> None:
        """Take the frame's samples and gaps of all followed tags."""
        now = frame.now.utc
        missed = self._seen == NO_TIME or now - self._seen > _MISSED
        changed = set(frame.changed.tolist()) & self._followed.keys()
        for index, one in self._followed.items():
            known = int(self._session.columns.receive_time[index]) != NO_TIME
            fresh = Freshness(int(frame.freshness[index]))
            live = known and frame.engine_alive and fresh <= Freshness.UNCERTAIN
            confirmed = self._confirmed(index, frame)
            if known and (index in changed or not len(one.series)):
                one.series.append(sample_time(self._session, index), self._number(index, fresh))
            elif live and not one.live and len(one.series):
                # Vouched for again without a new sample: the value goes on, the gap before it stays.
                one.series.append(max(confirmed, one.series.held_until), self._number(index, fresh))
            if live:
                one.series.held_until = max(one.series.held_until, min(confirmed, now))
            elif known:
                if one.live:
                    one.series.append(max(confirmed, one.series.held_until) + 1, np.nan)
                one.series.held_until = now  # that nothing is known holds as well
            one.live = live
            one.coverage.add(now if missed else self._seen, now)
        self._seen = now

    def want(self, begin: int, end: int, resolution: int, now: int) -> None:
        """See to it that [begin, end] is held at ``resolution`` ns or finer; the answer comes later.

        To be called as often as one likes: nothing is asked twice while an answer may still come.
        """
        for index, one in self._followed.items():
            one.asked = {part: at for part, at in one.asked.items() if now - at < _ASK_AGAIN}
            if one.asked:
                continue
            earliest = begin if one.begins is None else max(begin, one.begins - SECOND)
            for part in one.coverage.missing(earliest, min(end, now), max(resolution, 1)):
                if part[1] - part[0] <= resolution:
                    continue  # narrower than a pixel
                one.asked[part] = now
                self._history.request(index, *part, POINTS, self._taker(one, *part))

    def _taker(self, one: _Followed, begin: int, end: int) -> _Taker:
        return _Taker(self, one, begin, end)

    def take(self, one: _Followed, begin: int, end: int, reply: HistoryReply) -> None:
        """Join one answer; live samples that are newer than it stay."""
        time = np.frombuffer(reply.time, "<i8")
        value = np.frombuffer(reply.value, "<f8").copy()
        value[np.frombuffer(reply.severity, "<u1") >= Severity.BAD] = np.nan
        one.asked.pop((begin, end), None)
        one.begins = reply.complete_from
        exact = len(time) <= POINTS // 2
        one.coverage.add(begin, end, 0 if exact else max((end - begin) * 2 // len(time), 1))
        if len(time):
            # The engine gives the sample before the stretch too: what held as it began.
            first, last = min(begin, int(time[0])), int(time[-1])
            one.series.replace(first, last, time, value)
            one.series.held_until = max(one.series.held_until, last)
        self.revision += 1

    def _confirmed(self, index: int, frame: Frame) -> int:
        confirmed = int(self._session.columns.confirmed[index])
        if confirmed == NO_TIME:
            return frame.now.utc
        return frame.now.utc - (frame.now.monotonic - confirmed)

    def _number(self, index: int, fresh: Freshness) -> float:
        if fresh >= Freshness.BAD:
            return float("nan")
        lane = self._session.columns.value[index : index + 1]
        number = float(values.as_floats(lane, self._session.tag(index).type)[0])
        return number if np.isfinite(number) else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class _Taker:
    """Where an answer goes; it outlives the screen's interest in it."""

    feed: TrendFeed
    one: _Followed
    begin: int
    end: int

    def __call__(self, reply: HistoryReply) -> None:
        self.feed.take(self.one, self.begin, self.end, reply)
