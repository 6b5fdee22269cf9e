"""Long texts in several lines: an address is broken anywhere rather than left out."""

from __future__ import annotations

from PyQt6.QtGui import QFont, QFontMetricsF


def wrapped(font: QFont, text: str, room: float, most: int = 0) -> list[str]:
    """The text in lines of at most ``room`` px, broken at spaces, else after / . ; : = , else anywhere.

    Nothing is left out, unless ``most`` lines (0: any number) are too few: then the last holds the rest.
    """
    metrics = QFontMetricsF(font)
    lines: list[str] = []
    rest = text.strip()
    while rest and (len(lines) + 1 != most):
        fits = len(rest)
        while fits > 1 and metrics.horizontalAdvance(rest[:fits]) > room:
            fits = min(fits - 1, max(1, int(fits * room / metrics.horizontalAdvance(rest[:fits])) + 1))
        if fits < len(rest):
            fits = _break(rest, fits)
        lines.append(rest[:fits].rstrip())
        rest = rest[fits:].lstrip()
    return [*lines, rest] if rest else lines


def _break(text: str, fits: int) -> int:
    space = text.rfind(" ", 1, fits + 1)
    if space > fits // 2:
        return space
    mark = max(text.rfind(mark, 0, fits) for mark in "/.;:=,")
    return mark + 1 if mark + 1 > fits // 2 else fits
