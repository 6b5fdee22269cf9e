"""Axes of trends: round local times along, steady round numbers up."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final

import numpy as np

from hmi.config.base import Span
from hmi.config.tags import Tag
from hmi.model.clock import SECOND
from hmi.present import format as formats
from hmi.present.scene_layout import round_ticks

STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400)
"""Seconds between ticks that people find round."""

_MOST_DECIMALS: Final = 9
_LEAST_SHARE: Final = 0.04
"""A level signal is not blown up beyond this share of its tag's range."""


def time_ticks(begin: int, end: int, most: int) -> list[tuple[int, str]]:
    """At most ``most`` (at least 1) round local times in [begin, end] (UTC ns), with their texts.

    Steps that divide a day are counted from local midnight, so that they stay round in every time zone;
    over a change of the clocks a tick may be missing, none is wrong.
    """
    span = (end - begin) / SECOND
    step = next((s for s in STEPS if span / s <= max(most, 1)), STEPS[-1])
    first = datetime.fromtimestamp(begin / SECOND).astimezone()
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = int(np.ceil((begin / SECOND - midnight.timestamp()) / step - 1e-9))
    form = "%H:%M:%S" if step < 60 else "%H:%M"
    ticks: list[tuple[int, str]] = []
    for number in range(passed, passed + max(most, 1) + 2):
        moment = round(midnight.timestamp() + number * step)
        if begin <= moment * SECOND <= end:
            local = datetime.fromtimestamp(moment).astimezone()
            ticks.append((moment * SECOND, f"{local:{form}}"))
    return ticks


def scale_ticks(span: Span, pixels: float, apart: float, point: str) -> list[tuple[float, str]]:
    """Round numbers in a span that is ``pixels`` high, ``apart`` pixels from one another, with their texts.

    Always two at least, so that a scale can be read: where no two round ones have room, the span's ends.
    """
    ticks = round_ticks(span.low, span.high, pixels, apart)
    if len(ticks) < 2:
        ticks = [span.low, span.high]
    step = ticks[1] - ticks[0]
    exact = (d for d in range(_MOST_DECIMALS) if all(abs(round(t, d) - t) < step * 1e-6 for t in ticks))
    decimals = next(exact, _MOST_DECIMALS)
    return [(each, formats.number(each, decimals, point)) for each in ticks]


def value_span(tag: Tag, low: float, high: float, shown: Span | None = None) -> Span:
    """The scale for values between ``low`` and ``high`` (NaN: none known).

    It keeps ``shown``, the scale in use, as long as everything fits and fills a third of it; otherwise
    it is made anew, rounded outwards, and no narrower than a small share of the tag's range.
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return shown or tag.range or tag.normal or Span(low=0.0, high=1.0)
    if shown is not None and shown.low <= low and high <= shown.high:
        least = _least(tag, low, high)
        if max(high - low, least) >= (shown.high - shown.low) / 3:
            return shown
    least = _least(tag, low, high)
    middle, width = (low + high) / 2, max(high - low, least) * 1.25
    step = _round_step(width / 4)
    bottom = float(np.floor((middle - width / 2) / step) * step)
    top = float(np.ceil((middle + width / 2) / step) * step)
    if tag.range is not None:
        # No scale goes where the tag cannot, unless the values do.
        bottom = tag.range.low if bottom < tag.range.low <= low else bottom
        top = tag.range.high if high <= tag.range.high < top else top
    return Span(low=bottom, high=max(top, bottom + step))


def _least(tag: Tag, low: float, high: float) -> float:
    if tag.range is not None:
        return (tag.range.high - tag.range.low) * _LEAST_SHARE
    return max(abs(low), abs(high), 1.0) * _LEAST_SHARE


def _round_step(width: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(width))
    return power * next(m for m in (1.0, 2.0, 5.0, 10.0) if m * power >= width * (1 - 1e-9))
