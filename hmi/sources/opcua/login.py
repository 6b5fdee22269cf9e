"""Who we are to a server, and in which way that may be said over a channel: never a password in the clear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyNone
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from hmi.config.credentials import Credentials, Secret, UserCertificate
from hmi.sources.opcua.bounded import bound
from hmi.sources.opcua.errors import LinkLostError
from hmi.sources.opcua.security import POLICIES, SECURE_URIS

_PEM: Final = b"-----BEGIN"
_RANK: Final = [policy.URI for policy in POLICIES.values()]


@dataclass(frozen=True, slots=True)
class User:
    """A user's certificate and key, read."""

    certificate: x509.Certificate
    key: RSAPrivateKey


class LoginClient(Client):  # type: ignore[misc]
    """The library's client, but which of the server's token policies is taken is said from outside."""

    def __init__(self, url: str, timeout: float) -> None:
        super().__init__(url, timeout=timeout)
        bound(self.uaclient)
        self.chosen: ua.UserTokenPolicy | None = None

    def server_policy(self, token_type: ua.UserTokenType) -> ua.UserTokenPolicy:
        """The chosen one. The library's own choice is the first of the type, however weak."""
        return self.chosen if self.chosen is not None else super().server_policy(token_type)


def read_user(url: str, secret: UserCertificate) -> User:
    """A user's certificate and key, PEM or DER. It checks the key, which takes tenths of a second.

    Raises:
        LinkLostError: they cannot be read, or are not of one another.
    """
    key: Any = None
    try:
        certificate = (
            x509.load_pem_x509_certificate(secret.certificate)
            if secret.certificate.lstrip().startswith(_PEM)
            else x509.load_der_x509_certificate(secret.certificate)
        )
    except (ValueError, UnsupportedAlgorithm):
        raise LinkLostError(
            f"{url}: `credentials.certificate` is no certificate, expected PEM or DER"
        ) from None
    try:
        private = secret.reveal()
        key = (
            serialization.load_pem_private_key(private, None)
            if private.lstrip().startswith(_PEM)
            else serialization.load_der_private_key(private, None)
        )
    except TypeError:
        text = "`credentials.key` is locked by a password, expected a key without, in a file of mode 0600"
        raise LinkLostError(f"{url}: {text}") from None
    except (ValueError, UnsupportedAlgorithm):
        pass
    if not isinstance(key, RSAPrivateKey):
        raise LinkLostError(f"{url}: `credentials.key` is no RSA key, expected one in PEM or DER")
    if key.public_key() != certificate.public_key():
        raise LinkLostError(f"{url}: `credentials.key` is not the key of `credentials.certificate`")
    return User(certificate, key)


def token_policy(
    url: str,
    offered: Iterable[ua.UserTokenPolicy],
    secret: Secret,
    mode: ua.MessageSecurityMode,
    channel: str,
) -> ua.UserTokenPolicy:
    """The best policy by which a secret may be told (OPC 10000-4, 7.40 and 7.41).

    ``channel`` is the URI of the channel's security policy, which holds where a token has none of its own.

    Raises:
        LinkLostError: there is none, or the secret would go over the network in the clear.
    """
    kind = ua.UserTokenType.UserName if isinstance(secret, Credentials) else ua.UserTokenType.Certificate
    words = "user name and password" if isinstance(secret, Credentials) else "certificate"
    found = [
        ua.UserTokenPolicy(
            PolicyId=each.PolicyId, TokenType=kind, SecurityPolicyUri=each.SecurityPolicyUri or channel
        )
        for each in offered
        if each.TokenType == kind
    ]
    if not found:
        raise LinkLostError(f"{url}: the server has no log-in by {words}: see `credentials` in the site")
    best = [each for uri in _RANK for each in found if each.SecurityPolicyUri == uri]
    # Within an encrypted channel nobody else reads a password.
    encrypted = mode == ua.MessageSecurityMode.SignAndEncrypt
    if kind == ua.UserTokenType.UserName and encrypted:
        best += [each for each in found if each.SecurityPolicyUri == SecurityPolicyNone.URI]
        best += [each for each in found if each.SecurityPolicyUri not in SECURE_URIS]
    if not best and kind == ua.UserTokenType.Certificate:
        raise LinkLostError(
            f"{url}: not logged in: the server has no sound signature for log-in by certificate: set one up"
        )
    if not best:
        raise LinkLostError(
            f"{url}: not logged in: the server would take the password without sound encryption over a link "
            "that is not encrypted: secure the link (`security`), or set up an encrypted log-in at the server"
        )
    return best[0]
