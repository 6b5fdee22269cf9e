"""The key that signs a site's recordings: made at the first start, readable by this user alone.

Its public half stands in every file, and its fingerprint on the screen. After `rotate` the next file is
signed by a new key; the old one's public half is kept beside it, so that old files are known as ours.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hmi.config.private_file import PrivateFileError, read_private
from hmi.recorder.chain import fingerprint, public_bytes
from hmi.recorder.errors import RecordingError

_KEY: Final = "key.pem"
_FORMER: Final = "former"
_PUBLIC: Final = ".pub"


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The site's key; made now where there is none.

    Raises:
        RecordingError: it cannot be made or read, or others can read it.
    """
    path = folder / _KEY
    if not path.exists():
        _make(path, replace=False)
    return _read(path)


def rotate(folder: Path) -> tuple[str, str]:
    """Make another key; the next file of every machine is signed by it. Gives both fingerprints, old and new.

    Raises:
        RecordingError: as `signing_key`.
    """
    path = folder / _KEY
    old = public_bytes(signing_key(folder))
    former = folder / _FORMER
    try:
        former.mkdir(mode=0o700, exist_ok=True)
        (former / f"{old.hex()}{_PUBLIC}").touch(0o600)
    except OSError as error:
        raise RecordingError(f"{former}: the old key cannot be kept ({error.strerror})") from error
    _make(path, replace=True)
    return fingerprint(old), fingerprint(public_bytes(_read(path)))


def known_keys(folder: Path) -> tuple[bytes, ...]:
    """The public halves of this site's keys, the present one first; empty where none was made.

    Raises:
        RecordingError: the present one cannot be read.
    """
    stems = (each.stem for each in sorted((folder / _FORMER).glob(f"*{_PUBLIC}")))
    former = [bytes.fromhex(stem) for stem in stems if re.fullmatch("[0-9a-f]{64}", stem)]
    path = folder / _KEY
    return (*([public_bytes(_read(path))] if path.exists() else []), *former)


def _make(path: Path, *, replace: bool) -> None:
    """A key at ``path``, whole or not at all; where two make one at a time, the first one's stays."""
    content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # for this user alone
        new = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(descriptor)
            if replace:
                new.replace(path)
            else:
                with suppress(FileExistsError):
                    path.hardlink_to(new)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise RecordingError(
            f"{path}: the key for recordings cannot be made ({error.strerror}); choose another folder with "
            "TWINPANE_STATE"
        ) from error


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(read_private(path), None)
    except PrivateFileError as error:
        raise RecordingError(str(error)) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise RecordingError(
            f"{path} holds no Ed25519 key: restore it, or remove it to have a new one made for "
            "the files to come"
        )
    return key
