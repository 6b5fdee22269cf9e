"""The time of a sample against the rule said sample by sample, in exact integers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.clock import NO_TIME, SECOND
from hmi.twin.sample_time import EARLIEST, sample_times

RECEIVED = 1_700_000_000 * SECOND
YEAR = 365 * 24 * 3600 * SECOND

near = st.integers(-YEAR, YEAR)
anything = st.integers(-(2**63), 2**63 - 1)
offsets = st.one_of(near, st.integers(-(10**21), 10**21))


def said(source: int, received: int, offset: int) -> int:
    taken = source - offset
    if source == NO_TIME or not EARLIEST <= taken <= received or abs(offset) > 2**62:
        return received
    return taken


@given(st.lists(st.one_of(near.map(lambda n: RECEIVED + n), anything), max_size=30), offsets)
def test_implausible_times_count_as_taken_when_received(sources: list[int], offset: int) -> None:
    source = np.array([NO_TIME, *sources], np.int64)
    received = np.full(len(source), RECEIVED, np.int64)
    got = sample_times(source, received, offset)
    assert got.tolist() == [said(s, RECEIVED, offset) for s in source.tolist()]


@given(st.lists(near, min_size=2), near)
def test_the_order_of_a_devices_samples_is_kept(steps: list[int], offset: int) -> None:
    source = np.sort(np.array(steps, np.int64)) + RECEIVED
    got = sample_times(source, np.full(len(source), RECEIVED, np.int64), offset)
    assert np.all(np.diff(got) >= 0)
    assert np.all(got <= RECEIVED)


def test_before_any_sample_there_is_no_time() -> None:
    none = np.array([NO_TIME], np.int64)
    assert sample_times(none, none, 0).tolist() == [NO_TIME]
