"""The bundled typeface: loaded once per application, figures of one width."""

from __future__ import annotations

from functools import lru_cache
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
    """A font of the bundled family, ``px`` pixels high (at least 1), with tabular figures.

    It is shared by all who ask for the same, so not to be changed.
    """
    return _font(max(1, round(px)), weight)


@lru_cache(maxsize=256)
def _font(px: int, weight: int) -> QFont:
    made = QFont(FAMILY)
    made.setPixelSize(px)
    made.setWeight(QFont.Weight(weight))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made
