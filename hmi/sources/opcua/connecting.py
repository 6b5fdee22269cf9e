"""From an address to a session: the socket, the channel, the log-in, and their orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Final

from asyncua import ua
from asyncua.crypto.security_policies import SecurityPolicyNone
from asyncua.ua import uaerrors

from hmi.config.credentials import Credentials, Secret, UserCertificate
from hmi.config.opcua import OpcUaEndpoint
from hmi.model.clock import Clock
from hmi.sources.certificates.facts import NotACertificate, first_of_chain
from hmi.sources.opcua.channel import Secured, Security, cut
from hmi.sources.opcua.errors import (
    GivenUpError,
    LinkLostError,
    LoginRefusedError,
    ServiceFaultError,
    blaming,
)
from hmi.sources.opcua.login import LoginClient, read_user, token_policy
from hmi.sources.opcua.refusal import refused_in_words
from hmi.sources.opcua.security import application_uri, over_tcp
from hmi.sources.opcua.session import Session
from hmi.sources.opcua.threads import in_thread

SESSION_TIMEOUT: Final = 30_000
"""Milliseconds that a server keeps the session of a client that has vanished."""

CHANNEL_LIFETIME: Final = 3_600_000
"""Milliseconds that we ask for until a channel's keys are to be renewed (OPC 10000-4, 5.6.2)."""

_NOT_LET_IN: Final = (
    uaerrors.BadSecurityChecksFailed,
    uaerrors.BadCertificateUntrusted,
    uaerrors.BadCertificateInvalid,
    uaerrors.BadCertificateTimeInvalid,
    uaerrors.BadCertificateUriInvalid,
    uaerrors.BadCertificateUseNotAllowed,
    uaerrors.BadCertificateChainIncomplete,
    ConnectionError,
    TimeoutError,
)
"""How servers answer to a client whose certificate nobody has confirmed at theirs, if they answer at all."""


_NOT_THIS_USER: Final = (
    uaerrors.BadIdentityTokenInvalid,
    uaerrors.BadIdentityTokenRejected,
    uaerrors.BadUserAccessDenied,
    uaerrors.BadUserSignatureInvalid,
)


@asynccontextmanager
async def connect(
    endpoint: OpcUaEndpoint, secret: Secret | None, security: Security, clock: Clock
) -> AsyncIterator[Session]:
    """Open a session (anonymous without a secret) and, whatever happens, leave no socket behind.

    Raises:
        LoginRefusedError: the server does not take this secret.
        LinkLostError: there is no server, it is not the one that it should be, or it does not let us in.
    """
    url = endpoint.url
    secured = await security.negotiate()
    with blaming(url, "reading the address"):
        client = LoginClient(url, timeout=endpoint.timeout)
    client.name = client.description = "Twinpane"
    client.session_timeout = SESSION_TIMEOUT
    client.secure_channel_timeout = CHANNEL_LIFETIME
    if secured is not None:
        security.apply(client, secured)
    session = Session(client, url, clock)
    try:
        with blaming(url, "connecting"):
            await client.connect_socket()
            await client.send_hello()
        with _proving(url, secured), blaming(url, "connecting"):
            await client.open_secure_channel()
        with _proving(url, secured), blaming(url, "logging in"):
            created = await client.create_session()
        try:
            if secured is not None:
                security.confirm(secured, created.ServerEndpoints or ())
            await _log_in(client, endpoint, secret, security, created)
        except (asyncio.CancelledError, LinkLostError):
            # The server has a session by now, and keeps it: try after try, until there is no room.
            await session.farewell()
            raise
        try:
            yield session
        except (asyncio.CancelledError, ServiceFaultError, GivenUpError):
            # After other failures the server would not answer. One that refuses, or is given up for what it
            # says, is alive, and would keep session and subscriptions from those who come next: from us.
            await session.farewell()
            raise
    finally:
        cut(client)


async def _log_in(
    client: LoginClient,
    endpoint: OpcUaEndpoint,
    secret: Secret | None,
    security: Security,
    created: ua.CreateSessionResult,
) -> None:
    url = endpoint.url
    if secret is not None:
        policy = client.security_policy
        ours = [
            each
            for each in created.ServerEndpoints or ()
            if over_tcp(each) and (each.SecurityPolicyUri, each.SecurityMode) == (policy.URI, policy.Mode)
        ]
        offered = [token for each in ours for token in each.UserIdentityTokens or ()]
        client.chosen = token_policy(url, offered, secret, policy.Mode, policy.URI)
        if policy.URI == SecurityPolicyNone.URI:
            # The secret goes to whoever holds the key of this certificate, and nothing else says who that is.
            await _check_receiver(url, security, created, ours)
    if isinstance(secret, UserCertificate):
        user = await in_thread(partial(read_user, url, secret))
        client.user_certificate, client.user_private_key = user.certificate, user.key
    named = secret if isinstance(secret, Credentials) else None
    with blaming(url, "logging in"):
        try:
            await client.activate_session(
                username=named.user if named else None,
                password=named.reveal() if named else None,
                certificate=client.user_certificate,
            )
        except _NOT_THIS_USER as error:
            said = refused_in_words(endpoint.credentials, ua.StatusCode(error.code).name)
            raise LoginRefusedError(f"{url}: {said}") from error


async def _check_receiver(
    url: str,
    security: Security,
    created: ua.CreateSessionResult,
    endpoints: list[ua.EndpointDescription],
) -> None:
    try:
        certificate = first_of_chain(bytes(created.ServerCertificate or b""))
    except NotACertificate as error:
        raise LinkLostError(
            f"{url}: not logged in: the server shows {error} to encrypt a secret for"
        ) from None
    await security.check(certificate, application_uri(endpoints[0]))


@contextmanager
def _proving(url: str, secured: Secured | None) -> Iterator[None]:
    """Say more of a failure while both sides prove who they are, than that the connection has gone."""
    try:
        yield
    except LinkLostError as error:
        if secured is None:
            raise
        if secured.proof.failed:
            raise LinkLostError(
                f"{url}: what answers does not hold the key of the certificate that it shows: "
                "another device has this address, or somebody stands between"
            ) from error
        if isinstance(error.__cause__, _NOT_LET_IN):
            raise LinkLostError(
                f"{error}; it may not trust this client's certificate yet: `{secured.command}` gives it "
                f"({secured.identity.facts.fingerprint[:16]}…), to be trusted at the server"
            ) from error
        raise
