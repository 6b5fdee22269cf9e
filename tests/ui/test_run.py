"""The panel as a program, against a real engine's link."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PyQt6.QtGui import QImage
from pytestqt.qtbot import QtBot

from hmi.link.client import LinkClient
from hmi.link.errors import LinkUnavailable
from hmi.model.clock import Instant
from hmi.present.theme import LIGHT
from hmi.ui.panel import PanelConnection
from hmi.ui.run import run_panel
from hmi.ui.window import PanelWindow
from tests.ui.builders import epoch, machine, tag
from tests.ui.pixels import share_of
from tests.ui.stand_in_engine import StandInEngine

EPOCH = epoch([machine("mill")], [tag("mill", "load", pace="live", max_age=60.0)])


class Nobody:
    def engine_unresponsive(self, now: Instant) -> None:
        del now

    def tick(self, now: Instant) -> None:
        del now


def test_it_opens_shows_and_leaves_a_picture(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot
    engine = StandInEngine(tmp_path, EPOCH).start()
    seen: list[tuple[PanelConnection, PanelWindow]] = []
    picture = tmp_path / "panel.png"
    try:
        code = run_panel(
            partial(LinkClient.connect, tmp_path),
            supervisor=Nobody(),
            screen="diagnostics",
            theme="light",
            language="de",
            seconds=3.0,
            screenshot=picture,
            size=(1024, 600),
            started=lambda *made: seen.append(made),
        )
    finally:
        engine.stop()
    assert code == 0
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1024, 600)
    assert share_of(image.scaled(256, 150), LIGHT.background) > 0.1
    ((connection, window),) = seen
    assert connection.session is not None
    assert window.screen_name == "diagnostics"
    assert window.nav.buttons["machine"].text() == "Maschine"
    assert connection.frames.frames > 5


def test_without_an_engine_it_waits_and_can_be_ended(qtbot: QtBot) -> None:
    del qtbot

    def refuse() -> LinkClient:
        raise LinkUnavailable("nobody there")

    assert run_panel(refuse, supervisor=Nobody(), seconds=0.5) == 0


def test_a_picture_that_cannot_be_written_is_an_error(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot

    def refuse() -> LinkClient:
        raise LinkUnavailable("nobody there")

    with pytest.raises(OSError, match="could not be written"):
        run_panel(refuse, supervisor=Nobody(), seconds=0.1, screenshot=tmp_path / "no" / "such.png")
