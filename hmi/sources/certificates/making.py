"""Making our own key and certificate (OPC 10000-6, 6.2.2): pure but for the randomness of the key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY_BITS: Final = 2048
"""What every server accepts. A signature takes 1 ms of the engine's loop, with 3072 bits 2.3 ms."""

LIFETIME: Final = timedelta(days=3 * 365)

_CLOCKS_APART: Final = timedelta(days=1)
"""How far back it is valid, for servers whose clocks are behind."""

_EXPONENT: Final = 65_537
_LONGEST_COMMON_NAME: Final = 64


def make_key() -> rsa.RSAPrivateKey:
    """A new key; it takes tenths of a second."""
    return rsa.generate_private_key(_EXPONENT, KEY_BITS)


def make_certificate(
    key: rsa.RSAPrivateKey, uri: str, host: str, name: str, now: datetime
) -> x509.Certificate:
    """A self-signed certificate of our application on this computer.

    ``uri`` is the ApplicationUri, ``name`` the application's for persons; ``host`` "" leaves it out.
    """
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name[:_LONGEST_COMMON_NAME]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Twinpane"),
        ]
    )
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri)]
    if host:
        names.append(x509.DNSName(host))
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_APART)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
    )
    return builder.sign(key, hashes.SHA256())


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,  # it signs itself
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
