"""What was wrong with a link, in the language of the panel.

Sources tell causes in English, with the address and the figures of the case. The English texts ``cause.…``
are these wordings, each ``{name}`` one part of the case; what they say is said anew by the text of the same
id in the panel's language. What is not known is shown as it came, because an engineer is better served by it
than by nothing. `tests/present/test_every_cause.py` holds the texts to the sources' own code.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final

from hmi.present.texts import FALLBACK, Texts, own_catalogue

_PART: Final = re.compile(r"\{(\w+)\}")
_WORDS: Final = {
    "where": r"\S+",
    "what": r"[\w ]+",
    "seconds": r"[\d.]+",
    "period": r"[\d.]+",
    "ms": r"[\w.+-]+",
    "count": r"\d+",
    "number": r"\d+",
    "next": r"\d+",
    "most": r"\d+",
    "now": r"\d[\w :-]*",
    "before": r"\d+",
    "digits": r"[0-9A-Fa-f ]+",
    "missing": r"\w+",
    "other": r"\w+",
}
"""What a part of a case looks like; any text where nothing is said. A lazy one that ends a wording takes its
first letter alone: the rest stays where it is, which comes to the same.
"""

_SYSTEM: Final = (
    (r"(?:\[Errno -?\d+\] )?Connect call failed \([^()]*\)", "unreachable"),
    (r"\bConnection refused\b", "refused_short"),
    (r"\bNo route to host\b", "no_route"),
    (r"\bNetwork is unreachable\b", "no_network"),
    (r"\b[Nn]o such file or directory\b", "system_no_file"),
    (r"\b[Pp]ermission denied\b", "system_denied"),
    (r"\b[Dd]evice or resource busy\b", "system_busy"),
)
"""Wordings of the operating system, which ours only stand for."""

_NAMES: Final = (
    (r"\bunit (?P<unit>\d+)(?=, (?:coil|discrete_input|input_register|holding_register) \d)", "modbus.unit"),
    *(
        (rf"\b{table}(?= \d)", f"modbus.{table}")
        for table in ("coil", "discrete_input", "input_register", "holding_register")
    ),
)
"""What was asked of a Modbus device: said as the addresses of tags are."""


def known(cause: str) -> Iterator[str]:
    """The ids of the texts that say what is known of a cause, those of the longest wordings first."""
    for pattern, text_id in _candidates(cause):
        cause, count = pattern.subn("\n", cause)
        if count:
            yield text_id


@functools.lru_cache(maxsize=1024)  # the same causes stand on the screen, frame after frame
def in_words(cause: str, texts: Texts) -> str:
    """A cause as a source told it, what is known of it in the panel's language."""
    for pattern, text_id in _candidates(cause):
        cause = pattern.sub(lambda found, text_id=text_id: _said(found, text_id, texts), cause)  # type: ignore[misc]
    return cause


def _candidates(cause: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """Those of `_known` that may be in a cause: to look for a literal part takes a hundredth of the time."""
    return (wording for wording, literal in zip(_known(), _literals(), strict=True) if literal in cause)


@functools.cache
def _literals() -> tuple[str, ...]:
    """Of each of `_known` a text without which it is not there; "" where none is known."""
    texts = own_catalogue()[FALLBACK]
    shaped = {f"cause.{name}" for _, name in _SYSTEM} | {text_id for _, text_id in _NAMES}
    return tuple(
        "" if text_id in shaped else max(_PART.split(texts[text_id])[::2], key=len) for _, text_id in _known()
    )


@functools.cache
def _known() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The wordings, the longest first: a short one may be part of it."""
    system = [(re.compile(pattern), f"cause.{name}") for pattern, name in _SYSTEM]
    ours = {
        text_id: text
        for text_id, text in own_catalogue()[FALLBACK].items()
        if text_id.startswith("cause.") and all(text_id != other for _, other in system)
    }
    longest = sorted(ours.items(), key=lambda each: -len(each[1]))
    names = [(re.compile(pattern), text_id) for pattern, text_id in _NAMES]
    return (*((_pattern(text_id, text), text_id) for text_id, text in longest), *system, *names)


def _pattern(text_id: str, text: str) -> re.Pattern[str]:
    literal_and_part = _PART.split(text)
    pattern = "".join(
        f"(?P<{part}>{_WORDS.get(part, '.+?')})" if i % 2 else re.escape(part)
        for i, part in enumerate(literal_and_part)
    )
    # What was being done ends a clause; elsewhere the same words may mean something else.
    return re.compile(rf"\b{pattern}(?=:|\)|$)" if text_id.startswith("cause.while_") else pattern)


def _said(found: re.Match[str], text_id: str, texts: Texts) -> str:
    return texts.text(text_id, **found.groupdict())
