"""A moment of a recording as a person writes it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hmi.app.replay_moment import moment
from hmi.model.clock import SECOND

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


NIGHT = utc("2026-11-20T21:00:00"), utc("2026-11-21T05:00:00")
"""22:00 to 06:00 in Berlin."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22:00", "2026-11-20T21:00:00"),
        ("23:15:30", "2026-11-20T22:15:30"),
        ("00:30", "2026-11-20T23:30:00"),
        ("05:59", "2026-11-21T04:59:00"),
        ("2026-11-20T23:00", "2026-11-20T22:00:00"),
        ("2026-11-20T23:00Z", "2026-11-20T23:00:00"),
        ("2026-11-20 23:00:00+02:00", "2026-11-20T21:00:00"),
    ],
)
def test_times_are_local_unless_they_say_otherwise(text: str, expected: str) -> None:
    assert moment(text, *NIGHT, BERLIN) == utc(expected)


@pytest.mark.parametrize("text", ["", "noon", "25:00", "2026-11-20", "23:00Z"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="expected a time of the recording"):
        moment(text, *NIGHT, BERLIN)


def test_a_time_of_day_that_is_not_in_the_recording() -> None:
    with pytest.raises(ValueError, match="12:00 is not in the recording"):
        moment("12:00", *NIGHT, BERLIN)
