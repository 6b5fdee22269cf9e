"""The site's shift calendar, in site.yaml: when a shift begins, by the clock on the wall."""

from __future__ import annotations

from datetime import time
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from hmi.config.base import Config, Name


def _time_of_day(text: str) -> str:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or len(text) != 5 or found.tzinfo is not None:
        raise ValueError('expected a time of day as "06:00", in quotation marks')
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected a time zone of the IANA list, such as Europe/Berlin") from None
    return text


class Shift(Config):
    """One shift of every day; it lasts until the next one of the list begins, the last until the first."""

    name: Name
    begin: Annotated[str, AfterValidator(_time_of_day)]

    @property
    def time(self) -> time:
        """When it begins."""
        return time.fromisoformat(self.begin)


class ShiftCalendar(Config):
    """The shifts in the order of the day. Where a site says none, each day is one."""

    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    shifts: Annotated[tuple[Shift, ...], Field(min_length=1, max_length=24)] = (
        Shift(name="day", begin="00:00"),
    )

    def model_post_init(self, _context: object) -> None:
        """Refuse shifts out of order or of the same name."""
        begins = [shift.begin for shift in self.shifts]
        if any(b <= a for a, b in pairwise(begins)):
            raise ValueError("expected shifts in the order in which they begin, the first of the day first")
        names = [shift.name for shift in self.shifts]
        if len(set(names)) != len(names):
            raise ValueError("expected a name of its own for each shift")
