from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.clock import MILLISECOND, NO_TIME, SECOND, Instant
from hmi.sources.opcua.clock_offset import LARGEST_DRIFT, Estimate, OffsetEstimator
from hmi.sources.opcua.timing import assembled_at, back_to, not_before

TRIPS = st.integers(0, 500 * MILLISECOND)


@given(
    offset=st.integers(-(10**18), 10**18),
    drift=st.floats(-0.012, 0.012),
    trips=st.lists(st.tuples(TRIPS, TRIPS), min_size=1, max_size=40),
    later=st.integers(0, 20 * SECOND),
)
def test_the_true_offset_lies_within_the_uncertainty(
    offset: int, drift: float, trips: list[tuple[int, int]], later: int
) -> None:
    def ahead(at: int) -> int:
        return offset + round((at - 5 * SECOND) * drift)

    estimator = OffsetEstimator()
    now = 5 * SECOND
    for out, back in trips:
        estimator.add(now, now + out + ahead(now + out), now + out + back)
        now += out + back + SECOND
    now += later
    estimate = estimator.estimate(now)
    assert estimate is not None
    # What the clock drifts within the round trips themselves is of another order.
    assert abs(estimate.offset - ahead(now)) <= estimate.uncertainty + 0.012 * SECOND
    shortest = min(out + back for out, back in trips[-16:])
    gone = now - 5 * SECOND
    assert estimate.uncertainty <= max(out + back for out, back in trips) // 2 + 1 + gone * LARGEST_DRIFT
    if drift == 0.0:
        assert estimate.uncertainty <= shortest // 2 + 1 + gone * LARGEST_DRIFT


def test_a_clock_that_goes_right_is_soon_known_to() -> None:
    estimator = OffsetEstimator()
    for number in range(3):
        at = number * 5 * SECOND
        estimator.add(at, at + MILLISECOND, at + 2 * MILLISECOND)
    first, later = estimator.estimate(10 * SECOND), estimator.estimate(15 * SECOND)
    assert first is not None
    assert later is not None
    assert later.uncertainty <= MILLISECOND + 5 * SECOND * 0.0003


@pytest.mark.parametrize("drift", [0.01, -0.01])
def test_a_clock_that_gains_or_loses_a_hundredth_is_never_believed_too_far(drift: float) -> None:
    estimator = OffsetEstimator()
    for asked in range(0, 60, 5):
        at = asked * SECOND
        estimator.add(at, at + round(at * drift) + MILLISECOND, at + 2 * MILLISECOND)
        estimate = estimator.estimate(at + 4 * SECOND)
        assert estimate is not None
        true = round((at + 4 * SECOND) * drift)
        assert abs(estimate.offset - true) <= estimate.uncertainty <= 60 * MILLISECOND


def test_a_good_measurement_outlives_worse_ones_but_not_for_ever() -> None:
    estimator = OffsetEstimator()
    for at in (0, 10 * SECOND):
        estimator.add(at, at + 1_000_007, at + 2 * MILLISECOND)
    estimator.add(11 * SECOND, 11 * SECOND + 30 * MILLISECOND, 11 * SECOND + 60 * MILLISECOND)
    soon, late = estimator.estimate(12 * SECOND), estimator.estimate(10_000 * SECOND)
    assert soon is not None
    assert late is not None
    assert soon.uncertainty < 2 * MILLISECOND
    assert late.uncertainty > SECOND / 2, "two quartz clocks drift apart"


def test_a_device_whose_clock_was_set_is_measured_anew() -> None:
    estimator = OffsetEstimator()
    estimator.add(0, 0, 2 * MILLISECOND)
    estimator.add(SECOND, 3601 * SECOND, SECOND + 8 * MILLISECOND)
    estimate = estimator.estimate(SECOND)
    assert estimate is not None
    assert abs(estimate.offset - 3600 * SECOND) <= estimate.uncertainty <= 4 * MILLISECOND


def test_no_answer_no_estimate() -> None:
    assert OffsetEstimator().estimate(0) is None


def lanes(*times: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(times, np.int64)


DEVICE = 1_700_000_000 * SECOND
CLOCK = Estimate(offset=DEVICE, uncertainty=3 * MILLISECOND)
RECEIVED = 100 * SECOND


def bound(source: int, server: int, clock: Estimate | None = CLOCK, previous: int = 99 * SECOND) -> int:
    found = not_before(
        lanes(source), lanes(server), lanes(50 * MILLISECOND), clock, previous=previous, received=RECEIVED
    )
    return int(found[0])


def test_a_source_time_counts_less_sampling_and_uncertainty() -> None:
    assert bound(DEVICE + 99 * SECOND, NO_TIME) == 99 * SECOND - 53 * MILLISECOND


def test_the_servers_time_stands_in() -> None:
    assert bound(NO_TIME, DEVICE + 98 * SECOND) == 98 * SECOND - 53 * MILLISECOND
    assert bound(DEVICE + 97 * SECOND, DEVICE + 98 * SECOND) == 97 * SECOND - 53 * MILLISECOND


def test_a_source_clock_ahead_of_its_servers_makes_no_change_younger() -> None:
    ahead = DEVICE + 98 * SECOND + 40 * MILLISECOND
    assert bound(ahead, DEVICE + 98 * SECOND) == 98 * SECOND - 53 * MILLISECOND
    in_the_future = DEVICE + RECEIVED + 3600 * SECOND
    assert bound(in_the_future, DEVICE + 98 * SECOND) == 98 * SECOND - 53 * MILLISECOND


def test_without_a_time_or_a_clock_only_the_previous_notification_is_known() -> None:
    assert bound(NO_TIME, NO_TIME) == 99 * SECOND - 50 * MILLISECOND
    assert bound(DEVICE + 99 * SECOND, NO_TIME, clock=None) == 99 * SECOND - 50 * MILLISECOND


def test_a_time_in_the_future_is_not_believed() -> None:
    a_little = DEVICE + RECEIVED + 2 * MILLISECOND
    assert bound(a_little, NO_TIME) == RECEIVED - 51 * MILLISECOND
    by_an_hour = DEVICE + RECEIVED + 3600 * SECOND
    assert bound(by_an_hour, NO_TIME) == 99 * SECOND - 50 * MILLISECOND


@given(
    source=st.one_of(st.just(NO_TIME), st.integers(DEVICE - 10**15, DEVICE + 10**15)),
    server=st.one_of(st.just(NO_TIME), st.integers(DEVICE - 10**15, DEVICE + 10**15)),
    clock=st.one_of(st.none(), st.just(CLOCK)),
    previous=st.integers(0, 2 * RECEIVED),
)
def test_never_later_than_received(source: int, server: int, clock: Estimate | None, previous: int) -> None:
    assert bound(source, server, clock, previous) <= RECEIVED


@given(stamp=st.integers(NO_TIME, -NO_TIME - 1), offset=st.integers(-(10**18), -NO_TIME - 1))
def test_no_time_whatever_makes_a_bound_that_wraps_round(stamp: int, offset: int) -> None:
    found = bound(stamp, NO_TIME, clock=Estimate(offset, 3 * MILLISECOND))
    exact = stamp - offset
    if stamp == NO_TIME or exact > RECEIVED + 3 * MILLISECOND:
        assert found == 99 * SECOND - 50 * MILLISECOND
    else:
        assert found in (exact - 53 * MILLISECOND, 99 * SECOND - 50 * MILLISECOND)


@given(
    spoken=st.integers(2 * SECOND, 50 * SECOND),
    asked_before=st.integers(0, SECOND),
    read_after=st.integers(0, 60 * SECOND),
    error=st.integers(-CLOCK.uncertainty, CLOCK.uncertainty),
)
def test_an_answer_is_never_taken_for_later_than_the_server_spoke(
    spoken: int, asked_before: int, read_after: int, error: int
) -> None:
    asked, received = spoken - asked_before, spoken + read_after
    found = assembled_at(DEVICE + spoken + error, asked, received, CLOCK)
    assert asked <= found <= spoken
    assert found >= spoken - 2 * CLOCK.uncertainty


def test_a_publish_time_that_cannot_be_true_leaves_the_request_time() -> None:
    asked, received = 90 * SECOND, 100 * SECOND
    for told in (DEVICE - 3600 * SECOND, DEVICE + 3600 * SECOND, NO_TIME):
        assert assembled_at(told, asked, received, CLOCK) == asked
    assert assembled_at(DEVICE + 95 * SECOND, asked, received, None) == asked


def test_a_moment_is_told_on_both_scales() -> None:
    assert back_to(70, Instant(1_000, 100)) == Instant(970, 70)
