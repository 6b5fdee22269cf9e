"""Raw lanes to engineering units: exact where nothing is scaled, the formula where it is."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from hmi.config.tags import Scaling as ScalingConfig
from hmi.config.tags import TagDescription
from hmi.engine.scaling import Scaling
from hmi.model import status
from hmi.model.clock import SECOND, Instant
from hmi.model.values import ValueType, from_lane
from hmi.testing.epochs import batch_of, epoch_of

NOW = Instant(1_700_000_000 * SECOND, 7)
EPOCH = epoch_of(
    {
        "count": TagDescription(type=ValueType.INT),
        "total": TagDescription(type=ValueType.UINT),
        "temperature": TagDescription(scaling=ScalingConfig(gain=0.1, offset=-40.0)),
        "speed": TagDescription(),
        "plain": TagDescription(),
    },
    wires={"temperature": ValueType.INT, "plain": ValueType.UINT},
)
SCALING = Scaling(EPOCH.tags)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**64 - 1), st.integers(-(2**15), 2**15 - 1))
def test_integers_stay_exact_and_scaled_ones_follow_the_formula(count: int, total: int, raw: int) -> None:
    given_ = [("count", count), ("temperature", raw), ("total", total), ("plain", 65_535)]
    samples = SCALING.samples(batch_of(EPOCH, given_, NOW), 0)
    lanes = samples.value.tolist()
    assert from_lane(lanes[0], ValueType.INT) == count
    assert from_lane(lanes[1], ValueType.FLOAT) == raw * 0.1 + -40.0
    assert from_lane(lanes[2], ValueType.UINT) == total
    assert from_lane(lanes[3], ValueType.FLOAT) == 65_535.0
    assert from_lane(int(samples.raw[1]), ValueType.INT) == raw


WIDE = epoch_of(
    {
        "signed": TagDescription(),
        "unsigned": TagDescription(),
        "scaled": TagDescription(scaling=ScalingConfig(gain=0.5, offset=-(2.0**52))),
    },
    wires={"signed": ValueType.INT, "unsigned": ValueType.UINT, "scaled": ValueType.INT},
)
SIGNED = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.builds(lambda power, odd: 2**power + odd, st.integers(52, 62), st.integers(-3, 3)),
)


@given(SIGNED, st.integers(0, 2**64 - 1), st.sampled_from([status.UNCERTAIN, status.BAD_SENSOR_FAILURE]))
def test_a_float_of_an_integer_is_exact_or_says_that_it_is_not(signed: int, unsigned: int, told: int) -> None:
    rows = [("signed", signed), ("unsigned", unsigned), ("scaled", signed), ("signed", signed, told)]
    samples = Scaling(WIDE.tags).samples(batch_of(WIDE, rows, NOW), 0)
    found = [from_lane(lane, ValueType.FLOAT) for lane in samples.value.tolist()]
    expected = []
    for value, number in ((found[0], signed), (found[1], unsigned)):
        assert value == float(number)
        expected.append(status.GOOD if value == number else status.UNCERTAIN_CONFIGURATION_ERROR)
    assert found[2] == signed * 0.5 - 2.0**52
    assert samples.status.tolist() == [*expected, expected[0], told]
    assert from_lane(int(samples.raw[2]), ValueType.INT) == signed


def test_a_float_that_is_no_number_is_bad_and_a_bad_one_keeps_its_own_status() -> None:
    given_ = [
        ("speed", math.nan),
        ("speed", math.inf),
        ("speed", math.nan, status.BAD_SENSOR_FAILURE),
        ("speed", 1.5, status.UNCERTAIN),
    ]
    samples = SCALING.samples(batch_of(EPOCH, given_, NOW), 0)
    assert samples.status.tolist() == [
        status.BAD_OUT_OF_RANGE,
        status.BAD_OUT_OF_RANGE,
        status.BAD_SENSOR_FAILURE,
        status.UNCERTAIN,
    ]


def test_times_are_corrected_by_the_devices_offset_and_fall_back_to_the_receive_time() -> None:
    device = NOW.utc + 80 * SECOND
    rows = [("speed", 1.0, 0, device), ("speed", 2.0, 0, device + 11 * SECOND), ("plain", 3)]
    samples = SCALING.samples(batch_of(EPOCH, rows, NOW), clock_offset=90 * SECOND)
    assert samples.time.tolist() == [NOW.utc - 10 * SECOND, NOW.utc, NOW.utc]
    assert samples.source_time.tolist()[0] == device
