"""Where a site's certificates lie on this computer.

``own/``       our key and certificate; see `hmi.sources.certificates.own`
``trusted/``   certificates of servers that a person has confirmed, ``<fingerprint>.der``
``rejected/``  certificates of servers that nobody has confirmed yet, a bounded number
"""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class CertificateFolderError(Exception):
    """The folder cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class CertificateFolder:
    """The folder of one site; ``site`` is the site's id.

    ``command`` is what a person has to type for ``twinpane trust`` to work on this very folder, from
    whatever account and folder that person looks at it.
    """

    root: Path
    site: str
    command: str = "twinpane trust"

    @property
    def own(self) -> Path:
        """The folder of our key."""
        return self.root / "own"

    @property
    def trusted(self) -> Path:
        """The folder of confirmed certificates."""
        return self.root / "trusted"

    @property
    def rejected(self) -> Path:
        """The folder of certificates that wait to be confirmed."""
        return self.root / "rejected"

    def prepare(self) -> None:
        """Make the folders for this user alone, or check those that are there.

        Raises:
            CertificateFolderError: they cannot be made, belong to somebody else, or are open to others.
        """
        self._check_above()
        for folder in (self.root, self.own, self.trusted, self.rejected):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                found = folder.lstat()
            except OSError as error:
                raise CertificateFolderError(
                    f"{folder}: the folder for certificates cannot be made ({error.strerror}); "
                    "choose another one with TWINPANE_STATE"
                ) from error
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                raise CertificateFolderError(
                    f"{folder}: expected a folder that belongs to this user (id {os.getuid()})"
                )
            if found.st_mode & _OTHERS:
                raise CertificateFolderError(
                    f"{folder} is open to others (mode {stat.S_IMODE(found.st_mode):04o}), who could read "
                    f"the key or say what is trusted: look at what is in it, then chmod 700 {folder}"
                )

    def _check_above(self) -> None:
        """Refuse a place where somebody else could put another folder under our name."""
        above = self.root.parent
        try:
            above.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = above.stat().st_mode
        except OSError as error:
            raise CertificateFolderError(
                f"{above} cannot be made ({error.strerror}); choose another folder with TWINPANE_STATE"
            ) from error
        if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
            raise CertificateFolderError(f"{above}: others may write here, expected not: chmod go-w {above}")


def write(path: Path, content: bytes) -> None:
    """Write a file for this user alone, whole or not at all, also when the power fails.

    Raises:
        CertificateFolderError: it cannot be written.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(descriptor)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)  # it is there only where it did not take the file's place
        _settle(path.parent)
    except OSError as error:
        raise CertificateFolderError(f"{path} cannot be written: {error.strerror}") from error


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
