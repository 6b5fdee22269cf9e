"""Which server certificates a person has confirmed, and which wait for that.

Nothing here ever moves from the one to the other by itself: there is no trust on first use, and a renewed
certificate is a new one. A certificate authority cannot be trusted as such; each server's own certificate is.
"""

from __future__ import annotations

import re
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
_NO_DIGIT: Final = re.compile(r"[^0-9A-F]")
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
        wanted = _wanted(digits)
        found = _named(wanted, self._certificates(self._folder.rejected))
        if found is None and _named(wanted, self._certificates(self._folder.trusted)) is not None:
            raise UnknownFingerprint(f"{digits!r} is trusted already at the site {self._folder.site}")
        if found is None:
            raise self._unknown(digits, "waits to be confirmed", self._folder.rejected)
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
        found = _named(_wanted(digits), self._certificates(self._folder.trusted))
        if found is None:
            raise self._unknown(digits, "is trusted", self._folder.trusted)
        _forget(self._folder.trusted / (found.fingerprint + _DER))
        return found

    def _unknown(self, digits: str, state: str, folder: Path) -> UnknownFingerprint:
        return UnknownFingerprint(
            f"no certificate of the site {self._folder.site} with the fingerprint {digits!r} {state} (in "
            f"{folder}): `twinpane trust` lists what there is, --site names another site, and another user "
            "has other folders"
        )

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


def _wanted(digits: str) -> str:
    wanted = "".join(digits.replace(":", "").split()).upper()
    if strange := _NO_DIGIT.search(wanted):
        raise UnknownFingerprint(
            f"found {strange[0]!r} in {printable(digits)!r}, expected a fingerprint: "
            "the digits 0 to 9 and A to F"
        )
    if len(wanted) < TYPED:
        raise UnknownFingerprint(
            f"found {digits!r}, expected at least {TYPED} digits of the fingerprint: fewer could be imitated"
        )
    return wanted


def _named(wanted: str, among: Iterator[Facts]) -> Facts | None:
    """The only certificate whose fingerprint begins so."""
    found = [each for each in among if each.fingerprint.startswith(wanted)]
    return found[0] if len(found) == 1 else None


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
