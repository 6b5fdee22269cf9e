"""The seam between the engine and every kind of device, live or recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hmi.model.samples import SourceMessage, WriteResult
from hmi.model.values import Scalar

Emit = Callable[[SourceMessage], None]
"""Where a source puts what it has to say: called on the engine's loop, never blocks, never raises."""


class Source(Protocol):
    """One endpoint of one machine.

    Contract (``hmi.testing.source_contract`` checks it on every source, ``hmi.testing.device_contract`` what
    there is about a device that fails):

    * ``run`` goes on until it is cancelled, whatever the device does: absent, refusing, killed, frozen,
      restarted with other contents. It reconnects for ever with a bounded pause, and says every change
      of the link by exactly one ``LinkEvent``; the first message is CONNECTING. Another cause of a link
      that is still DOWN is another event, with the time of the loss.
    * After UP every tag of the source gets a sample, a Bad one where the device has none for it.
    * A failure of one item is the status of just those tags; it never takes the link or others down.
    * Fresh means confirmed: a tag is confirmed only by a ``Confirmation``, only when the device has been
      heard to vouch for the value that was given last, and stamped with the moment at which it did (or
      an earlier one that is certain), not with the moment at which we came to read it. Right after a
      ``Batch``, before anything else, comes a ``Confirmation`` of all rows of it that the device vouched
      for: those that are Good or Uncertain. A tag whose last sample is Bad, and a tag of which a change
      may have been lost, is not confirmed before a new sample of it. A batch by itself confirms nothing.
      Nothing is confirmed between DOWN and the next UP.
    * No queue inside is unbounded; what is dropped is told by ``Lost``. What the device did that it should
      not, and that made no value wrong, is told by ``Irregularity``.
    * Cancelling ``run`` closes the connection and leaves no task, thread or socket behind.
    """

    async def run(self, emit: Emit) -> None:
        """Serve until cancelled; see the contract above."""
        ...

    async def write(self, index: int, value: Scalar, timeout: float) -> WriteResult:
        """Write one tag once, never queued, never repeated.

        ``value`` is in the tag's *wire* type (the engine has undone the scaling). Without a link the
        outcome is NOT_SENT at once. UNKNOWN: it was sent and no answer came within ``timeout`` seconds.
        """
        ...
