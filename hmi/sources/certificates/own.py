"""Our own identity towards servers: made when it is first needed, followed by another in time.

Whoever runs a server has to trust our certificate there. So it never changes by surprise: its successor is
made `SUCCESSOR` before the end, lies beside it to be trusted in advance, and counts from the end on.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from hmi.config.private_file import PrivateFileError, read_bounded, read_private
from hmi.sources.certificates.facts import Facts, NotACertificate, facts
from hmi.sources.certificates.folder import CertificateFolder, CertificateFolderError, write
from hmi.sources.certificates.making import make_certificate, make_key

SUCCESSOR: Final = timedelta(days=90)
"""How long before the end of a certificate the next one is there to be trusted."""

LOCK_LIMIT: Final = 2.0
"""Seconds that another process gets for making the same, which takes tenths; then the link says why it is
down, and tries again. One that was stopped in the midst of it must hold up neither our links nor our end."""

_LOCK_PAUSE: Final = 0.02
_KEY: Final = "key.pem"
_CERTIFICATE: Final = "certificate.der"
_NEXT: Final = "next.der"
_LOCK: Final = ".lock"


@dataclass(frozen=True, slots=True)
class Identity:
    """Key and certificate, and the next one's where it is there already. ``uri`` is the ApplicationUri."""

    key: RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate
    facts: Facts
    uri: str
    successor: Facts | None = None


def own_identity(folder: CertificateFolder, now: datetime, host: str | None = None) -> Identity:
    """Our identity at a site; made now where there is none, which takes tenths of a second.

    ``host`` is this computer's name where it is not to be asked for. To be called in a thread: it reads and
    may write files, and waits while another process makes the same, for `LOCK_LIMIT` at most.

    Raises:
        CertificateFolderError: the folder or the key in it cannot be used.
    """
    folder.prepare()
    with _alone(folder.own / _LOCK):
        try:
            return _identity(folder, now, _host_name(socket.gethostname() if host is None else host))
        except PrivateFileError as error:
            raise CertificateFolderError(str(error)) from None


def _identity(folder: CertificateFolder, now: datetime, host: str) -> Identity:
    key = _key(folder.own / _KEY)
    current, successor = (_certificate(folder.own / name, key) for name in (_CERTIFICATE, _NEXT))
    if current is not None and now > current.not_after:
        current = None
    if current is None and successor is not None and now <= successor.not_after:
        current, successor = successor, None
        _take_over(folder.own / _NEXT, folder.own / _CERTIFICATE)
    if current is None:
        current = _make(folder, key, host, now, _CERTIFICATE)
    if successor is None and now > current.not_after - SUCCESSOR:
        successor = _make(folder, key, host, now, _NEXT)
    certificate = x509.load_der_x509_certificate(current.der)
    return Identity(key, certificate, current, current.uris[0], successor)


def _take_over(successor: Path, place: Path) -> None:
    try:
        successor.replace(place)
    except OSError as error:
        raise CertificateFolderError(f"{successor} cannot become {place.name}: {error.strerror}") from error


def _make(folder: CertificateFolder, key: RSAPrivateKey, host: str, now: datetime, name: str) -> Facts:
    uri = f"urn:{host or 'localhost'}:twinpane:{folder.site}"
    made = make_certificate(key, uri, host, f"Twinpane {folder.site}", now).public_bytes(Encoding.DER)
    write(folder.own / name, made)
    return facts(made)


def _key(path: Path) -> RSAPrivateKey:
    if not path.exists():
        new = make_key()
        plain = serialization.NoEncryption()
        write(path, new.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
        return new
    content = read_private(path)
    try:
        # The check of its primes takes 50 ms and is for keys of others; this one we have made.
        key = serialization.load_pem_private_key(content, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise CertificateFolderError(
            f"{path} holds no RSA key: restore it, or remove it to have a new one made"
        )
    return key


def _certificate(path: Path, key: RSAPrivateKey) -> Facts | None:
    """The certificate in a file; None where there is none, or none of this key and with a name."""
    if not path.exists():
        return None
    content = read_bounded(path)
    try:
        found = facts(content)
    except NotACertificate:
        return None
    mine = x509.load_der_x509_certificate(content).public_key() == key.public_key()
    return found if mine and found.uris else None


def _host_name(host: str) -> str:
    """The computer's name as it can stand in a certificate: ASCII, or ""."""
    return host if re.fullmatch(r"[A-Za-z0-9._-]{1,200}", host) else ""


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Nobody else in here, in whatever process or thread: two first connections at once make one key."""
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CertificateFolderError(f"{lock} cannot be opened: {error.strerror}") from error
    try:
        _take(descriptor, lock)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, lock: Path) -> None:
    for _ in range(round(LOCK_LIMIT / _LOCK_PAUSE)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE)
        except OSError as error:
            raise CertificateFolderError(
                f"{lock} cannot be locked ({error.strerror}); choose a folder on a disk of this computer "
                "with TWINPANE_STATE"
            ) from error
        else:
            return
    raise CertificateFolderError(
        f"{lock} has been locked by another program for {LOCK_LIMIT:g} s: find out which with "
        f"`fuser {lock}`, and end it"
    )
