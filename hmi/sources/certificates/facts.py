"""What a certificate says, as far as anybody asks: pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

LARGEST: Final = 16_384
"""Bytes of one certificate; what is larger is none."""

_GROUP: Final = 4
_LONGEST_NAME: Final = 200


class NotACertificate(ValueError):
    """Bytes that are no X.509 certificate."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one certificate.

    ``fingerprint``  SHA-256 over the DER form, 64 upper-case hex digits
    ``uris``, ``hosts``  of the subject's alternative names; a host is a DNS name or an IP address
    ``key_bits``     of an RSA key; 0 for a key of another kind
    ``hash_name``    of the signature, as ``sha256``; "" where it is not known
    ``for_servers``  whether its usage, where it is restricted, allows what a server does with it
    """

    der: bytes
    fingerprint: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    uris: tuple[str, ...]
    hosts: tuple[str, ...]
    key_bits: int
    hash_name: str
    for_servers: bool


def facts(der: bytes) -> Facts:
    """The facts of a certificate in DER form.

    Raises:
        NotACertificate: it is none, or none that can be understood.
    """
    if len(der) > LARGEST:
        raise NotACertificate(f"{len(der)} bytes, expected a certificate of at most {LARGEST}")
    try:
        certificate = x509.load_der_x509_certificate(der)
        names = _alternative_names(certificate)
        key = certificate.public_key()
        hashed = certificate.signature_hash_algorithm
        return Facts(
            der=der,
            fingerprint=fingerprint(der),
            subject=printable(certificate.subject.rfc4514_string()),
            issuer=printable(certificate.issuer.rfc4514_string()),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            uris=tuple(names.get_values_for_type(x509.UniformResourceIdentifier)) if names else (),
            hosts=_hosts(names),
            key_bits=key.key_size if isinstance(key, RSAPublicKey) else 0,
            hash_name=hashed.name if hashed is not None else "",
            for_servers=_for_servers(certificate),
        )
    except (
        ValueError,
        TypeError,
        OverflowError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
        x509.InvalidVersion,
    ) as error:
        raise NotACertificate(f"no certificate that can be understood: {printable(str(error))}") from None


def fingerprint(der: bytes) -> str:
    """SHA-256 in upper-case hex digits."""
    return hashlib.sha256(der).hexdigest().upper()


def grouped(digits: str) -> str:
    """A fingerprint in groups that two persons can read to each other."""
    return " ".join(digits[i : i + _GROUP] for i in range(0, len(digits), _GROUP))


def first_of_chain(data: bytes) -> bytes:
    """The first certificate where a server sends its chain along (OPC 10000-4, 7.3).

    Raises:
        NotACertificate: there is none.
    """
    if len(data) < 2 or data[0] != _SEQUENCE:
        raise NotACertificate("no certificate")
    length, begin = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        length, begin = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if begin + length > len(data):
        raise NotACertificate("a certificate that ends too early")
    return data[: begin + length]


_SEQUENCE: Final = 0x30


def printable(text: str) -> str:
    """A text of foreign origin without what would steer a terminal or turn its direction."""
    return "".join(each if each.isprintable() else "�" for each in text[:_LONGEST_NAME])


def _alternative_names(certificate: x509.Certificate) -> x509.SubjectAlternativeName | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None


def _hosts(names: x509.SubjectAlternativeName | None) -> tuple[str, ...]:
    if names is None:
        return ()
    addresses = names.get_values_for_type(x509.IPAddress)
    return (*names.get_values_for_type(x509.DNSName), *map(str, addresses))


def _for_servers(certificate: x509.Certificate) -> bool:
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature and (usage.key_encipherment or usage.data_encipherment)):
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        extended = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return (
        ExtendedKeyUsageOID.SERVER_AUTH in extended or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in extended
    )
