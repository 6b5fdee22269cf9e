"""Logging of our processes: bounded files, and libraries that repeat what we say ourselves kept quiet."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def to_stderr() -> None:
    """Warnings and errors to standard error."""
    _begin(logging.StreamHandler())


def to_file(path: Path) -> None:
    """Into a file that never grows past 1 MB, with two predecessors."""
    _begin(logging.handlers.RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8"))


def _begin(handler: logging.Handler) -> None:
    logging.basicConfig(level=logging.INFO, format=_FORMAT, handlers=[handler], force=True)
    # The sources tell every loss of a link with its cause; these would tell it again, with tracebacks.
    for library in ("asyncua", "pymodbus"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
