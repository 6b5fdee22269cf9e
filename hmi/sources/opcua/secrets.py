"""Looking secrets up without holding up the loop: a locked keyring asks a person, and waits for ever."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

from hmi.config.credentials import CredentialError, Secret
from hmi.config.endpoint_parts import CredentialReference

_Found = tuple[Secret | None, CredentialError | None]


class Secrets:
    """Looks references up by ``lookup``; one in the environment at once, others on a thread.

    There is at most one such thread: while it waits, nobody starts another. It is a daemon, since nothing
    can end a call into a keyring, or a network's file, that does not return.
    """

    def __init__(self, lookup: Callable[[CredentialReference], Secret]) -> None:
        self._lookup = lookup
        self._pending: asyncio.Future[_Found] | None = None

    async def find(self, reference: CredentialReference, timeout: float) -> Secret:
        """The secret, within ``timeout`` seconds.

        Raises:
            CredentialError: there is none, or the keyring did not answer in time; it may answer later.
        """
        if reference.environment is not None:
            return self._lookup(reference)
        if self._pending is None:
            self._pending = self._begin(reference)
        done, _ = await asyncio.wait([self._pending], timeout=timeout)
        if not done:
            raise CredentialError(_silence(reference, timeout))
        (found, error), self._pending = self._pending.result(), None
        if found is None:
            place = reference.keyring or reference.certificate
            raise error or CredentialError(f"looking the log-in up failed at {place}")
        return found

    def _begin(self, reference: CredentialReference) -> asyncio.Future[_Found]:
        loop = asyncio.get_running_loop()
        pending: asyncio.Future[_Found] = loop.create_future()

        def look() -> None:
            found: Secret | None = None
            error: CredentialError | None = None
            try:
                found = self._lookup(reference)
            except CredentialError as failed:
                error = failed
            finally:
                with contextlib.suppress(RuntimeError):  # the loop has ended in the meantime
                    loop.call_soon_threadsafe(pending.set_result, (found, error))

        threading.Thread(target=look, name="keyring", daemon=True).start()
        return pending


def _silence(reference: CredentialReference, timeout: float) -> str:
    if reference.keyring is None:
        return f"{reference.certificate} and {reference.key} could not be read within {timeout:g} s"
    return (
        f"the keyring has not answered within {timeout:g} s for service {reference.keyring}: "
        "it may be locked and wait for someone to unlock it"
    )
