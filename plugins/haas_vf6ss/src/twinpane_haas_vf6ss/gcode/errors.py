"""What is wrong with a program, and where."""

from __future__ import annotations


class GCodeError(ValueError):
    """A program that cannot be run. ``line`` counts from 1; the message names it."""

    def __init__(self, line: int, cause: str) -> None:
        super().__init__(f"line {line}: {cause}")
        self.line = line
        self.cause = cause
