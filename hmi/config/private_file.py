"""Files that hold secrets: read only where nobody else can read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

_LARGEST: Final = 65_536
"""Bytes of a key or a certificate with its chain; more is something else."""


class PrivateFileError(Exception):
    """The file cannot be used; the text names it and what to do, and never what is in it."""


def read_private(path: Path) -> bytes:
    """The content of a file that belongs to this user and that no other can read.

    Raises:
        PrivateFileError: it is not there, is no file, belongs to somebody else, or others can read it.
    """
    content, found = _read(path)
    if found.st_uid != os.getuid():
        raise PrivateFileError(
            f"{path} belongs to another user (id {found.st_uid}), expected this one (id {os.getuid()}): "
            f"chown {os.getuid()} {path}"
        )
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = stat.S_IMODE(found.st_mode)
        raise PrivateFileError(
            f"{path} can be read by others (mode {mode:04o}), so it counts as known to them: "
            f"replace what is in it, then chmod 600 {path}"
        )
    return content


def read_bounded(path: Path) -> bytes:
    """The content of a file that is no secret.

    Raises:
        PrivateFileError: it is not there, is no file, or is too large.
    """
    return _read(path)[0]


def _read(path: Path) -> tuple[bytes, os.stat_result]:
    """What is in the file, and whose it is: of the one that was opened, whatever is put in its place."""
    try:
        # Not blocking: a pipe at this place would be waited for else.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as opened:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise PrivateFileError(f"{path} is no file, expected one")
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        raise PrivateFileError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise PrivateFileError(f"{path} has more than {_LARGEST} bytes, expected a key or a certificate")
    return content, found
