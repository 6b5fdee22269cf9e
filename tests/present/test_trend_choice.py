"""No two lines of a plot look alike, and none changes its colour because of another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hmi.present.theme import DARK, LIGHT
from hmi.present.trend_choice import MOST, toggled


@given(st.lists(st.integers(0, 12)))
def test_colours_are_never_shared_and_stay(touched: list[int]) -> None:
    chosen: dict[str, int] = {}
    for number in touched:
        before, tag = chosen, f"m/t{number}"
        chosen = toggled(chosen, tag)
        assert (tag in chosen) != (tag in before)
        assert len(chosen) <= MOST
        assert len(set(chosen.values())) == len(chosen)
        assert all(chosen[each] == before[each] for each in chosen.keys() & before.keys())


def test_one_too_many_takes_the_place_of_the_oldest() -> None:
    chosen: dict[str, int] = {}
    for number in range(MOST + 1):
        chosen = toggled(chosen, f"t{number}")
    assert list(chosen) == [f"t{number}" for number in range(1, MOST + 1)]


def test_a_theme_has_a_colour_for_each() -> None:
    for theme in (DARK, LIGHT):
        assert len(set(theme.trend)) == MOST
        assert not set(theme.trend) & {*theme.priority[:3], theme.fault, theme.limit}
