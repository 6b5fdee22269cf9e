"""Why a link is down can be read on Diagnostics: its gist on the card, all of it at a touch."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from hmi.model.clock import SECOND
from hmi.model.samples import LinkState
from hmi.present import causes, tag_detail
from hmi.present.session import Event
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.ui.screens.diagnostics import DiagnosticsScreen
from tests.ui.builders import OPCUA, Shop, epoch, machine, tag
from tests.ui.spelled import spelled

FINGERPRINT = " ".join(["E963", "A88B", "FCB3", "B47F"] * 4)
UNTRUSTED = (
    f"the server's certificate is not trusted: compare its fingerprint {FINGERPRINT} with the one at the "
    "machine, then run: twinpane trust add E963A88BFCB3B47F"
)
CAUSE = f"{OPCUA['url']}: {UNTRUSTED}"


def dead(language: str = "en", machines: int = 1, **endpoint: object) -> Shop:
    names = [f"m{number}" for number in range(machines)]
    made = Shop(
        epoch(
            [machine(each, endpoints={"main": OPCUA | endpoint}) for each in names],
            [tag(each, "x") for each in names],
            language=language,
        )
    )
    for each in names:
        made.link(each, LinkState.DOWN, cause=CAUSE)
    return made


def screen_of(qtbot: QtBot, shop: Shop) -> DiagnosticsScreen:
    screen = DiagnosticsScreen(shop.session, DARK, Texts.of(shop.epoch))
    qtbot.addWidget(screen)
    screen.resize(1280, 612)
    screen.show()
    qtbot.waitExposed(screen)
    screen.refresh(shop.frame())
    return screen


def beside(screen: DiagnosticsScreen) -> dict[str, str]:
    return {name: " ".join(lines) for name, lines in screen.detail.lines.written()}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("unsecured", [False, True])
def test_a_narrow_card_says_the_gist_of_the_cause_in_two_lines(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, language: str, unsecured: bool
) -> None:
    open_link = {"security": {"unsecured_because": "the controller is too old for it"}} if unsecured else {}
    shop = dead(language, machines=5, **open_link)
    screen = screen_of(qtbot, shop)
    card = screen.endpoints[0]
    assert card.width() < 320
    seen = spelled(monkeypatch, card)
    said = causes.in_words(UNTRUSTED, Texts.of(shop.epoch))
    first, rest = (each for each in seen if each in said and len(each) > 3)
    assert f"{first} {rest}" == said, "nothing is lost between the lines, and no address takes their room"
    assert seen[first], "the first line stands whole"


def test_a_short_cause_is_there_whole_and_the_counts_are_below_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = dead(machines=5)
    shop.link(
        "m0", LinkState.DOWN, cause=f"{OPCUA['url']}: connecting: connection refused: no server listens there"
    )
    shop.counters("m0", samples=0, lost=0, connects=0)
    screen = screen_of(qtbot, shop)
    seen = spelled(monkeypatch, screen.endpoints[0])
    lines = [each for each in seen if each in "connecting: connection refused: no server listens there"]
    assert len(lines) == 2
    assert all(seen[each] for each in lines)
    assert any("0 samples" in each for each in seen)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_touch_on_the_card_opens_all_of_it(qtbot: QtBot, language: str) -> None:
    shop = dead(language, machines=2)
    shop.put("m0/x", 1.0)
    texts = Texts.of(shop.epoch)
    screen = screen_of(qtbot, shop)
    qtbot.mouseClick(screen.endpoints[1], Qt.MouseButton.LeftButton)
    assert screen.detail.isVisible()
    written = beside(screen)
    title = texts.text("diagnostics.detail.cause")
    assert written[title].replace(" ", "") == causes.in_words(CAUSE, texts).replace(" ", "")
    assert OPCUA["url"] in written[texts.text("diagnostics.detail.endpoint")]
    shop.clock.advance(SECOND)  # cards and details are looked at a few times a second
    shop.link("m1", LinkState.UP)
    screen.refresh(shop.frame())
    assert title not in beside(screen), "what is over is no cause"
    qtbot.mouseClick(screen.endpoints[1], Qt.MouseButton.LeftButton)
    assert not screen.detail.isVisible()


def test_a_card_and_a_row_take_turns_beside_the_table_and_a_drag_opens_nothing(qtbot: QtBot) -> None:
    screen = screen_of(qtbot, dead(machines=2))
    card = screen.endpoints[0]
    qtbot.mousePress(card, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(card, Qt.MouseButton.LeftButton, pos=QPoint(-50, 5))
    assert not screen.detail.isVisible()
    qtbot.mouseClick(screen.engine, Qt.MouseButton.LeftButton)
    assert not screen.detail.isVisible(), "of the engine nothing more is known"
    screen.show_events()
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert screen.detail.view is not None
    assert (screen.detail.view.id, screen.events.isVisible()) == ("m0.main", False)
    screen.show_detail(0)
    assert screen.detail.view.id == "m0/x"
    assert screen.detail.isVisible()
    qtbot.mouseClick(screen.detail.close_button, Qt.MouseButton.LeftButton)
    assert not screen.detail.isVisible()


def test_a_tag_says_why_its_link_is_down_as_long_as_that_is_known() -> None:
    shop = dead()
    texts = Texts.of(shop.epoch)

    def cause(*, alive: bool = True) -> list[str]:
        found = tag_detail.detail(shop.session, shop.frame(alive=alive), 0, texts)
        return [each.said for each in found.lines if each.name == "Cause"]

    assert cause() == [CAUSE]
    assert cause(alive=False) == []
    shop.link("m0", LinkState.UP)
    assert cause() == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_longest_event_is_written_whole(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    shop = dead(language)
    command = "twinpane trust --site /etc/twinpane/works add E963A88BFCB3B47F"
    cause = CAUSE.replace("twinpane trust add E963A88BFCB3B47F", command)
    shop.session.tell(Event(shop.clock.now().utc + SECOND, "m0.main", cause, "event.link_cause"))
    screen = screen_of(qtbot, shop)
    screen.show_events()
    texts = Texts.of(shop.epoch)
    said = f"{texts.text('event.link_cause')}: {causes.in_words(cause, texts)}"
    seen = spelled(monkeypatch, screen.events)
    lines = [each for each in seen if each in said and len(each) > 20]
    assert " ".join(lines).startswith(said), "the newest is the first"
    assert all(seen[each] for each in lines)
