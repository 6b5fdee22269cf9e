"""Which stretch of time a trend shows: live at the end of time, or standing somewhere before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from hmi.model.clock import SECOND

SHORTEST: Final = 10 * SECOND
LONGEST: Final = 24 * 3600 * SECOND
PRESETS: Final = (60, 300, 900, 3600)
"""Seconds."""


@dataclass(frozen=True, slots=True)
class TrendWindow:
    """``span`` ns that end at ``end`` (UTC ns), or at the present where ``end`` is None: live."""

    span: int = 300 * SECOND
    end: int | None = None

    @property
    def live(self) -> bool:
        """Whether the window goes along with time."""
        return self.end is None

    def at(self, now: int) -> tuple[int, int]:
        """(begin, end) at ``now``, UTC ns."""
        end = now if self.end is None else self.end
        return end - self.span, end

    def moved(self, by: int, now: int) -> TrendWindow:
        """Later by ``by`` ns (negative: back in time). One that would pass the present becomes live."""
        end = (now if self.end is None else self.end) + by
        return replace(self, end=None if end >= now else end)

    def paused(self, now: int) -> TrendWindow:
        """Standing where it is now."""
        return self if self.end is not None else replace(self, end=now)

    def to_live(self) -> TrendWindow:
        """At the end of time."""
        return replace(self, end=None)

    def of_span(self, span: int) -> TrendWindow:
        """As long as asked for, within what is possible, with the same end."""
        return replace(self, span=min(max(span, SHORTEST), LONGEST))

    def zoomed(self, factor: float, around: int, now: int) -> TrendWindow:
        """Stretched by ``factor`` (above 1: more detail) while the moment ``around`` stays in place.

        A live window stays live: the present is what stays in place.
        """
        changed = self.of_span(round(self.span / factor))
        if self.end is None:
            return changed
        share = (self.end - around) / self.span
        end = around + round(share * changed.span)
        return replace(changed, end=None if end >= now else end)
