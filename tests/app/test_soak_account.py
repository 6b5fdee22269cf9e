"""The account of a soak must catch what nobody told, and excuse nothing but what was told."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.app.bench.soak.account import Account, Outage, WholeTicks, settle
from hmi.app.bench.soak.ledger import LedgerReader
from hmi.app.bench.soak.outages import LOSS_REACHES_BACK, Outages
from hmi.app.bench.soak.trend import slope_per_hour
from hmi.model.clock import SECOND
from hmi.simulation.opcua_load.ledger import Ledger

BORN = 1_790_000_000 * SECOND
TENTH = SECOND // 10
START = Outage(-inf, BORN - SECOND, "start")


def stamps(count: int) -> list[int]:
    return [BORN + number * TENTH for number in range(count)]


ALWAYS = [(-inf, inf)]


def account(
    made: list[int], lost: set[int], *outages: Outage, faults: Sequence[tuple[float, float]] = ALWAYS
) -> Account:
    """What comes of it when the changes number ``lost`` are not received."""
    received = [stamp / 1e9 for number, stamp in enumerate(made) if number not in lost]
    return settle(made, received, [START, *outages], faults)


@given(lost=st.sets(st.integers(1, 59), min_size=1))
def test_whatever_is_lost_without_a_word_is_found(lost: set[int]) -> None:
    found = account(stamps(60), lost)
    assert found.unaccounted == len(lost)
    assert (found.made, found.received, found.told) == (60, 60 - len(lost), {})
    assert found.where
    assert not found.balanced


@given(first=st.integers(1, 50), count=st.integers(1, 9), told_at=st.floats(0.05, 0.95))
def test_what_is_lost_around_a_told_loss_is_accounted_for(first: int, count: int, told_at: float) -> None:
    made = stamps(61)
    lost = set(range(first, first + count))
    moment = made[first] + told_at * (made[first + count] - made[first])
    found = account(made, lost, Outage(moment, moment + 1, "link"))
    assert found.balanced
    assert found.told == {"link": count}


@given(first=st.integers(2, 50), apart=st.integers(1, 20))
def test_a_loss_that_was_told_does_not_excuse_another_beside_it(first: int, apart: int) -> None:
    # Change number `first` came between the two: the word is of one side of it alone.
    made = stamps(80)
    outage = Outage(made[first + apart] + 1, made[first + apart] + 2, "link")
    found = account(made, {first - 1, first + apart, first + apart + 1}, outage)
    assert found.told == {"link": 2}
    assert found.unaccounted == 1
    assert f"{made[first - 1] / 1e9:.3f}" in found.where[0]


@given(begin=st.integers(-5, 5), end=st.integers(-5, 5))
def test_what_was_told_needs_a_cause_too(begin: int, end: int) -> None:
    made = stamps(30)
    outage = Outage(made[12], made[13], "link")
    faults = [(made[2], made[5]), (made[10 + begin], made[14 + end])]
    found = account(made, set(range(10, 15)), outage, faults=faults)
    caused = begin <= 0 <= end
    assert found.uncaused == (0 if caused else 5)
    assert found.balanced == caused
    assert found.told == {"link": 5}
    assert found.unaccounted == 0
    assert bool(found.where) != caused


def test_what_is_missing_at_the_end_needs_a_loss_that_is_not_over() -> None:
    made = stamps(20)
    assert account(made, {18, 19}).unaccounted == 2
    assert account(made, {18, 19}, Outage(made[17] + 1, inf, "engine")).told == {"engine": 2}


def test_values_that_were_never_made_are_found_but_for_the_one_of_a_return() -> None:
    made = stamps(20)
    received = [stamp / 1e9 for stamp in made[:10] + made[12:]]
    outage = Outage(made[9] + 1, made[11] - 1, "link")
    present = (made[11] + 5_000_000) / 1e9
    assert settle(made, [*received, present], [START, outage], ALWAYS).balanced
    again = settle(made, [*received, present, present + 0.001], [START, outage], ALWAYS)
    assert (again.invented, again.unaccounted) == (1, 0)
    assert "never made" in again.where[0]


def test_counts_that_are_no_whole_ticks_show() -> None:
    whole = WholeTicks(50)
    for life, connection, samples in ((1, 1, 130), (1, 1, 630), (1, 2, 700), (2, 1, 50), (2, 1, 100)):
        whole.count(life, connection, samples)
    assert (whole.checked, whole.torn) == (2, 0)
    whole.count(2, 1, 149)
    assert whole.torn == 1


def test_outages_are_told_once_and_a_loss_reaches_back() -> None:
    outages = Outages()
    outages.down(5, "engine")  # nothing is promised before the first link
    outages.up(10)
    outages.down(20, "link")
    outages.down(25, "engine")
    outages.lost(26)
    outages.up(30)
    outages.lost(10 * SECOND)
    assert outages.all == [
        Outage(-inf, 10, "start"),
        Outage(20, 30, "link"),
        Outage(10 * SECOND - LOSS_REACHES_BACK, 10 * SECOND, "told"),
    ]


def test_a_ledger_is_read_as_it_grows_and_never_half(tmp_path: Path) -> None:
    file = tmp_path / "ledger"
    reader = LedgerReader(file)
    reader.read()
    first = Ledger(file)
    first.made(BORN, 8)
    first.sent(BORN, BORN, 8)
    reader.read()
    assert (reader.made, reader.sent, reader.dropped) == ([BORN], 8, 0)
    first.close()
    second = Ledger(file)  # the next server, after a kill
    second.made(BORN + 1, 8)
    second.made(BORN + 1, 8)  # of another subscription
    second.dropped(BORN + 1, 8)
    with file.open("a") as half:
        half.write(f"made {BORN}")
    reader.read()
    assert (reader.made, reader.sent, reader.dropped) == ([BORN, BORN + 1], 8, 8)
    with file.open("a") as half:
        half.write("7 8\nwhat else 1\n")
    with pytest.raises(ValueError, match="what else"):
        reader.read()
    second.close()


@given(slope=st.floats(-50, 50), spikes=st.sets(st.integers(0, 39), max_size=8))
def test_the_slope_is_that_of_most_points(slope: float, spikes: set[int]) -> None:
    points = [
        (60.0 * number, 100 + slope * number / 60 + (500 if number in spikes else 0)) for number in range(40)
    ]
    found = slope_per_hour(points)
    # With 8 of 40 points far away, 64 % of the pairs are still good ones, and they all have this slope.
    assert found == pytest.approx(slope, abs=0.01)
    assert slope_per_hour(points[:2]) is None
