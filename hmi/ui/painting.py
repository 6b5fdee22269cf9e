"""Small words for custom painting: colours from themes, text that is elided and never cut."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPolygonF

from hmi.config.machine import Tone
from hmi.present.theme import Theme
from hmi.ui import fonts

LEFT = Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignHCenter
ELLIPSIS = "…"


@lru_cache(maxsize=256)
def color(name: str) -> QColor:
    """A theme's colour as Qt's; shared, so not to be changed."""
    return QColor(name)


def begin(painter: QPainter) -> None:
    """Set the hints that all our painting wants."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)


def width(font: QFont, text: str) -> float:
    """How wide a text is in pixels; ``font`` is one of `fonts.font`."""
    return _width(font.pixelSize(), font.weight(), text)


@lru_cache(maxsize=4096)
def _width(px: int, weight: int, text: str) -> float:
    """Kept, because most words on a screen stay, and to lay one out takes as long as to draw it."""
    return QFontMetricsF(fonts.font(px, weight)).horizontalAdvance(text)


@lru_cache(maxsize=256)
def _cap_height(px: int, weight: int) -> float:
    return QFontMetricsF(fonts.font(px, weight)).capHeight()


def elided(font: QFont, text: str, room: float, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> str:
    """The text, or as much of it as has room, with an ellipsis; "" where not even that has."""
    return _fitted(font, text, room, mode)[0]


def _fitted(
    font: QFont, text: str, room: float, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
) -> tuple[str, float]:
    """The text as `elided`, and its width."""
    wide = width(font, text)
    if wide <= room:
        return text, wide
    short = QFontMetricsF(font).elidedText(text, mode, room)
    wide = width(font, short)
    return (short, wide) if wide <= room + 0.5 else ("", 0.0)


def text(
    painter: QPainter,
    at: QPointF,
    content: str,
    font: QFont,
    colour: str,
    *,
    room: float,
    align: Qt.AlignmentFlag = LEFT,
) -> float:
    """Draw one line on a baseline, elided to ``room`` px; its width is returned.

    ``at`` is where the line begins, ends (RIGHT) or has its middle (CENTRE).
    """
    shown, wide = _fitted(font, content, room)
    if not shown:
        return 0.0
    x = at.x() - (wide if align == RIGHT else wide / 2 if align == CENTRE else 0.0)
    painter.setFont(font)
    painter.setPen(color(colour))
    painter.drawText(QPointF(round(x), round(at.y())), shown)
    return wide


def joined(font: QFont, parts: Sequence[str], separator: str, room: float) -> str:
    """The first parts that have room, each whole; the first one in any case."""
    shown = ""
    for part in parts:
        longer = f"{shown}{separator}{part}" if shown else part
        if shown and width(font, longer) > room:
            break
        shown = longer
    return shown


def first_fitting(font: QFont, choices: Sequence[str], room: float) -> str:
    """The first of several ways to say something that has room; the last one in any case."""
    return next((each for each in choices if width(font, each) <= room), choices[-1])


def lines(font: QFont, content: str, room: float, most: int) -> list[str]:
    """A text in at most so many lines, broken between words; the last line is elided where it must be."""
    found: list[str] = []
    words = content.split()
    while words and len(found) < most - 1:
        count = 1
        while count < len(words) and width(font, " ".join(words[: count + 1])) <= room:
            count += 1
        found.append(elided(font, " ".join(words[:count]), room))
        words = words[count:]
    return [*found, elided(font, " ".join(words), room)] if words else found


def baseline(font: QFont, middle: float) -> float:
    """The baseline that puts capitals and digits in the middle of a height."""
    return middle + _cap_height(font.pixelSize(), font.weight()) / 2


def box(
    painter: QPainter, area: QRectF, radius: float, fill: str, line: str = "", line_width: float = 1.0
) -> None:
    """A rounded rectangle, with its line inside the area."""
    painter.setBrush(color(fill) if fill else Qt.BrushStyle.NoBrush)
    if line:
        pen = painter.pen()
        pen.setColor(color(line))
        pen.setWidthF(line_width)
        pen.setStyle(Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        half = line_width / 2
        area = area.adjusted(half, half, -half, -half)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(area, radius, radius)


def dot(painter: QPainter, centre: QPointF, radius: float, fill: str, *, hollow: bool = False) -> None:
    """A filled circle, or a ring where what it says is not known."""
    if hollow:
        pen = painter.pen()
        pen.setColor(color(fill))
        pen.setWidthF(max(1.5, radius / 3))
        pen.setStyle(Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius - 1, radius - 1)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(fill))
    painter.drawEllipse(centre, radius, radius)


def triangle_down(painter: QPainter, tip: QPointF, half: float, high: float, fill: str) -> None:
    """A pointer that stands on its tip."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(fill))
    painter.drawPolygon(
        QPolygonF([QPointF(tip.x() - half, tip.y() - high), QPointF(tip.x() + half, tip.y() - high), tip])
    )


def warning_sign(painter: QPainter, area: QRectF, fill: str, mark: str) -> None:
    """A triangle with an exclamation mark: abnormal by shape, not by colour alone."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(fill))
    middle = area.center().x()
    painter.drawPolygon(QPolygonF([QPointF(middle, area.top()), area.bottomRight(), area.bottomLeft()]))
    painter.setBrush(color(mark))
    thick = area.height() * 0.1
    stem = QRectF(middle - thick / 2, area.top() + area.height() * 0.36, thick, area.height() * 0.32)
    painter.drawRoundedRect(stem, thick / 2, thick / 2)
    painter.drawEllipse(QPointF(middle, area.top() + area.height() * 0.82), thick * 0.65, thick * 0.65)


def tone_colour(theme: Theme, tone: Tone | str) -> str:
    """The colour of a machine state's tone."""
    match tone:
        case "running":
            return theme.running
        case "fault":
            return theme.fault
        case "stopped":
            return theme.text_faint
        case _:
            return theme.idle
