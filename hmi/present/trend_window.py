"""Which stretch of time a trend shows: live at the end of time, or standing somewhere before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from hmi.model.clock import SECOND

SHORTEST: Final = 10 * SECOND
LONGEST: Final = 24 * 3600 * SECOND
PRESETS: Final = (60, 300, 900, 3600)
"""Seconds."""

_MARGIN: Final = 20
"""The share of a window, as a divisor, that is shown of the time before the first that is known."""


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

    def moved(self, by: int, now: int, earliest: int | None = None) -> TrendWindow:
        """Later by ``by`` ns (negative: back), but neither past the present nor far before ``earliest``.

        A window that stands goes on standing, also at the present: only `to_live` ends that. ``earliest``
        (UTC ns) is where there is nothing more to see; it stops just inside the window, which stays where
        it is if it reaches beyond that already.
        """
        stood = now if self.end is None else self.end
        end = min(stood + by, now)
        if earliest is not None:
            end = max(end, min(stood, earliest - self.span // _MARGIN + self.span))
        return self if self.end is None and end >= now else replace(self, end=end)

    def paused(self, now: int) -> TrendWindow:
        """Standing where it is now."""
        return self if self.end is not None else replace(self, end=now)

    def to_live(self) -> TrendWindow:
        """At the end of time."""
        return replace(self, end=None)

    def of_span(self, span: int) -> TrendWindow:
        """As long as asked for, within what is possible, with the same end."""
        return replace(self, span=min(max(span, SHORTEST), LONGEST))

    def zoomed(self, factor: float, around: int, now: int, earliest: int | None = None) -> TrendWindow:
        """Stretched by ``factor`` (above 1: more detail) while the moment ``around`` stays in place.

        A live window stays live: the present is what stays in place. One that stands goes on standing, and
        moves as far as it must so that what is known, from ``earliest`` (UTC ns) on, stays in view.
        """
        changed = self.of_span(round(self.span / factor))
        if self.end is None:
            return changed
        share = (self.end - around) / self.span
        end = around + round(share * changed.span)
        if earliest is not None:
            end = max(end, earliest - changed.span // _MARGIN + changed.span)
        return replace(changed, end=min(end, now))
