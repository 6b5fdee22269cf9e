"""From program text to address words, line by line (ISO 6983-1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from twinpane_haas_vf6ss.gcode.errors import GCodeError

_WORD = re.compile(r"([A-Z])\s*([+-]?(?:\d+\.?\d*|\.\d+))")
_COMMENT = re.compile(r"\(([^()]*)\)")
_LETTERS = frozenset("DFGHIJKLMNOPQRSTXYZ")
_REPEATABLE = frozenset("GM")


@dataclass(frozen=True, slots=True)
class Word:
    """``X-12.5`` → letter X, value -12.5; ``pointed`` says whether a decimal point was written."""

    letter: str
    value: float
    pointed: bool


@dataclass(frozen=True, slots=True)
class ProgramLine:
    """One line: its address words without N, and its comment."""

    number: int
    words: tuple[Word, ...]
    comment: str

    def codes(self, letter: str) -> tuple[str, ...]:
        """The line's G or M codes in a normal form: ``G01`` → ``G1``."""
        return tuple(f"{letter}{word.value:g}" for word in self.words if word.letter == letter)

    def word(self, letter: str) -> Word | None:
        """The word of an address that stands at most once."""
        return next((word for word in self.words if word.letter == letter), None)

    def value(self, letter: str) -> float | None:
        """The number of an address, None where it is not programmed."""
        found = self.word(letter)
        return None if found is None else found.value


def read_line(text: str, number: int) -> ProgramLine:
    """Read one line; ``/`` (block delete, switch off) is passed over, ``%`` and empty lines have no words.

    Raises:
        GCodeError: text that is no address word, an open comment, an address twice.
    """
    comments = _COMMENT.findall(text)
    rest = _COMMENT.sub(" ", text).split(";", 1)
    if len(rest) == 2:
        comments.append(rest[1])
    code = rest[0].upper().strip().removeprefix("/").strip()
    if "(" in code or ")" in code:
        raise GCodeError(number, "a comment is opened or closed once too often")
    if code == "%":
        return ProgramLine(number, (), "")
    words = tuple(word for word in _split(code, number) if word.letter != "N")
    _refuse_repeated(words, number)
    return ProgramLine(number, words, " ".join(comment.strip() for comment in comments))


def _split(code: str, number: int) -> Iterable[Word]:
    at = 0
    while at < len(code):
        if code[at].isspace():
            at += 1
            continue
        match = _WORD.match(code, at)
        if match is None or match[1] not in _LETTERS:
            raise GCodeError(number, f"expected an address word such as X12.5, found {code[at:]!r}")
        yield Word(match[1], float(match[2]), "." in match[2])
        at = match.end()


def _refuse_repeated(words: tuple[Word, ...], number: int) -> None:
    seen: set[str] = set()
    for word in words:
        if word.letter in seen and word.letter not in _REPEATABLE:
            raise GCodeError(number, f"{word.letter} stands twice in one line")
        seen.add(word.letter)
