"""View model of a replay: which recording, the moment that is shown, what happened when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hmi.link.messages import LatencyShown, ReplayAbout, ReplayStanding
from hmi.model.clock import SECOND
from hmi.present import format as formats
from hmi.present.texts import Texts

RATES: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
"""How many times as fast as it was a replay can go on."""

_SHORT_OF: Final = 0.95
"""A rate that is reached to this share is not said to be missed."""

_MARKS: Final = 2000
"""Marks that are told apart on a bar: as many as a wide screen has pixels."""


@dataclass(frozen=True, slots=True)
class TimeScale:
    """From UTC ns to the share of a bar, and back."""

    begin: int
    end: int

    def share(self, utc: int) -> float:
        """0 at the begin, 1 at the end and beyond."""
        return min(max((utc - self.begin) / max(self.end - self.begin, 1), 0.0), 1.0)

    def utc(self, share: float) -> int:
        """UTC ns of a share from 0 to 1."""
        return self.begin + round(min(max(share, 0.0), 1.0) * (self.end - self.begin))


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The bar: spans and marks as shares from 0 to 1, the times at its ends, the moment that is shown.

    ``marks`` hold their kind, see `hmi.link.messages.ReplayAbout`; each share and kind stands once. ``loop``:
    what is played again and again, or from where on, until its end is chosen.
    """

    spans: tuple[tuple[float, float], ...]
    marks: tuple[tuple[float, str], ...]
    begin: str
    end: str
    at: float
    now: str
    ended: str
    loop: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class RateView:
    """``rate`` as chosen, ``reached`` where that is less; ``slowest`` and ``fastest``: there is no other."""

    playing: bool
    rate: str
    reached: str
    slowest: bool
    fastest: bool


class ReplayTimes:
    """What never changes of one recording's bar."""

    def __init__(self, about: ReplayAbout) -> None:
        self.about = about
        self.scale = TimeScale(about.begin, about.end)
        pairs = np.frombuffer(about.spans, "<i8").reshape(-1, 2)
        self._spans = tuple((self.scale.share(int(a)), self.scale.share(int(b))) for a, b in pairs)
        marks = zip(np.frombuffer(about.marks, "<i8"), about.kinds, strict=True)
        told = {(round(self.scale.share(int(utc)) * _MARKS), kind) for utc, kind in marks}
        self._marks = tuple((share / _MARKS, kind) for share, kind in sorted(told))

    def timeline(self, utc: int, *, ended: bool, texts: Texts, loop: tuple[int, ...] = ()) -> TimelineView:
        """The bar at the moment ``utc`` (ns); ``loop`` has no, one or both ends."""
        return TimelineView(
            spans=self._spans,
            marks=self._marks,
            begin=formats.clock(self.about.begin),
            end=formats.clock(self.about.end),
            at=self.scale.share(utc),
            now=formats.clock(utc),
            ended=texts.text("replay.ended") if ended else "",
            loop=(self.scale.share(loop[0]), self.scale.share(loop[-1])) if loop else None,
        )


def rate_view(chosen: float, standing: ReplayStanding | None, texts: Texts) -> RateView:
    """The rate that is chosen, and what is reached of it while it plays."""
    playing = standing is not None and standing.rate > 0 and not standing.ended
    reached = ""
    if standing is not None and playing and 0 < standing.reached < standing.rate * _SHORT_OF:
        reached = texts.text("replay.reached", rate=_figure(standing.reached))
    return RateView(
        playing,
        texts.text("replay.rate", rate=_figure(chosen)),
        reached,
        chosen == RATES[0],
        chosen == RATES[-1],
    )


def watermark(utc: int, texts: Texts) -> str:
    """What stands across all that is recorded: that it is, and of when; changes once a second."""
    return f"{texts.text('replay.word')}  {formats.date(utc, texts)} {formats.clock(utc // SECOND * SECOND)}"


def latency_then(shown: LatencyShown | None, texts: Texts) -> str:
    """What stands where a live panel has its latency: the one that a panel showed then, if any did."""
    if shown is None or shown.now is None:
        return texts.text("replay.not_live")
    return texts.text("replay.showed", now=shown.now, p99="–" if shown.p99 is None else shown.p99)


def next_rate(chosen: float, step: int) -> float:
    """The rate that is ``step`` faster or slower."""
    at = RATES.index(chosen) + step
    return RATES[min(max(at, 0), len(RATES) - 1)]


def _figure(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 100 else f"{rate:.3g}"
