"""Lanes against Python's integers, which are exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.values import ValueType, as_floats, float_holds, pack_side, to_lane, unpack_side

EDGES = st.builds(
    lambda power, odd, step: 2**power + odd * 2**step,
    st.integers(0, 62),
    st.integers(-3, 3),
    st.integers(0, 60),
)
UNSIGNED = st.one_of(st.integers(0, 2**64 - 1), EDGES.map(lambda n: abs(n) % 2**64))
SIGNED = st.one_of(st.integers(-(2**63), 2**63 - 1), EDGES.map(lambda n: (n + 2**63) % 2**64 - 2**63))


@given(st.lists(UNSIGNED, max_size=9))
def test_a_float_holds_an_unsigned_integer_where_the_two_are_equal(numbers: list[int]) -> None:
    lanes = np.array([to_lane(each, ValueType.UINT) for each in numbers], np.uint64)
    assert float_holds(lanes, ValueType.UINT).tolist() == [float(each) == each for each in numbers]


@pytest.mark.parametrize("kind", [ValueType.INT, ValueType.ENUM])
@given(st.lists(SIGNED, max_size=9))
def test_a_float_holds_a_signed_integer_where_the_two_are_equal(kind: ValueType, numbers: list[int]) -> None:
    lanes = np.array([to_lane(each, kind) for each in numbers], np.uint64)
    held = float_holds(lanes, kind).tolist()
    assert held == [float(each) == each for each in numbers]
    floats = as_floats(lanes, kind).tolist()
    assert held == [value == each for value, each in zip(floats, numbers, strict=True)]


def test_a_float_holds_floats_and_truth() -> None:
    lanes = np.array([0, 1, 2**64 - 1], np.uint64)
    assert float_holds(lanes, ValueType.FLOAT).all()
    assert float_holds(lanes, ValueType.BOOL).all()


@given(st.lists(SIGNED, max_size=9).map(tuple))
def test_an_array_of_integers_comes_back_exact(numbers: tuple[int, ...]) -> None:
    payload = pack_side(numbers, ValueType.INTS)
    assert len(payload) == 8 * len(numbers)
    found = unpack_side(payload, ValueType.INTS)
    assert found == numbers
    assert all(type(each) is int for each in found)
    assert unpack_side(payload + b"cut", ValueType.INTS) == numbers


def test_an_array_of_integers_takes_no_others() -> None:
    with pytest.raises(OverflowError):
        pack_side((1, 2**63), ValueType.INTS)
    for other in (1.0, True):
        with pytest.raises(TypeError):
            pack_side((1, other), ValueType.INTS)
