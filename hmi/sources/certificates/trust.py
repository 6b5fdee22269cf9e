"""Which server certificates a person has confirmed, and which wait for that.

Nothing here ever moves from the one to the other by itself: there is no trust on first use, and a renewed
certificate is a new one. A certificate authority cannot be trusted as such; each server's own certificate is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hmi.sources.certificates.check import TYPED
from hmi.sources.certificates.facts import LARGEST, Facts, NotACertificate, facts, fingerprint, printable
from hmi.sources.certificates.folder import CertificateFolder, CertificateFolderError, write

MOST_REJECTED: Final = 20
"""Certificates that wait to be confirmed; the oldest goes for a new one."""

_DER: Final = ".der"
_SEEN: Final = ".url"


class UnknownFingerprint(LookupError):
    """A fingerprint that names no certificate, or too few digits of one."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A certificate that a server at ``url`` has shown."""

    certificate: Facts
    url: str


class TrustList:
    """The confirmed and the waiting certificates in a folder. Every question looks at the files anew."""

    def __init__(self, folder: CertificateFolder) -> None:
        self._folder = folder

    def trusts(self, der: bytes) -> bool:
        """Whether a person has confirmed exactly this certificate."""
        try:
            return (self._folder.trusted / (fingerprint(der) + _DER)).read_bytes() == der
        except OSError:
            return False

    def reject(self, der: bytes, url: str) -> None:
        """Keep a certificate that is not trusted, so that a person can look at it; a known one stays.

        Raises:
            CertificateFolderError: it cannot be written.
        """
        path = self._folder.rejected / (fingerprint(der) + _DER)
        if len(der) > LARGEST or path.exists():
            return
        waiting = sorted(self._files(self._folder.rejected), key=_age)
        for oldest in waiting[: max(0, len(waiting) - MOST_REJECTED + 1)]:
            _forget(oldest)
        write(path.with_suffix(_SEEN), url.encode())
        write(path, der)

    def trusted(self) -> list[Facts]:
        """The confirmed certificates, by subject; what is no certificate is left out."""
        return sorted(self._certificates(self._folder.trusted), key=lambda each: each.subject)

    def waiting(self) -> list[Waiting]:
        """The certificates that wait to be confirmed, by subject."""
        found = [Waiting(each, self._seen(each)) for each in self._certificates(self._folder.rejected)]
        return sorted(found, key=lambda each: each.certificate.subject)

    def add(self, digits: str) -> Facts:
        """Trust the waiting certificate whose fingerprint begins with ``digits`` (hex, spaces do not count).

        Raises:
            UnknownFingerprint: there is no such certificate, or too few digits.
            CertificateFolderError: it cannot be written.
        """
        found = _named(digits, self._certificates(self._folder.rejected), "waits to be confirmed")
        self.add_certificate(found)
        return found

    def add_certificate(self, certificate: Facts) -> None:
        """Trust a certificate that a person has from elsewhere.

        Raises:
            CertificateFolderError: it cannot be written.
        """
        write(self._folder.trusted / (certificate.fingerprint + _DER), certificate.der)
        _forget(self._folder.rejected / (certificate.fingerprint + _DER))

    def remove(self, digits: str) -> Facts:
        """Trust a certificate no longer; the next connection to its server fails.

        Raises:
            UnknownFingerprint: there is no such certificate, or too few digits.
            CertificateFolderError: it cannot be removed.
        """
        found = _named(digits, self._certificates(self._folder.trusted), "is trusted")
        _forget(self._folder.trusted / (found.fingerprint + _DER))
        return found

    def _certificates(self, folder: Path) -> Iterator[Facts]:
        for path in self._files(folder):
            try:
                found = facts(path.read_bytes())
            except (OSError, NotACertificate):
                continue
            if path.stem == found.fingerprint:  # else it would be shown as what it does not count as
                yield found

    def _files(self, folder: Path) -> list[Path]:
        try:
            return [path for path in folder.iterdir() if path.suffix == _DER]
        except OSError as error:
            raise CertificateFolderError(f"{folder} cannot be read: {error.strerror}") from error

    def _seen(self, certificate: Facts) -> str:
        try:
            text = (self._folder.rejected / (certificate.fingerprint + _SEEN)).read_bytes()
        except OSError:
            return ""
        return printable(text.decode(errors="replace"))


def _named(digits: str, among: Iterator[Facts], state: str) -> Facts:
    wanted = "".join(digits.replace(":", "").split()).upper()
    if len(wanted) < TYPED:
        raise UnknownFingerprint(
            f"found {digits!r}, expected at least {TYPED} digits of the fingerprint: fewer could be imitated"
        )
    found = [each for each in among if each.fingerprint.startswith(wanted)]
    if len(found) != 1:
        raise UnknownFingerprint(f"no certificate with the fingerprint {digits!r} {state}")
    return found[0]


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        path.with_suffix(_SEEN).unlink(missing_ok=True)
    except OSError as error:
        raise CertificateFolderError(f"{path} cannot be removed: {error.strerror}") from error
