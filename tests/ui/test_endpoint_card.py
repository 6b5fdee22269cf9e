"""The card of a link: what was counted is there whole, in as many words as have room."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from hmi.link.messages import Counters
from hmi.model.samples import LinkState
from hmi.present import diagnostics
from hmi.present.pace import LivePaces
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.ui.endpoint_card import EndpointCard
from tests.ui.builders import Shop
from tests.ui.demo_shop import demo_shop
from tests.ui.spelled import spelled

NARROW, WIDE = 312, 620
"""As wide as cards are with many links, and with one."""


def written(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, shop: Shop, width: int, language: str
) -> dict[str, bool]:
    texts = Texts.of(shop.epoch, language)
    views = diagnostics.endpoints(
        shop.session, shop.frame().now, texts, "mill_07", paces=LivePaces(shop.session)
    )
    card = EndpointCard(DARK)
    qtbot.addWidget(card)
    card.resize(width, 98)
    card.show_view(views[0])
    return spelled(monkeypatch, card)


def connected(texts: Texts, count: str) -> str:
    return texts.text("diagnostics.connects", count=count)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("state", [LinkState.UP, LinkState.DOWN])
def test_whatever_was_irregular_the_counts_are_whole_and_so_is_how_often_it_came_up(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, language: str, width: int, state: LinkState
) -> None:
    shop = demo_shop(language)
    shop.link("mill_07", state)
    irregular = {"late": 29, "noise": 3, "other_unit": 2}
    shop.session.take(Counters("mill_07", "main", 29_470, 0, 12, irregular=irregular))
    seen = written(qtbot, monkeypatch, shop, width, language)
    texts = Texts.of(shop.epoch, language)
    (counts,) = [each for each in seen if texts.text("diagnostics.lost", count="0") in each]
    assert seen[counts]
    together = texts.text("diagnostics.irregular_sum", count="34")
    late = texts.text("diagnostics.irregular", count="29", what=texts.text("irregular.late"))
    assert together in counts or late in counts
    if state is LinkState.UP:
        assert seen[connected(texts, "12")]
    else:
        assert seen.get(connected(texts, "12"), True), "left out whole or there whole"


def test_a_wide_card_names_each_kind_and_a_narrow_one_their_sum(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = demo_shop()
    shop.session.take(Counters("mill_07", "main", 9_291, 0, 2, irregular={"late": 29, "other_unit": 3}))
    wide, narrow = (written(qtbot, monkeypatch, shop, width, "en") for width in (WIDE, NARROW))
    other = Texts.of(shop.epoch).text("irregular.other_unit")
    assert any(f"29× late answer · 3× {other} since" in each for each in wide)
    assert any(each.endswith("0 lost · 32 irregular") for each in narrow)


def test_what_has_room_is_not_shortened(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = demo_shop()
    shop.session.take(Counters("mill_07", "main", 12, 0, 1))
    seen = written(qtbot, monkeypatch, shop, WIDE, "en")
    assert any("12 samples · 0 lost since" in each for each in seen)
    assert seen["connected 1×"]
