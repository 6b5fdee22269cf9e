"""What a widget writes, and what of it has room."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QFont, QPainter
from PyQt6.QtWidgets import QWidget

from hmi.ui import painting
from tests.ui.pixels import grab


def spelled(monkeypatch: pytest.MonkeyPatch, *widgets: QWidget) -> dict[str, bool]:
    """Every text that the widgets write while they are painted anew → whether it stands there whole."""
    seen: dict[str, bool] = {}
    write = painting.text

    def noted(
        painter: QPainter, at: QPointF, content: str, font: QFont, *rest: str, room: float, **more: Any
    ) -> float:
        if content:
            whole = painting.width(font, content) <= room
            seen[content] = seen.get(content, True) and whole
        return write(painter, at, content, font, *rest, room=room, **more)

    with monkeypatch.context() as patch:
        patch.setattr(painting, "text", noted)
        for each in widgets:
            grab(each)
    return seen
