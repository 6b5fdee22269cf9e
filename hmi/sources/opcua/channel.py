"""What stands between an address and a channel that can be trusted: discovery, the choice, the checks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from asyncua import Client, ua

from hmi.config.opcua import OpcUaEndpoint
from hmi.model.clock import SECOND, Clock
from hmi.sources.certificates.check import TYPED, refusal
from hmi.sources.certificates.facts import NotACertificate, facts, fingerprint
from hmi.sources.certificates.folder import CertificateFolder, CertificateFolderError
from hmi.sources.certificates.own import Identity, own_identity
from hmi.sources.certificates.trust import TrustList
from hmi.sources.opcua.bounded import bound
from hmi.sources.opcua.errors import LinkLostError, blaming
from hmi.sources.opcua.security import Choice, Proof, choose, confirm, make_policy
from hmi.sources.opcua.threads import in_thread

_MOST_ENDPOINTS: Final = 200
"""What a server may tell of: more is no server."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Secured:
    """A choice that has been checked, and who we are to the server; ``command`` shows that to a person."""

    choice: Choice
    identity: Identity
    proof: Proof
    command: str


class Security:
    """The security of the links to one endpoint; every link is checked anew."""

    def __init__(self, endpoint: OpcUaEndpoint, folder: CertificateFolder | None, clock: Clock) -> None:
        """``folder`` None: this engine has no certificates, and a link that must be secured stays down."""
        self._endpoint = endpoint
        self._folder = folder
        self._clock = clock
        self._told = ""
        self.settled = ""
        """What the last link came to: policy, mode and the beginning of the server's fingerprint."""

    async def negotiate(self) -> Secured | None:
        """Ask the server what it offers and choose; None where the site says that the link is open.

        Raises:
            LinkLostError: no endpoint will do, or the server is not one that a person has confirmed.
        """
        if self._endpoint.security.open:
            return None
        identity = await in_thread(self._identity)
        offered = await _endpoints(self._endpoint.url, self._endpoint.timeout)
        choice = choose(self._endpoint.url, offered, self._endpoint.security)
        await self.check(choice.certificate, choice.uri)
        self.settled = f"{choice.policy}, {choice.mode.name}, {fingerprint(choice.certificate)[:TYPED]}…"
        return Secured(choice, identity, Proof(), f"{self._required().command} own")

    def apply(self, client: Client, secured: Secured) -> None:
        """Make a client use it, before it opens its channel."""
        policy = make_policy(secured.choice, secured.identity, secured.proof)
        client.application_uri = secured.identity.uri
        client.security_policy = policy
        client.uaclient.set_security(policy)

    def confirm(self, secured: Secured, endpoints: Sequence[ua.EndpointDescription]) -> None:
        """Hold the endpoints that were told over the channel against the choice; see `security.confirm`."""
        confirm(self._endpoint.url, secured.choice, endpoints, self._endpoint.security)

    async def check(self, certificate: bytes, uri: str) -> None:
        """Accept a server's certificate.

        Raises:
            LinkLostError: it is not trusted, not valid now, or another's; then it waits for a person.
        """
        try:
            cause = await in_thread(partial(self._refusal, certificate, uri))
        except (NotACertificate, CertificateFolderError) as error:
            cause = f"the server's certificate cannot be checked: {error}"
        if cause:
            raise LinkLostError(f"{self._endpoint.url}: {cause}")

    def _refusal(self, certificate: bytes, uri: str) -> str:
        folder = self._required()
        folder.prepare()
        each, trust = facts(certificate), TrustList(folder)
        trusted = trust.trusts(certificate)
        if not trusted:
            trust.reject(certificate, self._endpoint.url)
        host = urlsplit(self._endpoint.url).hostname if self._endpoint.security.check_host else None
        return refusal(each, trusted=trusted, uri=uri, host=host, now=self._now(), command=folder.command)

    def _identity(self) -> Identity:
        try:
            identity = own_identity(self._required(), self._now())
        except CertificateFolderError as error:
            raise LinkLostError(f"{self._endpoint.url}: {error}") from error
        end = identity.facts.not_after
        if identity.successor is not None and self._told != str(end):
            self._told = str(end)
            _log.warning(
                "our certificate ends on %s; have its successor %s trusted at %s before that",
                end.date(),
                identity.successor.fingerprint,
                self._endpoint.url,
            )
        return identity

    def _required(self) -> CertificateFolder:
        if self._folder is None:
            raise CertificateFolderError("there is no folder for certificates, which a secured link needs")
        return self._folder

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now().utc / SECOND, UTC)


async def _endpoints(url: str, timeout: float) -> list[ua.EndpointDescription]:
    """What a server says that it offers, over a channel that is not secured: a hint, to be confirmed."""
    with blaming(url, "reading the address"):
        client = Client(url, timeout=timeout)
    bound(client.uaclient)
    try:
        with blaming(url, "connecting"):
            await client.connect_socket()
            await client.send_hello()
            await client.open_secure_channel()
        with blaming(url, "asking what it offers"):
            found = await client.get_endpoints()
    finally:
        cut(client)
    return list(found or ())[:_MOST_ENDPOINTS]


def cut(client: Client) -> None:
    """Close the socket at once: a graceful close would wait for a frozen server to take what is unsent."""
    protocol = client.uaclient.protocol
    if protocol is not None and protocol.transport is not None:
        protocol.transport.abort()
    client.disconnect_socket()
