"""The chain of a recording and its signatures: what shows whether anybody touched it. Pure.

Each batch has a *head*: SHA-256 over the head before it and the batch's canonical bytes. The first batch of a
file holds the head in which its predecessor ended, so that files chain as batches do. A *checkpoint* is an
Ed25519 signature of one head (RFC 8032), with file and sequence, so that it fits in no other place.

Without the key nobody can change a batch, take one out, or put one in, and make the checkpoints after it fit.
Whoever has the key can; what such a person cannot change is what was witnessed elsewhere before.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HEAD_BYTES: Final = 32
START: Final = bytes(HEAD_BYTES)
"""The head before the first batch of a file."""

_SIGNED: Final = struct.Struct("<16sQq32s")
_CONTEXT: Final = b"twinpane recording checkpoint 1\0"


def head_after(head: bytes, canonical: bytes) -> bytes:
    """The head of a batch, 32 bytes."""
    made = hashlib.sha256(head)
    made.update(canonical)
    return made.digest()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signature of the head of batch ``sequence``, made at ``utc`` (ns) with the key ``key`` (32 bytes)."""

    sequence: int
    utc: int
    head: bytes
    key: bytes
    signature: bytes

    def holds(self, file: bytes) -> bool:
        """Whether the key did sign this, of the file with this identity (16 bytes)."""
        try:
            public = Ed25519PublicKey.from_public_bytes(self.key)
            public.verify(self.signature, _message(file, self.sequence, self.utc, self.head))
        except (InvalidSignature, ValueError, struct.error):
            return False
        return True


def signed(key: Ed25519PrivateKey, file: bytes, sequence: int, utc: int, head: bytes) -> Checkpoint:
    """A checkpoint of a head."""
    signature = key.sign(_message(file, sequence, utc, head))
    return Checkpoint(sequence, utc, head, public_bytes(key), signature)


def _message(file: bytes, sequence: int, utc: int, head: bytes) -> bytes:
    return _CONTEXT + _SIGNED.pack(file, sequence, utc, head)


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The public half, 32 bytes."""
    return key.public_key().public_bytes_raw()


def fingerprint(key: bytes) -> str:
    """What a person compares: SHA-256 of the public key, 16 groups of four hexadecimal digits."""
    digits = hashlib.sha256(key).hexdigest().upper()
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
