"""What can be wrong with a recording."""

from __future__ import annotations


class RecordingError(Exception):
    """A recording cannot be read or written; the text names it, says what is wrong and what to do."""


class Damaged(RecordingError):
    """What is in a recording cannot be what was recorded: bytes or sizes that make no sense."""
