"""What stands over each line of a plot: its name, a value with its unit, and how far that can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hmi.config.tags import Tag
from hmi.model.values import Value, ValueType
from hmi.present import format as formats
from hmi.present import quality
from hmi.present.quality import Look
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """``figure`` the value and its unit; ``note`` of when it is, or what is wrong with it."""

    label: str
    figure: str
    note: str
    look: Look


def present(session: Session, frame: Frame, index: int, texts: Texts, *, live: bool) -> LegendEntry:
    """The present value of a tag; ``live`` whether the plot shows the present too."""
    tag = session.tag(index)
    shown = quality.of(session, frame, index, texts)
    figure = "" if shown.look is Look.EMPTY else _figure(session.value(index), tag, texts)
    note = shown.badge or texts.text("trends.fresh" if live else "trends.now")
    return LegendEntry(formats.label(tag, texts), figure, note, shown.look)


def past(tag: Tag, value: float, time: int, texts: Texts) -> LegendEntry:
    """The value that held at a moment (UTC ns); NaN where nothing was known."""
    label, when = formats.label(tag, texts), formats.clock(time)
    if math.isnan(value):
        return LegendEntry(label, "", texts.text("trends.unknown_at", time=when), Look.EMPTY)
    return LegendEntry(label, _figure(typed(value, tag), tag, texts), when, Look.LIVE)


def typed(value: float, tag: Tag) -> Value:
    """A number of a trend as its tag's type reads; past 2**53 an integer is rounded."""
    match tag.type:
        case ValueType.BOOL:
            return value != 0
        case ValueType.FLOAT:
            return value
        case _:
            return round(value)


def _figure(value: Value, tag: Tag, texts: Texts) -> str:
    return " ".join(filter(None, (formats.value(value, tag, texts), tag.unit)))
