"""Which shift a moment lies in. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hmi.config.shifts import ShiftCalendar
from hmi.model.clock import SECOND


@dataclass(frozen=True, slots=True)
class ShiftInstance:
    """One shift of one day: ``begin`` and ``end`` are UTC ns, ``day`` the date on which it begins there.

    A shift over the night, or over a change to or from summer time, is as long as it is: seven or nine
    hours of eight.
    """

    name: str
    day: date
    begin: int
    end: int

    def holds(self, utc: int) -> bool:
        """Whether a moment (UTC ns) lies in it."""
        return self.begin <= utc < self.end


def shift_at(calendar: ShiftCalendar, utc: int) -> ShiftInstance:
    """The shift in which a moment (UTC ns) lies; of all moments exactly one."""
    zone = ZoneInfo(calendar.timezone)
    day = datetime.fromtimestamp(utc // SECOND, zone).date()
    # Shifts begin at different moments: where a change of the clock makes two fall together, the first of
    # them has no length, and holds nothing.
    begins = list(_begins(calendar, zone, (day + timedelta(days=d) for d in (-1, 0, 1, 2))))
    for (name, on, begin), (_, _, end) in pairwise(begins):
        if begin <= utc < end:
            return ShiftInstance(name, on, begin, end)
    raise AssertionError(f"no shift holds {utc}: {begins}")


def _begins(calendar: ShiftCalendar, zone: ZoneInfo, days: Iterator[date]) -> Iterator[tuple[str, date, int]]:
    """Names, dates and moments (UTC ns) of beginnings, never falling.

    A time of day that the clock leaves out counts as if it had not been set forward yet, one that it shows
    twice counts the first time (PEP 495, fold 0).
    """
    latest: int | None = None
    for day in days:
        for shift in calendar.shifts:
            local = datetime.combine(day, shift.time, zone)
            begin = round(local.astimezone(UTC).timestamp()) * SECOND
            latest = begin if latest is None else max(begin, latest)
            yield shift.name, day, latest
