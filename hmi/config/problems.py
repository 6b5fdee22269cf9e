"""What is wrong in a configuration file, said so that a person can repair it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: ``text`` says what is wrong and what is expected; ``line`` counts from 1."""

    file: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class ConfigurationError(Exception):
    """A configuration that cannot be used. ``problems`` holds every mistake that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def suggestion(found: str, known: Iterable[str]) -> str:
    """ ", did you mean `x`?" for the known word nearest to ``found``, or "" where none is near."""
    by_folded = {word.casefold(): word for word in known}
    near = difflib.get_close_matches(found.casefold(), by_folded, n=1, cutoff=0.6)
    return f", did you mean `{by_folded[near[0]]}`?" if near else ""


def listing(words: Sequence[str], limit: int = 20) -> str:
    """Words for a sentence, cut after ``limit``."""
    shown = ", ".join(words[:limit])
    return f"{shown} and {len(words) - limit} more" if len(words) > limit else shown
