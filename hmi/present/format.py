"""Values as people read them on a machine: pure functions, the language's marks from the texts."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final

from hmi.config.tags import Tag
from hmi.model.values import Value, ValueType
from hmi.present.texts import Texts

MINUS: Final = "\N{MINUS SIGN}"
THIN_SPACE: Final = "\N{THIN SPACE}"
_DAY: Final = 86_400
_ROUND_MINUTES: Final = 10
"""From here on an age leaves out its seconds, so that it still fits a badge."""
_WORDS_KEPT: Final = 4
"""How many items of an array are written out."""


def number(value: int | float, decimals: int, point: str = ".") -> str:
    """A number with fixed decimals, thin spaces between thousands and a real minus; no negative zero.

    Integers of any size stay exact. NaN and the infinities show as "–" and "∞".
    """
    if isinstance(value, float) and not math.isfinite(value):
        return "–" if math.isnan(value) else (MINUS if value < 0 else "") + "∞"
    plain = f"{value:,.{decimals}f}" if isinstance(value, float) or decimals else f"{value:,d}"
    digits = plain.lstrip("-").replace(",", THIN_SPACE).replace(".", point)
    negative = plain.startswith("-") and any(c in "123456789" for c in digits)
    return MINUS + digits if negative else digits


def duration(seconds: float) -> str:
    """The time that something takes: ``3:42`` minutes and seconds, ``1:03:42``, ``2 d 03:42`` (h:min).

    Whole seconds, rounded down; a negative duration counts as none, NaN shows as "–".
    """
    if not math.isfinite(seconds):
        return "–"
    whole = max(0, int(seconds))
    days, rest = divmod(whole, _DAY)
    hours, rest = divmod(rest, 3600)
    minutes, last = divmod(rest, 60)
    if days:
        return f"{days} d {hours:02d}:{minutes:02d}"
    return f"{hours}:{minutes:02d}:{last:02d}" if hours else f"{minutes}:{last:02d}"


def age(seconds: float) -> str:
    """How long ago, or for how long: ``<1 s``, ``14 s``, ``2 min 7 s``, ``12 min``, ``1 h 3 min``.

    From a day on ``2 d 3 h``. In units, unlike `duration`: "since 0:05" would read as a time of day.
    Whole units, rounded down.
    """
    if not math.isfinite(seconds):
        return "–"
    if seconds < 1:
        return "<1 s"
    minutes, last = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    if minutes >= _ROUND_MINUTES:
        return f"{minutes} min"
    return f"{minutes} min {last} s" if minutes else f"{last} s"


def rough_age(seconds: float) -> str:
    """As `age`, in its largest unit alone, where other words need the room: ``14 s``, ``2 min``, ``1 h``."""
    return " ".join(age(seconds).split()[:2])


def exact_age(seconds: float, point: str = ".") -> str:
    """An age for an engineer: tenths of a second below a minute, then as `age`."""
    if not math.isfinite(seconds):
        return "–"
    return f"{number(math.floor(seconds * 10) / 10, 1, point)} s" if seconds < 60 else age(seconds)


def interval(seconds: float, point: str = ".") -> str:
    """An update interval: ``50 ms``, ``1.5 s``; "–" for none."""
    if seconds <= 0:
        return "–"
    if seconds >= 1:
        return f"{number(float(f'{seconds:.3g}'), 0 if seconds == int(seconds) else 1, point)} s"
    milliseconds = seconds * 1000
    whole = math.isclose(milliseconds, round(milliseconds), abs_tol=0.05)
    return f"{number(milliseconds, 0 if whole else 1, point)} ms"


def clock(utc: int) -> str:
    """The wall time of the panel's time zone, ``14:07:32``, of UTC ns."""
    return f"{_local(utc):%H:%M:%S}"


def date(utc: int, texts: Texts) -> str:
    """The day of the panel's time zone in the language's form."""
    day = _local(utc)
    weekday = texts.text(f"weekday.{day.weekday()}")
    return texts.text("format.date", weekday=weekday, day=f"{day:%d}", month=f"{day:%m}", year=f"{day:%Y}")


def since(utc: int, now: int, texts: Texts) -> str:
    """A moment that has been: its time of day, with its day where that is another than today's."""
    told = clock(utc)
    return told if _local(utc).date() == _local(now).date() else f"{date(utc, texts)} {told}"


def _local(utc: int) -> datetime:
    return datetime.fromtimestamp(utc / 1e9).astimezone()


def value(value: Value, tag: Tag, texts: Texts) -> str:
    """A tag's value without its unit; ``texts`` are those of the tag's machine.

    An enum shows the text ``<tag>.<NAME>``, else the name, else the bare number.
    """
    point = texts.text("format.point")
    if tag.type is ValueType.ENUM and isinstance(value, int):
        return enum_label(value, tag, texts)
    if isinstance(value, bool):
        return texts.text("value.true" if value else "value.false")
    if isinstance(value, str):
        return value or texts.text("value.none")
    if isinstance(value, tuple):
        decimals = 0 if tag.type is ValueType.INTS else tag.decimals
        shown = "; ".join(number(each, decimals, point) for each in value[:_WORDS_KEPT])
        return shown + ("; …" if len(value) > _WORDS_KEPT else "")
    return number(value, tag.decimals if isinstance(value, float) else 0, point)


def enum_label(value: int, tag: Tag, texts: Texts) -> str:
    """The text of an enum's value; see `value`."""
    name = tag.labels.get(value)
    if name is None:
        return str(value)
    text_id = f"{tag.name}.{name}"
    return texts.text(text_id) if texts.has(text_id) else name


def label(tag: Tag, texts: Texts) -> str:
    """What a tag is called: the text ``tag.<name>``, else its name."""
    text_id = f"tag.{tag.name}"
    return texts.text(text_id) if texts.has(text_id) else tag.name
