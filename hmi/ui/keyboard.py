"""A keyboard on the screen, for the few words that a panel without one needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QWidget

from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui.buttons import TouchButton
from hmi.ui.metrics import Metrics

_BACK: Final = "⌫"
_KEY: Final = 52
_GAP: Final = 6


class Keyboard(QWidget):
    """Four rows of keys, whose letters are a text of the panel's language.

    It edits ``text``; ``edited`` is sent for each change, ``done`` when the person has finished.
    """

    edited = pyqtSignal(str)
    done = pyqtSignal()

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._rows: list[list[tuple[TouchButton, int]]] = []
        for letters in texts.text("keyboard.letters").split():
            row = [(self._key(theme, letter, letter), 2) for letter in letters]
            self._rows.append(row)
        back = TouchButton(theme, _BACK, self)
        back.clicked.connect(self.erase)
        clear = TouchButton(theme, texts.text("keyboard.clear"), self)
        clear.clicked.connect(lambda: self.set_text(""))
        space = self._key(theme, texts.text("keyboard.space"), " ")
        end = TouchButton(theme, texts.text("keyboard.done"), self)
        end.clicked.connect(self.done)
        self._rows[1].append((back, 3))
        self._rows[2].append((clear, 3))
        self._rows[3].append((end, 3))
        self._rows[0].append((space, 3))

    @property
    def text(self) -> str:
        """What has been written."""
        return self._text

    def set_text(self, text: str) -> None:
        """Write this in place of what there is."""
        if text != self._text:
            self._text = text
            self.edited.emit(text)

    def type(self, letters: str) -> None:
        """Add letters, of a key here or of a real keyboard."""
        self.set_text(self._text + letters)

    def erase(self) -> None:
        """Take the last letter away."""
        self.set_text(self._text[:-1])

    def all_keys(self) -> Sequence[TouchButton]:
        """All keys."""
        return [key for row in self._rows for key, _ in row]

    def height_wanted(self) -> int:
        """Its rows of keys for fingers."""
        m = Metrics.of(self)
        return len(self._rows) * (m.touch(_KEY) + m.px(_GAP)) + m.px(_GAP)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Rows of keys over the whole width."""
        super().resizeEvent(event)
        m = Metrics.of(self)
        gap, high = m.px(_GAP), m.touch(_KEY)
        for number, row in enumerate(self._rows):
            unit = (self.width() + gap) / sum(share for _, share in row)
            y, x = gap + number * (high + gap), 0.0
            for key, share in row:
                key.setGeometry(round(x), y, round(x + share * unit - gap) - round(x), high)
                x += share * unit

    def _key(self, theme: Theme, label: str, letter: str) -> TouchButton:
        key = TouchButton(theme, label, self)
        key.clicked.connect(lambda: self.type(letter))
        return key
