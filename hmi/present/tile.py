"""View models of one tag on a machine's screen: the analogue tile and the plain readout."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.config.base import Span
from hmi.config.tags import Tag
from hmi.present import format as formats
from hmi.present import quality
from hmi.present.quality import Look, Quality
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts


@dataclass(frozen=True, slots=True)
class ReadoutView:
    """A figure: ``label``, ``value`` ("" before the first sample), ``unit`` and quality."""

    label: str
    value: str
    unit: str
    quality: Quality


@dataclass(frozen=True, slots=True)
class Scale:
    """What does not move on an analogue indicator, as fractions 0 … 1 of its track; ``normal`` in words."""

    band: tuple[float, float] | None
    limits: tuple[float, ...]
    normal: str


@dataclass(frozen=True, slots=True)
class TileView:
    """An analogue indicator.

    ``scale``    None where the tag has no range to be shown on
    ``pointer``  fraction 0 … 1 where the value stands, clipped to the ends; None: nothing to point at
    ``beyond``   the value is outside its limits (or of the scale): drawn as abnormal
    """

    readout: ReadoutView
    scale: Scale | None
    pointer: float | None
    beyond: bool


def readout(session: Session, frame: Frame, index: int, texts: Texts) -> ReadoutView:
    """The readout of a tag; ``texts`` are those of its machine."""
    tag = session.tag(index)
    shown = quality.of(session, frame, index, texts)
    value = "" if shown.look is Look.EMPTY else formats.value(session.value(index), tag, texts)
    return ReadoutView(formats.label(tag, texts), value, tag.unit, shown)


def tile(session: Session, frame: Frame, index: int, texts: Texts) -> TileView:
    """The tile of a tag; ``texts`` are those of its machine."""
    tag = session.tag(index)
    figure = readout(session, frame, index, texts)
    span = display_span(tag)
    value = session.value(index)
    if span is None or isinstance(value, bool | str | tuple):
        return TileView(figure, None, None, False)
    number = float(value)
    pointer = None
    if figure.quality.look is not Look.EMPTY and number == number:
        pointer = round(_fraction(number, span), 3)
    return TileView(figure, scale(tag, span, texts), pointer, pointer is not None and is_beyond(number, tag))


def display_span(tag: Tag) -> Span | None:
    """What a tag's scale spans: its range, else what its normal band and limits need, else None."""
    if tag.range is not None:
        return tag.range
    marks = [*_limits(tag)]
    if tag.normal is not None:
        marks += [tag.normal.low, tag.normal.high]
    if len(marks) < 2 or min(marks) == max(marks):
        return None
    margin = (max(marks) - min(marks)) / 4
    return Span(low=min(marks) - margin, high=max(marks) + margin)


def scale(tag: Tag, span: Span, texts: Texts) -> Scale:
    """Band and limits of a tag on a span; limits outside it are left out."""
    band, normal = None, ""
    if tag.normal is not None:
        low, high = (formats.value(each, tag, texts) for each in (tag.normal.low, tag.normal.high))
        normal = f"{texts.text('tile.normal', low=low, high=high)} {tag.unit}".rstrip()
        band = (_fraction(tag.normal.low, span), _fraction(tag.normal.high, span))
    inside = (each for each in _limits(tag) if span.low < each < span.high)
    return Scale(band, tuple(_fraction(each, span) for each in inside), normal)


def is_beyond(value: float, tag: Tag) -> bool:
    """Whether a value is outside the tag's limits, or outside its range where it has no limits."""
    limits = tag.limits
    low = high = None
    if limits is not None:
        low = limits.low if limits.low is not None else limits.low_low
        high = limits.high if limits.high is not None else limits.high_high
    if low is None and high is None and tag.range is not None:
        low, high = tag.range.low, tag.range.high
    return (low is not None and value < low) or (high is not None and value > high)


def _limits(tag: Tag) -> tuple[float, ...]:
    if tag.limits is None:
        return ()
    four = (tag.limits.low_low, tag.limits.low, tag.limits.high, tag.limits.high_high)
    return tuple(each for each in four if each is not None)


def _fraction(value: float, span: Span) -> float:
    return min(1.0, max(0.0, (value - span.low) / (span.high - span.low)))
