"""A moment of a recording as a person writes it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from hmi.model.clock import SECOND

EXPECTED = "expected a time of the recording as 14:05, 14:05:30 or 2026-11-20T14:05:30"


def moment(text: str, begin: int, end: int, zone: tzinfo | None = None) -> int:
    """UTC ns of ``text``: a date and time (ISO 8601), or a time of day that lies in [begin, end] (UTC ns).

    Without an offset it is meant in ``zone``, None: the computer's own, in which panels show times.

    Raises:
        ValueError: it is none; or the recording has no such time of day.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _time_of_day(text, begin, end, zone)
    if "T" not in text and " " not in text:
        raise ValueError(f"found {text!r}, {EXPECTED}")
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone) if zone is not None else found.astimezone()
    return _utc(found)


def _time_of_day(text: str, begin: int, end: int, zone: tzinfo | None) -> int:
    try:
        wanted = time.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"found {text!r}, {EXPECTED}") from error
    if wanted.tzinfo is not None:
        raise ValueError(f"found {text!r}, {EXPECTED}")
    day = datetime.fromtimestamp(begin // SECOND, UTC).astimezone(zone).date()
    last = datetime.fromtimestamp(end // SECOND, UTC).astimezone(zone).date()
    while day <= last:
        local = datetime.combine(day, wanted)
        utc = _utc(local.replace(tzinfo=zone) if zone is not None else local.astimezone())
        if begin - SECOND <= utc <= end + SECOND:
            return utc
        day += timedelta(days=1)
    raise ValueError(f"{text} is not in the recording")


def _utc(found: datetime) -> int:
    since = found.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds * 1000
