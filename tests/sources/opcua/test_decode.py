"""What becomes of values of each type, by the library's objects and off the wire alike."""

from __future__ import annotations

import math
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from hmi.model import status, values
from hmi.model.clock import NO_TIME
from hmi.model.values import ValueType
from hmi.sources.opcua.decode import Decoded, decode, utc_ns

from .messages import both_ways

V = ua.VariantType
_NEAR = st.integers(52, 62), st.integers(-3, 3), st.sampled_from([1, -1])


def item(variant: ua.Variant | None, handle: int = 0, **parts: Any) -> ua.MonitoredItemNotification:
    return ua.MonitoredItemNotification(ClientHandle=handle, Value=ua.DataValue(variant, **parts))


def one(variant: ua.Variant | None, wire: ValueType, **parts: Any) -> tuple[int, values.Value]:
    decoded = both_ways([item(variant, **parts)], {0: wire})
    lane = int(decoded.raw[0])
    if wire.in_side_area:
        offset, length = values.side_span(lane)
        return int(decoded.status[0]), values.unpack_side(decoded.side[offset : offset + length], wire)
    return int(decoded.status[0]), values.from_lane(lane, wire)


@pytest.mark.parametrize(
    ("variant", "wire", "value"),
    [
        (ua.Variant(0.1 + 0.2, V.Double), ValueType.FLOAT, 0.1 + 0.2),
        (ua.Variant(1.5, V.Float), ValueType.FLOAT, 1.5),
        (ua.Variant(-math.inf, V.Double), ValueType.FLOAT, -math.inf),
        (ua.Variant(-7, V.Int16), ValueType.FLOAT, -7.0),
        (ua.Variant(2**62 + 1, V.Int64), ValueType.INT, 2**62 + 1),
        (ua.Variant(-(2**63), V.Int64), ValueType.INT, -(2**63)),
        (ua.Variant(-5, V.Int32), ValueType.INT, -5),
        (ua.Variant(255, V.Byte), ValueType.INT, 255),
        (ua.Variant(2**64 - 1, V.UInt64), ValueType.UINT, 2**64 - 1),
        (ua.Variant(3, V.Int32), ValueType.ENUM, 3),
        (ua.Variant(True, V.Boolean), ValueType.BOOL, True),
        (ua.Variant("Ø 12 µm", V.String), ValueType.STRING, "Ø 12 µm"),
        (ua.Variant(None, V.String), ValueType.STRING, ""),
        (ua.Variant(ua.LocalizedText("Schlichten"), V.LocalizedText), ValueType.STRING, "Schlichten"),
        (ua.Variant([1.5, -2.0], V.Double), ValueType.FLOATS, (1.5, -2.0)),
        (ua.Variant([1, 2, 3], V.Int16), ValueType.FLOATS, (1.0, 2.0, 3.0)),
        (ua.Variant([1.0, 2.0], V.Double, Dimensions=[2]), ValueType.FLOATS, (1.0, 2.0)),
        (ua.Variant([], V.Double), ValueType.FLOATS, ()),
        (ua.Variant([2**53 + 1, -(2**63)], V.Int64), ValueType.INTS, (2**53 + 1, -(2**63))),
        (ua.Variant([2**63 - 1, 0], V.UInt64), ValueType.INTS, (2**63 - 1, 0)),
        (ua.Variant([], V.Byte), ValueType.INTS, ()),
        (ua.Variant(None, V.Double, is_array=True), ValueType.FLOATS, ()),
    ],
)
def test_a_value_of_a_fitting_type_comes_through_exact(
    variant: ua.Variant, wire: ValueType, value: values.Value
) -> None:
    assert one(variant, wire) == (status.GOOD, value)


@pytest.mark.parametrize(
    ("variant", "wire"),
    [
        (ua.Variant(True, V.Boolean), ValueType.FLOAT),
        (ua.Variant(True, V.Boolean), ValueType.INT),
        (ua.Variant(1, V.Int32), ValueType.BOOL),
        (ua.Variant(1.0, V.Double), ValueType.INT),
        (ua.Variant("1", V.String), ValueType.FLOAT),
        (ua.Variant(1.0, V.Double), ValueType.STRING),
        (ua.Variant(b"x", V.ByteString), ValueType.STRING),
        (ua.Variant([1.0], V.Double), ValueType.FLOAT),
        (ua.Variant(1.0, V.Double), ValueType.FLOATS),
        (ua.Variant([True], V.Boolean), ValueType.FLOATS),
        (ua.Variant(None, V.Null), ValueType.FLOAT),
        (ua.Variant([[1.0, 2.0], [3.0, 4.0]], V.Double), ValueType.FLOATS),
        (ua.Variant([[[1]]], V.Int16), ValueType.FLOATS),
        (ua.Variant([[1, 2]], V.Int64), ValueType.INTS),
        (ua.Variant([1.0], V.Double), ValueType.INTS),
        (ua.Variant([True], V.Boolean), ValueType.INTS),
        (ua.Variant(1, V.Int64), ValueType.INTS),
        (ua.Variant([1], V.Int64), ValueType.INT),
        (ua.Variant([], V.Double, Dimensions=[0, 3]), ValueType.FLOATS),
        (ua.Variant([1.0, 2.0, 3.0], V.Double, Dimensions=[2, 2]), ValueType.FLOATS),
        (ua.Variant([1.0, 2.0], V.Double, Dimensions=[3]), ValueType.FLOATS),
    ],
)
@pytest.mark.parametrize("code", [status.GOOD, status.UNCERTAIN_LAST_USABLE_VALUE])
def test_a_value_of_another_type_is_bad_and_not_guessed(
    variant: ua.Variant, wire: ValueType, code: int
) -> None:
    decoded = both_ways([item(variant, StatusCode=ua.StatusCode(code))], {0: wire})
    assert decoded.status.tolist() == [status.BAD_TYPE_MISMATCH]
    assert decoded.raw.tolist() == [0]


@pytest.mark.parametrize(
    ("variant", "wire"),
    [
        (ua.Variant(2**63, V.UInt64), ValueType.INT),
        (ua.Variant(-1, V.Int16), ValueType.UINT),
        (ua.Variant([1, 2**63], V.UInt64), ValueType.INTS),
    ],
)
def test_an_integer_that_does_not_fit_is_out_of_range(variant: ua.Variant, wire: ValueType) -> None:
    assert one(variant, wire)[0] == status.BAD_OUT_OF_RANGE


INT64, UINT64 = st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**64 - 1)
NEAR = st.builds(lambda power, odd, sign: sign * (2**power + odd), *_NEAR)


@given(st.one_of(INT64, NEAR))
def test_an_integer_in_a_float_is_exact_or_says_that_it_is_not(number: int) -> None:
    kind = V.Int64 if number < 2**63 else V.UInt64
    code, value = one(ua.Variant(number, kind), ValueType.FLOAT)
    assert value == float(number)
    assert code == (status.GOOD if value == number else status.UNCERTAIN_CONFIGURATION_ERROR)


@given(st.lists(st.one_of(UINT64, NEAR.map(abs)), max_size=6))
def test_an_array_of_integers_is_exact_or_says_that_it_is_not(numbers: list[int]) -> None:
    code, value = one(ua.Variant(numbers, V.UInt64, is_array=True), ValueType.FLOATS)
    assert value == tuple(float(each) for each in numbers)
    exact = value == tuple(numbers)
    assert code == (status.GOOD if exact else status.UNCERTAIN_CONFIGURATION_ERROR)


def test_what_else_is_wrong_stands_beside_a_lost_change_and_under_a_worse_status() -> None:
    odd = 2**53 + 1
    for code, wire, found in [
        (status.UNCERTAIN_LAST_USABLE_VALUE, ValueType.FLOAT, status.UNCERTAIN_LAST_USABLE_VALUE),
        (status.BAD_SENSOR_FAILURE, ValueType.FLOAT, status.BAD_SENSOR_FAILURE),
        (0x480, ValueType.FLOAT, status.UNCERTAIN_CONFIGURATION_ERROR | 0x480),
        (0x480, ValueType.BOOL, status.BAD_TYPE_MISMATCH | 0x480),
    ]:
        assert one(ua.Variant(odd, V.Int64), wire, StatusCode=ua.StatusCode(code))[0] == found


def test_a_bad_status_stays_whatever_the_value() -> None:
    bad = ua.StatusCode(status.BAD_SENSOR_FAILURE)
    assert one(ua.Variant(None, V.Null), ValueType.FLOAT, StatusCode=bad)[0] == status.BAD_SENSOR_FAILURE
    assert one(ua.Variant(7.5, V.Double), ValueType.FLOAT, StatusCode=bad) == (status.BAD_SENSOR_FAILURE, 7.5)


def test_an_uncertain_value_stays_uncertain() -> None:
    uncertain = ua.StatusCode(status.UNCERTAIN_LAST_USABLE_VALUE)
    found = one(ua.Variant(7.5, V.Double), ValueType.FLOAT, StatusCode=uncertain)
    assert found == (status.UNCERTAIN_LAST_USABLE_VALUE, 7.5)


def test_nan_keeps_its_bits() -> None:
    odd_nan = struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_1234))[0]
    decoded = both_ways([item(ua.Variant(odd_nan, V.Double))], {0: ValueType.FLOAT})
    assert decoded.raw.tolist() == [0x7FF8_0000_0000_1234]
    assert decoded.status.tolist() == [status.GOOD]


def test_order_handles_and_times_are_kept_and_strangers_passed_over() -> None:
    early = datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=UTC)
    late = early + timedelta(milliseconds=50)
    decoded = both_ways(
        [
            item(ua.Variant(1.0, V.Double), 7, SourceTimestamp=early, ServerTimestamp=late),
            item(ua.Variant(9.0, V.Double), 99),
            item(ua.Variant(2.0, V.Double), 7, ServerTimestamp=late),
            item(ua.Variant("a", V.String), 3),
        ],
        {7: ValueType.FLOAT, 3: ValueType.STRING},
    )
    early_ns = 1_709_208_000_123_456_000
    assert decoded.index.tolist() == [7, 7, 3]
    assert decoded.raw.view(np.float64)[:2].tolist() == [1.0, 2.0]
    assert decoded.source_time.tolist() == [early_ns, NO_TIME, NO_TIME]
    assert decoded.server_time.tolist() == [early_ns + 50_000_000, early_ns + 50_000_000, NO_TIME]


def test_nothing_decodes_to_empty_columns() -> None:
    decoded: Decoded = decode([], {})
    assert len(decoded.index) == len(decoded.raw) == len(decoded.status) == 0


def test_the_null_time_of_1601_is_no_time() -> None:
    assert utc_ns(datetime(1601, 1, 1, tzinfo=UTC)) == NO_TIME
    assert utc_ns(None) == NO_TIME
    assert utc_ns(datetime(1970, 1, 1, tzinfo=UTC)) == 0


@given(st.lists(st.text(max_size=20), max_size=8))
def test_strings_find_their_own_bytes_in_the_side_area(texts: list[str]) -> None:
    items = [item(ua.Variant(text, V.String), i) for i, text in enumerate(texts)]
    decoded = both_ways(items, dict.fromkeys(range(len(texts)), ValueType.STRING))
    spans = [values.side_span(int(lane)) for lane in decoded.raw]
    found = [
        values.unpack_side(decoded.side[offset : offset + length], ValueType.STRING)
        for offset, length in spans
    ]
    assert found == texts


@given(
    st.datetimes(timezones=st.just(UTC))
    | st.sampled_from([datetime(1650, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)])
    | st.just(datetime.max.replace(tzinfo=UTC))
)
def test_every_time_fits_its_lane_exactly_or_is_none(time: datetime) -> None:
    found = utc_ns(time)
    exact = (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
    assert found == (exact if -(2**63) < exact < 2**63 else NO_TIME)
    parts = {"SourceTimestamp": time, "ServerTimestamp": time}
    decoded = both_ways([item(ua.Variant(1.0, V.Double), **parts)], {0: ValueType.FLOAT})
    assert decoded.source_time.tolist() == decoded.server_time.tolist() == [found]
