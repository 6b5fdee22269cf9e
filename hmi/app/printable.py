"""What somebody else's file says, on a terminal: as text, and never as a command to the terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text in one line, with U+FFFD for each character that shows nothing or steers a terminal."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
