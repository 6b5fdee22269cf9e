"""The anodizing line of the demo also on the smallest panel: what is written in its twin can be read."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hmi.machines.resolve import resolve_site
from hmi.model.clock import SECOND
from hmi.model.samples import LinkState
from hmi.model.values import ValueType
from hmi.present.theme import DARK
from hmi.ui.parts import OwnParts
from hmi.ui.screens.machine import MachineScreen
from hmi.ui.twin_labels import LabelSprite
from hmi.ui.twin_view import TwinView
from hmi.ui.window import PanelWindow
from tests.ui.builders import NoHistory, Shop

DEMO = Path(__file__).parents[2] / "tags" / "demo"


def shop() -> Shop:
    """All numbers as wide as they usually get."""
    made = Shop(resolve_site(DEMO).epoch)
    for machine in made.epoch.machines:
        made.link(machine.id, LinkState.UP)
    for tag in made.epoch.tags:
        if tag.type is ValueType.FLOAT:
            middle = 88.8 if tag.normal is None else (tag.normal.low + tag.normal.high) / 2
            made.put(tag.id, middle)
    return made


def _letters(label: LabelSprite) -> QRectF:
    """What is really inked: the rectangle of a label has some air around it."""
    rect = QRectF(label.rect)
    return rect.adjusted(5, rect.height() * 0.25, -5, -rect.height() * 0.25)


@pytest.mark.parametrize("size", [(1024, 600), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_label_of_the_twin_runs_into_another(qtbot: QtBot, language: str, size: tuple[int, int]) -> None:
    made = shop()
    window = PanelWindow(DARK, NoHistory(), OwnParts(), language=language)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    window.begin(made.session)
    window.show_screen("machine", "anodizing1")
    for _ in range(3):
        made.clock.advance(SECOND // 10)
        made.table.confirm(made.clock)
        window.refresh(made.frame())
        QApplication.processEvents()
    (screen,) = window.findChildren(MachineScreen)
    twin = screen.twin
    assert isinstance(twin, TwinView)
    labels = [
        each for sprites in twin._sprites for each in sprites if isinstance(each, LabelSprite) and each.stands
    ]
    assert len(labels) > 20
    boxes = [_letters(each) for each in labels]
    assert not [(a, b) for a, b in combinations(boxes, 2) if a.intersects(b)]
