"""How each style of the twin is drawn in a theme: pens and brushes, made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

from hmi.present.scene_parts import Item
from hmi.present.theme import Theme
from hmi.ui.hatch import hatch

_VEIL_PERIOD: Final = 11.3

_CALM: Final = 0.3
"""This part of a zone, around its middle, is as it should be."""
ZONE_STEPS: Final = 32
"""In how many steps a zone's colour goes from cold to hot: too fine to see, too coarse to repaint noise."""


def veil(theme: Theme, scale: float) -> QBrush:
    """The hatch without its ground: over a picture that was true once and is not live."""
    period = max(6, round(_VEIL_PERIOD * scale))
    tile = QPixmap(period, period)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    line = QColor(theme.hatch_line)
    line.setAlpha(150)
    painter.setPen(QPen(line, 2.6 * scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    for x in (-period, 0, period):
        painter.drawLine(QPointF(x - 2, period + 2), QPointF(x + period + 2, -2))
    painter.end()
    return QBrush(tile)


def mixed(cold: str, hot: str, part: float) -> QColor:
    """A colour between two: ``part`` 0 is the first, 1 the second."""
    a, b = QColor(cold), QColor(hot)
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(low + (high - low) * part) for low, high in pairs))


def _clear(colour: str, alpha: int) -> QColor:
    made = QColor(colour)
    made.setAlpha(alpha)
    return made


@dataclass(frozen=True, slots=True)
class Stroke:
    """How the outline and the inside of an item are drawn; ``pen`` None: not at all."""

    pen: QPen
    brush: QBrush


class Styles:
    """The strokes of a theme at a scale of the design."""

    def __init__(self, theme: Theme, scale: float) -> None:
        self.theme = theme
        self._scale = scale
        self.veil = veil(theme, scale)
        self._nothing = QBrush(Qt.BrushStyle.NoBrush)
        self.frozen = Stroke(self._pen(theme.hatch_line, 1.2), hatch(theme, scale))
        self.crosshair = self._pen(theme.tool, 1.2)
        self.ring = self._pen(theme.tool, 2.0)
        self.trail_colour = QColor(theme.running)
        none = QBrush(Qt.BrushStyle.NoBrush)
        dashed = self._pen(theme.text_faint, 1.2)
        dashed.setDashPattern([6 / 1.2, 5 / 1.2])
        self.unplaced = Stroke(dashed, none)
        edge = theme.band if theme.name == "dark" else theme.limit
        groove = theme.background if theme.name == "dark" else theme.structure_line
        self._strokes = {
            "structure": Stroke(self._pen(theme.structure_line, 1.5), QBrush(QColor(theme.structure))),
            "fixture": Stroke(self._pen(edge, 1.5), QBrush(QColor(theme.fixture))),
            "workpiece": Stroke(self._pen(theme.workpiece_line, 1.5), QBrush(QColor(theme.workpiece))),
            "moving": Stroke(self._pen(theme.limit, 1.2), QBrush(QColor(theme.moving))),
            "tool": Stroke(QPen(Qt.PenStyle.NoPen), QBrush(QColor(theme.tool))),
            "envelope": Stroke(dashed, none),
            "rail": Stroke(self._pen(groove, 3.0, Qt.PenCapStyle.FlatCap), QBrush(QColor(theme.line))),
            "grid": Stroke(self._pen(theme.grid, 1.0), none),
            "jet": Stroke(QPen(Qt.PenStyle.NoPen), QBrush(_clear(theme.running, 150))),
            "glass": Stroke(QPen(_clear(theme.limit, 130), scale), QBrush(_clear(theme.text, 12))),
            "marker": Stroke(self._pen(theme.limit, 2.0), QBrush(QColor(theme.running))),
        }
        self._zones: dict[tuple[str, int], QBrush] = {}
        self._fluids = {
            tint: Stroke(QPen(Qt.PenStyle.NoPen), QBrush(QColor(colour)))
            for tint, colour in (
                ("none", theme.water),
                ("water", theme.water),
                ("acid", theme.acid),
                ("alkaline", theme.alkaline),
                ("dye", theme.dye),
            )
        }

    def of(self, item: Item) -> Stroke:
        """How an item is drawn now."""
        if not item.live and item.style not in ("grid", "envelope", "label", "trail"):
            stroke = self.unplaced if item.unknown else self.frozen
            # What stands behind a door that is not live is still the last that was known of it.
            return Stroke(stroke.pen, self._nothing) if item.style == "glass" else stroke
        stroke = self._fluids[item.tint] if item.style == "fluid" else self._strokes[item.style]
        if item.zone is not None:
            return Stroke(stroke.pen, self._zone(stroke.brush.color().name(), round(item.zone * ZONE_STEPS)))
        return stroke

    def _zone(self, own: str, step: int) -> QBrush:
        """Cold, the part's own colour in the middle, hot: what is as it should be is not coloured."""
        if (own, step) not in self._zones:
            part = 2.0 * step / ZONE_STEPS - 1.0
            end = self.theme.zone_cold if part < 0.0 else self.theme.zone_hot
            share = max(0.0, (abs(part) - _CALM) / (1.0 - _CALM))
            self._zones[own, step] = QBrush(mixed(own, end, share))
        return self._zones[own, step]

    def uncertain(self, stroke: Stroke) -> Stroke:
        """The same with the mark of an uncertain value: a dashed edge."""
        pen = self._pen(self.theme.text, 1.2)
        pen.setDashPattern([3, 3])
        return Stroke(pen, stroke.brush)

    def _pen(self, colour: str, width: float, cap: Qt.PenCapStyle = Qt.PenCapStyle.RoundCap) -> QPen:
        pen = QPen(QColor(colour), width * self._scale)
        pen.setCapStyle(cap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        return pen
