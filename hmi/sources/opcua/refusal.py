"""A log-in that a server refused is not tried again and again: many lock a user out after a few times."""

from __future__ import annotations

from typing import Final

from hmi.config.credentials import Secret
from hmi.config.endpoint_parts import CredentialReference
from hmi.model.clock import SECOND
from hmi.sources.opcua.errors import LinkLostError, LoginRefusedError

AGAIN_AFTER: Final = 60 * SECOND
"""Until the same log-in is tried once more: a server may have been given it by then. Another one is tried at
once."""


class Refusal:
    """Remembers what a server refused last, and why."""

    def __init__(self) -> None:
        self._tried: Secret | None = None
        self._refused: Secret | None = None
        self._cause = ""
        self._until = 0

    def heed(self, secret: Secret | None, now: int) -> None:
        """To be asked before every attempt with a secret, at ``now`` (monotonic ns).

        Raises:
            LinkLostError: it was refused a moment ago; nothing is to be sent.
        """
        self._tried = secret
        if secret is not None and secret == self._refused and now < self._until:
            raise LinkLostError(self._cause)

    def note(self, refused: LoginRefusedError, now: int) -> None:
        """The server did not take what `heed` let pass last."""
        self._refused, self._cause, self._until = self._tried, str(refused), now + AGAIN_AFTER


def refused_in_words(reference: CredentialReference | None, code: str) -> str:
    """What the server did not take, where that stands, and what to do; ``code`` is the server's own word."""
    if reference is None:
        return f"the server lets nobody in without a log-in ({code}): set up `credentials` in the site"
    if reference.certificate is not None:
        return (
            f"the server refuses the user certificate {reference.certificate} ({code}): have it trusted at "
            "the server, or name another in `credentials`; it is tried again every minute"
        )
    return (
        f"the server refuses this user name or password ({code}): correct them in {_place(reference)}, or "
        "the user's rights at the server; they are tried again every minute"
    )


def _place(reference: CredentialReference) -> str:
    prefix = reference.environment
    if prefix is not None:
        return f"{prefix}_USER and {prefix}_PASSWORD of the environment in which the engine starts"
    return f"the keyring's entry for service {reference.keyring}, user {reference.user}"
