"""The pace that was granted stands beside the latency, and what is slower than asked is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.samples import LinkState
from hmi.present import diagnostics, site_overview
from hmi.present.pace import GrantedPace, LivePaces
from hmi.present.texts import Texts
from tests.ui.builders import MODBUS, OPCUA, Shop, epoch, machine, tag

FAST = {**OPCUA, "paces": {"live": 0.01}}
SPLIT = {**OPCUA, "paces": {"live": 0.01}, "publishing": 0.05}
POLLED = {**MODBUS, "paces": {"live": 0.05}}
REGISTER = {"protocol": "modbus", "table": "holding_register", "address": 1}


def shop() -> Shop:
    """A mill with two endpoints, and a saw without a live tag."""
    tags = [
        tag("mill", "x", pace="live"),
        tag("mill", "y", pace="live"),
        tag("mill", "slow", pace="slow"),
        tag("mill", "load"),
        tag("mill", "meter", pace="live", endpoint="meter", address=REGISTER),
        tag("mill", "sum", pace="live", address=None, derived="x + slow"),
        tag("saw", "load"),
    ]
    return Shop(epoch([machine("mill", endpoints={"main": FAST, "meter": POLLED}), machine("saw")], tags))


def said(made: Shop, name: str = "mill", endpoint: str = "", language: str = "en") -> tuple[str, ...]:
    return LivePaces(made.session).words(name, Texts.own(language), endpoint)


def test_nothing_is_said_before_anything_was_granted_nor_of_what_is_not_live() -> None:
    made = shop()
    assert said(made) == ()
    made.granted(["mill/slow", "saw/load"], 1.0, 1.0)
    assert said(made) == said(made, "saw") == ()


def test_the_slowest_that_feeds_a_machine_is_said_as_such() -> None:
    made = shop()
    made.granted(["mill/x", "mill/y"], 0.01, 0.01)
    assert said(made) == ("granted 10 ms",)
    made.granted(["mill/meter"], 0.05, 0.0)
    assert said(made) == ("slowest: polled every 50 ms", "polled every 50 ms")
    assert said(made, endpoint="main") == ("granted 10 ms",)
    assert said(made, endpoint="meter") == ("polled every 50 ms",)


def test_what_is_slower_than_asked_says_both() -> None:
    made = shop()
    made.granted(["mill/x", "mill/y"], 0.05, 0.05)
    assert said(made) == ("asked 10 ms, granted 50 ms", "granted 50 ms")
    assert said(made, language="de") == ("10 ms verlangt, 50 ms gewährt", "50 ms gewährt")
    made.granted(["mill/meter"], 0.08, 0.0)
    assert said(made)[0] == "slowest: asked 50 ms, polled every 80 ms"
    assert said(made)[-1] == "polled every 80 ms"


@pytest.mark.parametrize(
    ("sampling", "publishing", "words"),
    [
        (0.01, 0.05, "granted 50 ms"),
        (0.01, 0.1, "asked 50 ms, granted 100 ms"),
        (0.05, 0.05, "asked 10 ms, granted 50 ms"),
        (0.01, 0.02, "granted 20 ms"),
    ],
)
def test_sampling_and_publishing_are_each_held_against_what_was_asked(
    sampling: float, publishing: float, words: str
) -> None:
    made = Shop(epoch([machine("mill", endpoints={"main": SPLIT})], [tag("mill", "x", pace="live")]))
    made.granted(["mill/x"], sampling, publishing)
    assert said(made)[0] == words


def test_news_of_what_is_granted_are_taken_and_a_session_that_goes_on_has_them() -> None:
    made = shop()
    paces = LivePaces(made.session)
    made.granted(["mill/x", "mill/y"], 0.01, 0.01)
    first = paces.of("mill")
    made.granted(["mill/y"], 0.02, 0.02)
    assert first == GrantedPace(0.01, 0.01)
    assert paces.of("mill") == GrantedPace(0.01, 0.02, slowest=True)


def test_what_feeds_no_value_any_more_is_not_said() -> None:
    made = shop()
    made.granted(["mill/x", "mill/y"], 0.01, 0.01)
    made.granted(["mill/meter"], 0.05, 0.0)
    made.link("mill", LinkState.UP)
    made.link("mill", LinkState.DOWN, endpoint="meter")
    paces = LivePaces(made.session)
    assert paces.of("mill") == GrantedPace(0.01, 0.01)
    made.link("mill", LinkState.DOWN)
    assert paces.of("mill") is None
    made.link("mill", LinkState.UP, endpoint="meter")
    assert paces.words("mill", Texts.own()) == ("polled every 50 ms",)


@pytest.mark.parametrize(
    ("reached", "words"),
    [
        (0.0484, "polled every 50 ms"),
        (0.0501, "polled every 50 ms"),
        (0.0549, "polled every 50 ms"),
        (0.0593, "asked 50 ms, polled every 59 ms"),
        (0.1113, "asked 50 ms, polled every 111 ms"),
    ],
)
def test_what_we_measure_of_our_own_asking_is_not_held_against_the_device(reached: float, words: str) -> None:
    made = Shop(epoch([machine("mill", endpoints={"main": POLLED})], [tag("mill", "x", pace="live")]))
    made.granted(["mill/x"], reached, 0.0)
    assert said(made)[0] == words


@given(st.floats(0.001, 10), st.floats(0.0005, 10))
def test_what_was_measured_is_slower_by_a_tenth_and_by_5_ms_and_said_in_whole_ms(
    asked: float, reached: float
) -> None:
    pace = GrantedPace(asked, reached, measured=True)
    assert pace.slower == (reached > asked * 1.1 and reached > asked + 0.005)
    if pace.slower:
        assert abs(pace.said - reached) <= 0.0005 + 1e-9
    assert pace.said == asked or abs(pace.said * 1000 - round(pace.said * 1000)) < 1e-6


@given(st.floats(0.001, 5), st.floats(0, 10))
def test_only_what_is_really_slower_counts_as_such(asked: float, more: float) -> None:
    assert GrantedPace(asked, asked * (1 + more)).slower == (more > 0.001)
    assert not GrantedPace(asked, asked / (1 + more)).slower


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_was_granted_stands_in_all_words(language: str) -> None:
    for pace in (GrantedPace(0.01, 0.07), GrantedPace(0.07, 0.07, polled=True, slowest=True)):
        assert all("70 ms" in each for each in pace.words(Texts.own(language)))


def test_cards_and_links_say_the_pace_and_a_link_that_is_down_does_not() -> None:
    made = shop()
    made.granted(["mill/x", "mill/y"], 0.01, 0.01)
    made.granted(["mill/meter"], 0.05, 0.0)
    made.link("mill", LinkState.UP)
    made.link("mill", LinkState.UP, endpoint="meter")
    texts, paces = Texts.of(made.epoch), LivePaces(made.session)
    card, *_ = site_overview.cards(made.session, made.frame(), texts, paces)
    assert card.pace[0] == "slowest: polled every 50 ms"
    rows = diagnostics.endpoints(made.session, made.clock.now(), texts, paces=paces)
    assert [each.pace for each in rows] == [("granted 10 ms",), ("polled every 50 ms",), ()]
    made.link("mill", LinkState.DOWN, cause="refused")
    rows = diagnostics.endpoints(made.session, made.clock.now(), texts, paces=paces)
    assert [each.pace for each in rows] == [(), ("polled every 50 ms",), ()]
