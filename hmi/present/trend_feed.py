"""The series that one view of trends shows, kept complete by asking the engine for what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from hmi.link.messages import HistoryReply
from hmi.model.clock import SECOND
from hmi.present.history import HistorySource
from hmi.present.session import Frame, Session
from hmi.present.trend_memory import TrendMemory
from hmi.present.trend_record import POINTS, TrendRecord
from hmi.present.trend_series import TrendSeries

_ASK_AGAIN: Final = 3 * SECOND


class TrendFeed:
    """The tags that a trend shows, in one session.

    Args:
        session: where live samples come from.
        history: where the past comes from.
        memory: what the panel remembers by itself; one of its own where nothing is to outlive this feed.
    """

    def __init__(self, session: Session, history: HistorySource, memory: TrendMemory | None = None) -> None:
        self._session = session
        self._history = history
        self._memory = memory or TrendMemory()
        self._followed: dict[int, TrendRecord] = {}

    def follow(self, indexes: Iterable[int]) -> None:
        """Follow just these tags.

        Raises:
            ValueError: a tag is no number.
        """
        wanted = list(dict.fromkeys(indexes))
        for index in wanted:
            if not self._session.tag(index).type.numeric:
                raise ValueError(f"tag {self._session.tag(index).id!r} is no number and has no trend")
        self._followed = {index: self._memory.record(self._session.tag(index)) for index in wanted}

    @property
    def indexes(self) -> Sequence[int]:
        """The tags that are followed, in the order asked for."""
        return tuple(self._followed)

    def series(self, index: int) -> TrendSeries:
        """The samples of a followed tag."""
        return self._followed[index].series

    def begins(self, index: int) -> int | None:
        """UTC ns before which nothing is known of a tag; None where nothing is known at all."""
        return self._followed[index].begins

    def beginning(self, now: int) -> int:
        """UTC ns before which nothing is known of any followed tag; ``now`` where nothing is at all."""
        known = (one.begins for one in self._followed.values())
        return min((time for time in known if time is not None), default=now)

    def feed(self, frame: Frame) -> None:
        """Take the frame's samples and gaps of all followed tags."""
        for index, one in self._followed.items():
            one.feed(self._session, frame, index, changed=bool(frame.news[index]))

    def want(self, begin: int, end: int, resolution: int, now: int) -> None:
        """See to it that [begin, end] is held at ``resolution`` ns or finer; the answer comes later.

        To be called as often as one likes: nothing is asked twice while an answer may still come.
        """
        for index, one in self._followed.items():
            one.asked = {part: at for part, at in one.asked.items() if now - at < _ASK_AGAIN}
            if one.asked:
                continue
            earliest = begin if one.complete_from is None else max(begin, one.complete_from)
            for part in one.coverage.missing(earliest, min(end, now), max(resolution, 1)):
                if part[1] - part[0] <= resolution:
                    continue  # narrower than a pixel
                one.asked[part] = now
                self._history.request(index, *part, POINTS, _Taker(one, *part, one.clock_sets))


@dataclass(frozen=True, slots=True, eq=False)
class _Taker:
    """Where an answer goes; it outlives the screen's interest in it."""

    record: TrendRecord
    begin: int
    end: int
    clock_sets: int

    def __call__(self, reply: HistoryReply) -> None:
        if self.clock_sets == self.record.clock_sets:  # else it is asked for again
            self.record.take(self.begin, self.end, reply)
