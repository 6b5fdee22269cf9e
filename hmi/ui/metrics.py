"""How large things are on this screen: the design's scale, and millimetres from the real dpi."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QWidget

from hmi.ui import fonts

DESIGN_WIDTH: Final = 1280
DESIGN_HEIGHT: Final = 800
TOUCH_MM: Final = 12.0
"""The least side of anything that is touched (a gloved finger); machine commands have their own, larger."""

LEAST_FONT_PX: Final = 11.0
"""No text is smaller, however small the window."""

_SMALLEST_SCALE: Final = 0.85
_LARGEST_SCALE: Final = 3.0
_PLAUSIBLE_DPI: Final = (60.0, 400.0)
_FALLBACK_DPI: Final = 96.0


def dots_per_inch(widget: QWidget) -> float:
    """What the screen of a widget claims; 0 where it has none."""
    screen = widget.screen()
    return 0.0 if screen is None else screen.physicalDotsPerInch()


@dataclass(frozen=True, slots=True)
class Metrics:
    """``scale`` from the 1280 × 800 design to this window; ``per_mm`` pixels in a millimetre."""

    scale: float
    per_mm: float

    @classmethod
    def of(cls, widget: QWidget) -> Metrics:
        """The metrics of the window that a widget stands in.

        A window may keep its screen's `dots_per_inch` as ``dpi``: to ask Qt takes as long as to draw a word.
        """
        window = widget.window() or widget
        dpi = getattr(window, "dpi", None)
        return cls.compute(window.width(), window.height(), dots_per_inch(widget) if dpi is None else dpi)

    @classmethod
    @lru_cache(maxsize=16)  # every widget asks for them in every paint
    def compute(cls, width: int, height: int, dpi: float) -> Metrics:
        """From a window's size in pixels and the dpi that the screen claims, if that can be true."""
        scale = min(width / DESIGN_WIDTH, height / DESIGN_HEIGHT)
        low, high = _PLAUSIBLE_DPI
        real = dpi if low <= dpi <= high else _FALLBACK_DPI
        return cls(min(max(scale, _SMALLEST_SCALE), _LARGEST_SCALE), real / 25.4)

    def px(self, design: float) -> int:
        """A length of the design in whole pixels of this window."""
        return round(design * self.scale)

    def touch(self, design: float) -> int:
        """A length of the design, but never less than a finger needs."""
        return max(self.px(design), round(TOUCH_MM * self.per_mm + 0.5))

    def font(self, design_px: float, weight: int = fonts.REGULAR) -> QFont:
        """The bundled font at a size of the design."""
        return fonts.font(max(design_px * self.scale, LEAST_FONT_PX), weight)
