"""Times of MTConnect documents: UTC by ISO 8601, with or without a fraction and a zone. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from hmi.model.clock import NO_TIME, SECOND

_FORM: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,18}))?(?:Z|([+-])(\d\d):?(\d\d))?", re.ASCII
)
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def utc_ns(text: str) -> int:
    """UTC ns of a timestamp (what is finer is cut off), ``NO_TIME`` where it is none that a lane can hold.

    Without a zone UTC is meant: MTConnect Part 1 knows no other, and early agents leave the ``Z`` out.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        return NO_TIME
    whole, fraction, sign, hours, minutes = found.groups()
    seconds = _seconds(whole)
    if seconds is None:
        return NO_TIME
    if sign:
        zone = int(hours) * 3600 + int(minutes) * 60
        seconds += -zone if sign == "+" else zone
    nanoseconds = seconds * SECOND + (int(f"{fraction:0<9}"[:9]) if fraction else 0)
    return nanoseconds if NO_TIME < nanoseconds < -NO_TIME else NO_TIME


def resolution(text: str) -> int:
    """The ns of one step of the last digit: a time of whole seconds is up to that much before the moment."""
    found = _FORM.fullmatch(text)
    digits = len(found[2] or "") if found else 0
    return max(int(SECOND // 10**digits), 1)


@lru_cache(maxsize=1024)
def _seconds(whole: str) -> int | None:
    """Seconds since 1970 of ``YYYY-MM-DDThh:mm:ss``; None where there is no such moment."""
    try:
        since = datetime.fromisoformat(whole).replace(tzinfo=UTC) - _EPOCH
    except ValueError:
        return None
    return since.days * 86_400 + since.seconds
