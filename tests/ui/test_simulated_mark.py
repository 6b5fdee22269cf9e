"""What the engine makes up is never shown as if a machine had said it."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QFont, QPainter
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hmi.model.samples import LinkState
from hmi.present import diagnostics, header, site_overview
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.ui import painting
from hmi.ui.endpoint_card import EndpointCard
from hmi.ui.header import HeaderBar
from hmi.ui.machine_card import MachineCardWidget
from tests.ui import builders
from tests.ui.builders import Shop, epoch, machine, tag
from tests.ui.pixels import grab

SIMULATED = {"protocol": "simulated"}
ENDPOINTS: dict[str, dict[str, Any]] = {
    "mill": {"main": builders.OPCUA},
    "oven": {"main": SIMULATED},
    "cell": {"main": builders.MODBUS, "extra": SIMULATED},
}
NAMES = {name: f"{name.title()} of a rather long name that leaves little room" for name in ENDPOINTS}


def shop(*, linked: bool) -> Shop:
    """Three machines: a real one, one that is made up, one of which a part is."""
    made = Shop(
        epoch(
            [machine(name, endpoints=endpoints) for name, endpoints in ENDPOINTS.items()],
            [tag(name, "load") for name in ENDPOINTS],
            texts={"en": {f"machine.{name}": said for name, said in NAMES.items()}},
        )
    )
    for name, endpoints in ENDPOINTS.items():
        made.put(f"{name}/load", 1.0)
        for endpoint in endpoints:
            made.link(name, LinkState.UP if linked else LinkState.DOWN, endpoint=endpoint)
    return made


@pytest.mark.parametrize(("language", "word"), [("en", "simulated"), ("de", "simuliert")])
@pytest.mark.parametrize("linked", [True, False])
def test_only_what_is_made_up_is_marked(language: str, word: str, linked: bool) -> None:
    made = shop(linked=linked)
    texts, frame = Texts.of(made.epoch, language), made.frame()
    wanted = {"mill": "", "oven": word, "cell": word}
    assert {card.machine: card.mark for card in site_overview.cards(made.session, frame, texts)} == wanted
    heads = {
        each.id: header.of_machine(made.session, frame, each, texts.for_machine(each.id)).mark
        for each in made.epoch.machines
    }
    assert heads == wanted
    assert header.of_site(made.session, frame, texts).mark == ""
    for alive in (True, False):
        rows = diagnostics.endpoints(made.session, frame.now, texts, engine_alive=alive)
        assert [row.mark for row in rows] == ["", word, "", word]
    assert diagnostics.engine(made.session, frame, texts).mark == ""


def test_the_mark_is_written_in_full_whatever_the_name(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shop(linked=True)
    texts, frame = Texts.of(made.epoch, "de"), made.frame()
    oven = made.session.machine("oven")
    card = MachineCardWidget(DARK)
    card.resize(400, 178)
    card.show_view(site_overview.card(made.session, frame, oven, texts))
    link = EndpointCard(DARK)
    link.resize(312, 82)
    link.show_view(diagnostics.endpoints(made.session, frame.now, texts, "oven")[0])
    bar = HeaderBar(DARK, texts)
    bar.resize(1024, 60)
    bar.show_view(header.of_machine(made.session, frame, oven, texts))
    for widget in (card, link, bar):
        qtbot.addWidget(widget)
        assert "simuliert" in written(widget, monkeypatch), widget


def written(widget: QWidget, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What a widget writes in full."""
    seen: set[str] = set()
    write = painting.text

    def noted(
        painter: QPainter, at: QPointF, content: str, font: QFont, *rest: str, room: float, **more: Any
    ) -> float:
        if painting.width(font, content) <= room:
            seen.add(content)
        return write(painter, at, content, font, *rest, room=room, **more)

    with monkeypatch.context() as patched:
        patched.setattr(painting, "text", noted)
        grab(widget)
    return seen
