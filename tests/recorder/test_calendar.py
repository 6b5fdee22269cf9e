"""Shifts by the clock on the wall: every moment lies in exactly one, also where that clock jumps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hmi.config.shifts import Shift, ShiftCalendar
from hmi.model.clock import SECOND
from hmi.recorder.calendar import shift_at

THREE = ShiftCalendar(
    timezone="Europe/Berlin",
    shifts=(
        Shift(name="early", begin="06:00"),
        Shift(name="late", begin="14:00"),
        Shift(name="night", begin="22:00"),
    ),
)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "Pacific/Apia")
TIMES = st.lists(st.times().map(lambda t: t.strftime("%H:%M")), min_size=1, max_size=6, unique=True).map(
    sorted
)


def ns(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("at", "name", "day", "hours"),
    [
        ("2026-11-21T05:59:59+01:00", "night", "2026-11-20", 8),
        ("2026-11-21T06:00:00+01:00", "early", "2026-11-21", 8),
        ("2026-11-21T21:59:59+01:00", "late", "2026-11-21", 8),
        ("2026-11-22T00:30:00+01:00", "night", "2026-11-21", 8),
        ("2026-03-29T03:30:00+02:00", "night", "2026-03-28", 7),
        ("2026-10-25T02:30:00+02:00", "night", "2026-10-24", 9),
        ("2026-10-25T02:30:00+01:00", "night", "2026-10-24", 9),
        ("2026-10-25T06:00:00+01:00", "early", "2026-10-25", 8),
    ],
)
def test_shifts_of_a_plant_in_germany(at: str, name: str, day: str, hours: int) -> None:
    shift = shift_at(THREE, ns(at))
    assert (shift.name, shift.day.isoformat()) == (name, day)
    assert shift.end - shift.begin == hours * 3600 * SECOND


@given(TIMES, st.sampled_from(ZONES), st.integers(0, 4_000_000_000), st.integers(0, SECOND - 1))
def test_every_moment_lies_in_one_shift_and_shifts_follow_each_other(
    times: list[str], zone: str, seconds: int, rest: int
) -> None:
    calendar = ShiftCalendar(
        timezone=zone, shifts=tuple(Shift(name=f"s{n}", begin=each) for n, each in enumerate(times))
    )
    utc = seconds * SECOND + rest
    shift = shift_at(calendar, utc)
    assert shift.begin <= utc < shift.end
    assert shift.holds(utc)
    assert shift_at(calendar, shift.begin) == shift_at(calendar, shift.end - 1) == shift
    after = shift_at(calendar, shift.end)
    assert after.begin == shift.end
    assert after != shift
    assert shift.end - shift.begin <= 49 * 3600 * SECOND, "a day, and at most one that the calendar left out"


def test_a_time_that_the_clock_leaves_out_is_none_before_it() -> None:
    calendar = ShiftCalendar(timezone="Europe/Berlin", shifts=(Shift(name="odd", begin="02:30"),))
    begin = shift_at(calendar, ns("2026-03-29T12:00:00+02:00")).begin
    assert datetime.fromtimestamp(begin // SECOND, UTC).isoformat() == "2026-03-29T01:30:00+00:00"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"timezone": "Mars/Olympus"}, "time zone of the IANA list"),
        ({"timezone": "../../etc/passwd"}, "time zone of the IANA list"),
        ({"shifts": ()}, "at least 1"),
        ({"shifts": (Shift(name="b", begin="14:00"), Shift(name="a", begin="06:00"))}, "in the order"),
        ({"shifts": (Shift(name="a", begin="06:00"), Shift(name="b", begin="06:00"))}, "in the order"),
        ({"shifts": (Shift(name="a", begin="06:00"), Shift(name="a", begin="14:00"))}, "name of its own"),
    ],
)
def test_a_calendar_that_is_none_is_refused(wrong: dict[str, object], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        ShiftCalendar(**wrong)


@pytest.mark.parametrize("text", ["6:00", "24:00", "06:00:00", "06:00Z", "", "noon"])
def test_a_time_of_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="time of day"):
        Shift(name="a", begin=text)
