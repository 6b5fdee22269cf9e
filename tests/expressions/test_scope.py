from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.expressions import CircularError, evaluation_order, label_constants

NAMES = st.sampled_from("abcdef")


def test_labels_as_constants() -> None:
    assert label_constants({"state": {0: "IDLE", 3: "RUN"}, "n": {}}) == {"state.IDLE": 0.0, "state.RUN": 3.0}


@pytest.mark.parametrize("inputs", [{"a": ["a"]}, {"a": ["b"], "b": ["c"], "c": ["x", "a"]}])
def test_circles_are_named(inputs: dict[str, list[str]]) -> None:
    with pytest.raises(CircularError) as caught:
        evaluation_order(inputs)
    circle = caught.value.names
    assert circle[0] == circle[-1]
    assert all(after in inputs[before] for before, after in pairwise(circle))


@settings(deadline=None)
@given(st.dictionaries(NAMES, st.sets(NAMES)))
def test_each_after_what_it_needs_or_a_real_circle(inputs: dict[str, set[str]]) -> None:
    try:
        order = evaluation_order(inputs)
    except CircularError as error:
        assert all(  # noqa: PT017 - either outcome is right
            after in inputs[before] for before, after in pairwise(error.names)
        )
        return
    assert sorted(order) == sorted(inputs)
    for position, name in enumerate(order):
        assert all(needed in order[:position] for needed in inputs[name] if needed in inputs)
