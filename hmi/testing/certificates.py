"""Certificates of servers for tests: sound ones, and ones with a single thing wrong."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

URI = "urn:localhost:twinpane:test-server"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate (DER) and its key (PEM)."""

    certificate: bytes
    key: bytes


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    """A key that is made once for all tests; another for each ``number``."""
    return rsa.generate_private_key(65_537, bits)


def server_certificate(
    *,
    uri: str = URI,
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1"),
    begins: timedelta = timedelta(days=-1),
    lasts: timedelta = timedelta(days=365),
    bits: int = 2048,
    key: int = 0,
    hashed: hashes.SHA256 | hashes.SHA384 | None = None,
    usage: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.SERVER_AUTH,),
    name: str = "Test server",
) -> KeyPair:
    """A self-signed certificate that begins ``begins`` from now; ``key`` tells keys of a size apart."""
    private = rsa_key(bits, key)
    begin = datetime.now(UTC) + begins
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri)] if uri else []
    names += [_name(host) for host in hosts]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + lasts)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    return KeyPair(
        builder.sign(private, hashed or hashes.SHA256()).public_bytes(serialization.Encoding.DER),
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
