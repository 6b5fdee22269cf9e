"""A link that anybody on its network can forge is marked with an open lock and in words, and no other is."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from hmi.model.samples import LinkState
from hmi.present import diagnostics, header, site_overview
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.ui.endpoint_card import EndpointCard
from hmi.ui.header import HeaderBar
from hmi.ui.machine_card import MachineCardWidget
from hmi.ui.metrics import Metrics
from hmi.ui.open_lock import lock_after, lock_before, lock_room
from tests.ui.builders import MODBUS, OPCUA, Shop, epoch, machine, tag
from tests.ui.test_simulated_mark import SIMULATED, written

OPEN = OPCUA | {"security": {"unsecured_because": "This one is for a test."}}
SIGNED = OPCUA | {"security": {"mode": "sign"}}
SERIAL = {"protocol": "modbus", "serial": {"device": "/dev/ttyUSB0"}}
MTCONNECT = {"protocol": "mtconnect", "url": "http://127.0.0.1:5000/"}
ENDPOINTS: dict[str, tuple[dict[str, Any], bool]] = {
    "secured": (OPCUA, False),
    "signed": (SIGNED, False),
    "open": (OPEN, True),
    "modbus": (MODBUS, True),
    "serial": (SERIAL, False),
    "agent": (MTCONNECT, True),
    "made_up": (SIMULATED, False),
}


def shop() -> Shop:
    machines = [machine(name, endpoints={"main": each}) for name, (each, _) in ENDPOINTS.items()]
    machines.append(machine("mixed", endpoints={"main": OPCUA, "old": OPEN, "extra": SIMULATED}))
    made = Shop(epoch(machines, [tag(each["id"], "load") for each in machines]))
    for each in machines:
        made.put(f"{each['id']}/load", 1.0)
        for endpoint in each["endpoints"]:
            made.link(each["id"], LinkState.UP, endpoint=endpoint)
    return made


@pytest.mark.parametrize(("language", "word"), [("en", "unsecured"), ("de", "ungesichert")])
def test_the_lock_is_open_where_nobody_would_notice_a_forgery(language: str, word: str) -> None:
    made = shop()
    texts, frame = Texts.of(made.epoch, language), made.frame()
    wanted = {name: word if is_open else "" for name, (_, is_open) in ENDPOINTS.items()} | {"mixed": word}
    assert {card.machine: card.lock for card in site_overview.cards(made.session, frame, texts)} == wanted
    heads = {
        each.id: header.of_machine(made.session, frame, each, texts.for_machine(each.id)).lock
        for each in made.epoch.machines
    }
    assert heads == wanted
    assert header.of_site(made.session, frame, texts).lock == ""
    for alive in (True, False):
        rows = diagnostics.endpoints(made.session, frame.now, texts, engine_alive=alive)
        assert [row.lock for row in rows] == [*list(wanted.values())[:-1], "", word, ""]
    assert diagnostics.engine(made.session, frame, texts).lock == ""


def test_it_is_written_in_full_beside_the_other_mark(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shop()
    texts, frame = Texts.of(made.epoch, "de"), made.frame()
    mixed = made.session.machine("mixed")
    card = MachineCardWidget(DARK)
    card.resize(500, 178)
    card.show_view(site_overview.card(made.session, frame, mixed, texts))
    link = EndpointCard(DARK)
    link.resize(312, 82)
    link.show_view(diagnostics.endpoints(made.session, frame.now, texts, "mixed")[1])
    bar = HeaderBar(DARK, texts)
    bar.resize(1024, 60)
    bar.show_view(header.of_machine(made.session, frame, mixed, texts))
    for widget in (card, link, bar):
        qtbot.addWidget(widget)
        assert "ungesichert" in written(widget, monkeypatch), widget
    for widget in (card, bar):
        assert "simuliert" in written(widget, monkeypatch), widget


def test_the_sign_itself_is_drawn_within_its_room(qtbot: QtBot) -> None:
    bar = HeaderBar(DARK, Texts.own("en"))
    qtbot.addWidget(bar)
    m = Metrics.of(bar)
    drawn = {}
    for name, draw in (("after", lock_after), ("before", lock_before)):
        image = QImage(200, 40, QImage.Format.Format_RGB32)
        image.fill(QColor("#000000"))
        painter = QPainter(image)
        start = 10.0 if name == "after" else 10.0 + lock_room("unsecured", m)
        end = draw(painter, start, 20.0, "unsecured", DARK, m)
        painter.end()
        room = QRectF(QPointF(10.0, 0.0), QPointF(10.0 + lock_room("unsecured", m), 40.0))
        lit = [(x, y) for x in range(200) for y in range(40) if image.pixelColor(x, y) != QColor("#000000")]
        assert lit
        assert all(room.contains(QPointF(x + 0.5, y + 0.5)) for x, y in lit)
        drawn[name] = end
    assert drawn["after"] == pytest.approx(10.0 + lock_room("unsecured", m))
    assert drawn["before"] == pytest.approx(10.0)
    assert lock_room("", m) == 0.0
