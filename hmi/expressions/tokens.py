"""Text of an expression → tokens with their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_LENGTH: Final = 1000
"""Characters that an expression may have."""

_TOKEN: Final = re.compile(
    r"\s*(?:"
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/<>(),])"
    r")",
    re.ASCII,
)
_HINTS: Final = {
    "=": " (equality is `==`)",
    "&": " (logic is `and`, `or`, `not`)",
    "|": " (logic is `and`, `or`, `not`)",
    "!": " (logic is `and`, `or`, `not`)",
    "^": " (there is no power: write `x * x`)",
    "−": " (minus is `-`)",
    "×": " (times is `*`)",
    "÷": " (divided by is `/`)",
}


class ExpressionError(ValueError):
    """An expression that cannot be used; ``column`` counts from 1."""

    def __init__(self, column: int, text: str) -> None:
        self.column = column
        super().__init__(f"column {column}: {text}")


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is ``number``, ``name``, ``sign`` or ``end``."""

    kind: str
    text: str
    column: int

    def __str__(self) -> str:
        return f"`{self.text}`" if self.text else "the end"


def tokens(text: str) -> Iterator[Token]:
    """The tokens of an expression, an ``end`` last.

    Raises:
        ExpressionError: a character that belongs to nothing, or a text that is too long.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(MAX_LENGTH, f"found {len(text)} characters, expected at most {MAX_LENGTH}")
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            found = text[start]
            raise ExpressionError(
                start + 1, f"found `{found}`, expected a number, a tag or an operator{_HINTS.get(found, '')}"
            )
        kind = str(match.lastgroup)
        yield Token(kind, match[kind], match.start(kind) + 1)
        position = match.end()
    yield Token("end", "", end + 1)
