"""The bundled typeface: loaded once per application, figures of one width."""

from __future__ import annotations

from importlib import resources
from typing import Final

from PyQt6.QtGui import QFont, QFontDatabase

FAMILY: Final = "Inter"
REGULAR: Final = 400
MEDIUM: Final = 500
SEMIBOLD: Final = 600

_FILES: Final = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")


def load_fonts() -> None:
    """Make the bundled typeface known to the running QGuiApplication: once, before the first widget."""
    folder = resources.files("hmi.ui") / "fonts"
    for name in _FILES:
        QFontDatabase.addApplicationFontFromData((folder / name).read_bytes())


def font(px: float, weight: int = REGULAR) -> QFont:
    """A font of the bundled family, ``px`` pixels high (at least 1), with tabular figures."""
    made = QFont(FAMILY)
    made.setPixelSize(max(1, round(px)))
    made.setWeight(QFont.Weight(weight))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made
