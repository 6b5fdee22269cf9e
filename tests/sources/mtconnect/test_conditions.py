"""Several faults and warnings of one item at once, and how they go."""

from __future__ import annotations

from hmi.sources.mtconnect.conditions import MOST_ACTIVE, Condition
from hmi.sources.mtconnect.streams import Observation


def seen(level: str, code: str = "", text: str = "", key: str | None = None) -> Observation:
    return Observation("c", 1, "", text, level, code, code if key is None else key)


def after(*observations: Observation) -> Condition:
    condition = Condition()
    for each in observations:
        condition.take(each)
    return condition


def test_the_worst_counts_and_all_are_told() -> None:
    both = after(seen("Warning", "7", "coolant low"), seen("Fault", "9", "door open"))
    assert (both.level, both.codes, both.message) == ("FAULT", "9; 7", "door open; coolant low")


def test_normal_with_a_code_ends_that_one_and_without_a_code_all() -> None:
    two = (seen("Warning", "7"), seen("Fault", "9"))
    assert after(*two, seen("Normal", "9")).level == "WARNING"
    assert after(*two, seen("Normal")).level == "NORMAL"
    assert after(*two, seen("Normal")).message == ""


def test_a_fault_that_becomes_a_warning_is_one() -> None:
    assert after(seen("Fault", "9"), seen("Warning", "9", "nearly")).level == "WARNING"
    assert after(seen("Fault", "9"), seen("Warning", "9", "nearly")).message == "nearly"


def test_the_condition_id_tells_apart_what_has_the_same_code() -> None:
    both = after(seen("Fault", "9", "x", key="a"), seen("Fault", "9", "y", key="b"))
    assert both.message == "x; y"
    both.take(seen("Normal", "9", key="a"))
    assert both.message == "y"


def test_unavailable_is_no_state() -> None:
    gone = after(seen("Fault", "9"), seen("Unavailable"))
    assert not gone.available
    assert not Condition().available
    gone.take(seen("Normal"))
    assert (gone.available, gone.level) == (True, "NORMAL")


def test_a_code_stands_in_for_a_text_that_is_missing() -> None:
    assert after(seen("Fault", "731")).message == "731"


def test_it_is_bounded() -> None:
    many = after(*(seen("Warning", str(code)) for code in range(10 * MOST_ACTIVE)))
    assert len(many.codes.split("; ")) == MOST_ACTIVE
    assert many.level == "WARNING"
