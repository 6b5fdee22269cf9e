"""Texts of observations as lanes: exact, and Bad where they are not of the type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND
from hmi.model.values import Value, ValueType, from_lane, side_span, unpack_side
from hmi.sources.mtconnect.decoding import BAD_UNAVAILABLE, decode, label
from hmi.sources.mtconnect.timestamps import resolution, utc_ns

LABELS = {"READY": 0, "ACTIVE": 1, "X_TOOL_CHANGE": 7}


def value(text: str, wire: ValueType, samples: int | None = None) -> tuple[int, Value | None]:
    side = bytearray(b"what was there before")
    lane, code = decode(text, wire, LABELS, side, samples)
    if status.severity(code) is status.Severity.BAD:
        assert lane == 0
        return code, None
    if wire.in_side_area:
        offset, length = side_span(lane)
        return code, unpack_side(bytes(side[offset : offset + length]), wire)
    return code, from_lane(lane, wire)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_exact(number: float) -> None:
    code, read = value(repr(number), ValueType.FLOAT)
    assert (code, read) == (status.GOOD, number)


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_are_exact_and_a_float_says_where_it_is_not(number: int) -> None:
    assert value(str(number), ValueType.INT) == (status.GOOD, number)
    assert value(f"{number}.00", ValueType.INT) == (status.GOOD, number)
    code, read = value(str(number), ValueType.FLOAT)
    assert read == float(number)
    assert code == (status.GOOD if int(float(number)) == number else status.UNCERTAIN_CONFIGURATION_ERROR)


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_texts_are_kept_but_for_space_around_them(text: str) -> None:
    if text.strip() != "UNAVAILABLE":
        assert value(text, ValueType.STRING) == (status.GOOD, text.strip())


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_positions_and_series_are_arrays(numbers: list[float]) -> None:
    text = " ".join(map(repr, numbers))
    assert value(text, ValueType.FLOATS) == (status.GOOD, tuple(numbers))
    assert value(text, ValueType.FLOATS, len(numbers)) == (status.GOOD, tuple(numbers))
    assert value(text, ValueType.FLOATS, len(numbers) + 1) == (status.BAD_DECODING_ERROR, None)


@pytest.mark.parametrize("wire", ValueType)
def test_unavailable_is_bad_in_every_type(wire: ValueType) -> None:
    assert value("UNAVAILABLE", wire) == (BAD_UNAVAILABLE, None)
    assert BAD_UNAVAILABLE not in (status.BAD_NO_COMMUNICATION, status.BAD_WAITING_FOR_INITIAL_DATA)


@pytest.mark.parametrize(
    ("text", "wire", "expected"),
    [
        ("1 2 3", ValueType.FLOAT, status.BAD_TYPE_MISMATCH),
        ("nan", ValueType.FLOAT, status.BAD_TYPE_MISMATCH),
        ("inf", ValueType.FLOAT, status.BAD_TYPE_MISMATCH),
        ("1_000", ValueType.FLOAT, status.BAD_TYPE_MISMATCH),
        ("0x10", ValueType.FLOAT, status.BAD_TYPE_MISMATCH),
        ("1,5", ValueType.FLOAT, status.BAD_TYPE_MISMATCH),
        ("٣", ValueType.FLOAT, status.BAD_TYPE_MISMATCH),
        ("", ValueType.FLOAT, status.BAD_TYPE_MISMATCH),
        ("1e999", ValueType.FLOAT, status.BAD_OUT_OF_RANGE),
        ("9" * 5000, ValueType.FLOAT, status.BAD_TYPE_MISMATCH),
        ("1.5", ValueType.INT, status.BAD_TYPE_MISMATCH),
        (str(2**63), ValueType.INT, status.BAD_OUT_OF_RANGE),
        ("-1", ValueType.UINT, status.BAD_OUT_OF_RANGE),
        ("9" * 5000, ValueType.INT, status.BAD_TYPE_MISMATCH),
        ("", ValueType.FLOATS, status.BAD_TYPE_MISMATCH),
        ("1 x 3", ValueType.FLOATS, status.BAD_TYPE_MISMATCH),
        ("1 2.5", ValueType.INTS, status.BAD_TYPE_MISMATCH),
        ("maybe", ValueType.BOOL, status.BAD_TYPE_MISMATCH),
        ("FEED_HOLD", ValueType.ENUM, status.BAD_OUT_OF_RANGE),
        ("3", ValueType.ENUM, status.BAD_OUT_OF_RANGE),
        ("9" * 5000, ValueType.ENUM, status.BAD_TYPE_MISMATCH),
    ],
)
def test_what_is_not_of_the_type_is_bad(text: str, wire: ValueType, expected: int) -> None:
    assert value(text, wire) == (expected, None)


def test_enums_are_known_by_their_words() -> None:
    assert value("ACTIVE", ValueType.ENUM) == (status.GOOD, 1)
    assert value(" x:Tool change ", ValueType.ENUM) == (status.GOOD, 7)
    assert value("0", ValueType.ENUM) == (status.GOOD, 0)
    assert label("MANUAL_DATA_INPUT") == "MANUAL_DATA_INPUT"


@given(st.text(), st.sampled_from(ValueType))
def test_any_text_is_a_value_or_bad(text: str, wire: ValueType) -> None:
    text = text.encode("utf-8", "replace").decode()
    code, read = value(text, wire)
    assert (read is None) is (status.severity(code) is status.Severity.BAD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:01.5", 1_500_000_000),
        ("1970-01-01T00:00:00.1234567899Z", 123_456_789),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:00:00-0100", 0),
        ("2022-08-08T14:21:07.6436824Z", 1_659_968_467_643_682_400),
        ("2026-11-21T02:36:57Z", 1_795_228_617 * SECOND),
        ("9999-12-31T23:59:59Z", NO_TIME),
        ("2022-02-30T00:00:00Z", NO_TIME),
        ("yesterday", NO_TIME),
        ("", NO_TIME),
    ],
)
def test_times(text: str, expected: int) -> None:
    assert utc_ns(text) == expected


def test_the_resolution_of_a_time_is_that_of_its_last_digit() -> None:
    assert resolution("2026-11-21T02:36:57Z") == SECOND
    assert resolution("2026-11-21T02:36:57.5Z") == SECOND // 10
    assert resolution("2026-11-21T02:36:57.123456Z") == 1000
    assert resolution("2026-11-21T02:36:57.12345678901Z") == 1
