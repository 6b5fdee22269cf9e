"""Which of a server's endpoints we take, and the cryptography for it; never one worse than asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from asyncua import ua
from asyncua.crypto import security_policies
from asyncua.crypto.security_policies import SecurityPolicy, Verifier
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from hmi.config.opcua import OpcUaSecurity
from hmi.sources.certificates.facts import NotACertificate, first_of_chain, printable
from hmi.sources.certificates.own import Identity
from hmi.sources.opcua.errors import LinkLostError

POLICIES: Final[Mapping[str, type[SecurityPolicy]]] = {
    "Aes256_Sha256_RsaPss": security_policies.SecurityPolicyAes256Sha256RsaPss,
    "Aes128_Sha256_RsaOaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
    "Basic256Sha256": security_policies.SecurityPolicyBasic256Sha256,
}
"""Best first, in the order of OPC 10000-7, 6.6. A server's own order (its SecurityLevel) does not count: it
comes over a channel that is not secured yet."""

MODES: Final = {
    "sign_and_encrypt": ua.MessageSecurityMode.SignAndEncrypt,
    "sign": ua.MessageSecurityMode.Sign,
}

SECURE_URIS: Final = frozenset(policy.URI for policy in POLICIES.values())

_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """The endpoint that we take; ``certificate`` is the server's (DER), ``uri`` its ApplicationUri."""

    policy: str
    mode: ua.MessageSecurityMode
    certificate: bytes
    uri: str


def choose(url: str, endpoints: Sequence[ua.EndpointDescription], wanted: OpcUaSecurity) -> Choice:
    """The best endpoint of those that will do.

    Raises:
        LinkLostError: there is none; the text lists what there is.
    """
    found = _best(endpoints, wanted)
    if found is None:
        offered = [each for each in endpoints if over_tcp(each)]
        said = ", ".join(dict.fromkeys(map(_offer, offered[:_SHOWN]))) or "nothing over opc.tcp"
        asked = "a sound security policy" if wanted.policy == "auto" else wanted.policy
        raise LinkLostError(
            f"{url}: the server offers no endpoint with {asked} and {MODES[wanted.mode].name}, only {said}: "
            "set one up there, or say in the site what else will do (`security`)"
        )
    name, each = found
    try:
        certificate = first_of_chain(bytes(each.ServerCertificate or b""))
    except NotACertificate as error:
        raise LinkLostError(f"{url}: the server's endpoint has {error}") from None
    return Choice(name, MODES[wanted.mode], certificate, application_uri(each))


def _best(
    endpoints: Iterable[ua.EndpointDescription], wanted: OpcUaSecurity
) -> tuple[str, ua.EndpointDescription] | None:
    names = list(POLICIES) if wanted.policy == "auto" else [wanted.policy]
    offered = [each for each in endpoints if over_tcp(each) and each.SecurityMode == MODES[wanted.mode]]
    for name in names:
        for each in offered:
            if each.SecurityPolicyUri == POLICIES[name].URI:
                return name, each
    return None


def make_policy(choice: Choice, identity: Identity, proof: Proof) -> SecurityPolicy:
    """The cryptography of one channel; ``proof`` notes whether the server proves to be who it says."""
    server = x509.load_der_x509_certificate(choice.certificate)
    policy: Any = POLICIES[choice.policy](server, identity.certificate, identity.key, choice.mode)
    policy.asymmetric_cryptography.Verifier = proof.noting(policy.asymmetric_cryptography.Verifier)
    return policy


class Proof:
    """Whether what a server said was signed with the key of the certificate that it showed.

    The library takes a wrong signature for a connection to be closed, and does not say so to anybody.
    """

    def __init__(self) -> None:
        self.failed = False

    def noting(self, verifier: Verifier) -> Verifier:
        """The verifier, with a note of what it finds wrong."""
        return _Noting(verifier, self)


class _Noting(Verifier):  # type: ignore[misc]
    def __init__(self, verifier: Verifier, proof: Proof) -> None:
        self._verifier = verifier
        self._proof = proof

    def signature_size(self) -> int:
        size: int = self._verifier.signature_size()
        return size

    def verify(self, data: bytes, signature: bytes) -> None:
        try:
            self._verifier.verify(data, signature)
        except InvalidSignature:
            self._proof.failed = True
            # What the callers of the library's own verifiers know.
            raise ua.UaError("the server's signature is wrong") from None


def confirm(
    url: str, choice: Choice, endpoints: Iterable[ua.EndpointDescription], wanted: OpcUaSecurity
) -> None:
    """Hold what the server says over the secured channel against what was said before (10000-4, 5.7.2).

    Its certificate does not count: servers may leave it out there, and the channel has proved it.

    Raises:
        LinkLostError: somebody has changed the first answer, to lead us to a weaker endpoint.
    """
    found = _best(endpoints, wanted)
    if found is None or (found[0], application_uri(found[1])) != (choice.policy, choice.uri):
        raise LinkLostError(
            f"{url}: over the secured channel the server offers other endpoints than before: somebody on the "
            "network may have changed its first answer to weaken the encryption"
        )


def over_tcp(each: ua.EndpointDescription) -> bool:
    """Whether an endpoint is one of the protocol that we speak, and says whose it is."""
    url = each.EndpointUrl
    return isinstance(url, str) and url.startswith("opc.tcp:") and each.Server is not None


def application_uri(each: ua.EndpointDescription) -> str:
    """The name that the server gives for itself; "" where it gives none."""
    return str(each.Server.ApplicationUri or "")


def _offer(each: ua.EndpointDescription) -> str:
    if each.SecurityMode == ua.MessageSecurityMode.None_:
        return "None, which is unsecured"
    policy = printable(str(each.SecurityPolicyUri or "").rpartition("#")[2])
    mode = getattr(each.SecurityMode, "name", "an unknown mode").rstrip("_")
    return f"{policy} ({mode})"
