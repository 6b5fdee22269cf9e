"""One subscription's memory between notifications, and what each notification means: no I/O."""

from __future__ import annotations

from typing import Final

import numpy as np
from asyncua import ua

from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND
from hmi.model.samples import Batch, Confirmation, Granted, Lost, SourceMessage
from hmi.model.values import ValueType
from hmi.sources.opcua.clock_offset import Estimate
from hmi.sources.opcua.decode import decode, utc_ns
from hmi.sources.opcua.errors import LinkLostError
from hmi.sources.opcua.plan import Group
from hmi.sources.opcua.services import CreatedSubscription
from hmi.sources.opcua.session import Published
from hmi.sources.opcua.timing import not_before

_LAST_SEQUENCE: Final = 2**32 - 1


class Subscription:
    """The monitored items of one group. The client handle of an item is its tag index."""

    def __init__(self, group: Group, made: CreatedSubscription, created: int) -> None:
        """``created``: monotonic ns before the server made the subscription."""
        self.group = group
        self.made = made
        self._wires: dict[int, ValueType] = {}
        self._sampling = np.zeros(1 + max(index for index, _ in group.tags), np.int64)
        self._confirmed = np.zeros(0, np.uint32)
        self._expected: int | None = None
        self._previous = created

    def add(self, index: int, tag: Tag, sampling: float) -> None:
        """An item that the server monitors, with the sampling interval that it granted (s)."""
        self._wires[index] = tag.wire
        self._sampling[index] = max(0, round(sampling * SECOND))
        self._confirmed = np.array(sorted(self._wires), np.uint32)

    def granted(self) -> list[Granted]:
        """What the server granted, one message for each sampling interval that occurs."""
        intervals = self._sampling[self._confirmed]
        return [
            Granted(self._confirmed[intervals == interval], float(interval) / SECOND, self.made.publishing)
            for interval in np.unique(intervals)
        ]

    def take(
        self, published: Published, result: ua.PublishResult, clock: Estimate | None
    ) -> list[SourceMessage]:
        """What one answer of the server says: samples, losses, and that all its items stand.

        Raises:
            LinkLostError: the server has ended the subscription.
        """
        received = published.received
        message = result.NotificationMessage
        said: list[SourceMessage] = []
        missing = self._gap(message.SequenceNumber, keep_alive=not message.NotificationData)
        if missing:
            said.append(Lost(0, missing, received))
        for part in message.NotificationData or ():
            if isinstance(part, ua.DataChangeNotification):
                said += self._samples(part, published, clock)
            elif isinstance(part, ua.StatusChangeNotification):
                raise LinkLostError(f"the server ended a subscription: {part.Status.name}")
        said.append(Confirmation(self._confirmed, received))
        self._previous = _assembled(utc_ns(message.PublishTime), published, clock)
        return said

    def skip(self) -> None:
        """A notification was received and could not be read: its number is not known."""
        self._expected = None

    def _samples(
        self, part: ua.DataChangeNotification, published: Published, clock: Estimate | None
    ) -> list[SourceMessage]:
        decoded = decode(part.MonitoredItems, self._wires)
        if not len(decoded.index):
            return []
        received = published.received
        batch = Batch(
            index=decoded.index,
            raw=decoded.raw,
            status=decoded.status,
            source_time=decoded.source_time,
            not_before=not_before(
                decoded.source_time,
                decoded.server_time,
                self._sampling[decoded.index],
                clock,
                self._previous,
                received.monotonic,
            ),
            received=received,
            side=decoded.side,
        )
        overflowed = int(np.count_nonzero(status.overflowed(decoded.status)))
        if overflowed:
            return [batch, Lost(0, f"the server's queues overflowed on {overflowed} items", received)]
        return [batch]

    def _gap(self, number: int, *, keep_alive: bool) -> str:
        """What is missing before the message of this number; a keep-alive carries the next one's."""
        expected = self._expected
        self._expected = number if keep_alive or number == 0 else number % _LAST_SEQUENCE + 1
        if expected is None or number == expected or (keep_alive and number < expected):
            return ""
        return f"notifications {expected} to {number - 1} of a subscription never came"


def _assembled(publish_time: int, published: Published, clock: Estimate | None) -> int:
    """Monotonic ns at or before which the server put an answer together, as late as can be defended."""
    earliest = published.asked
    if clock is not None and publish_time != NO_TIME:
        earliest = max(earliest, clock.to_monotonic(publish_time) - clock.uncertainty)
    return min(earliest, published.received.monotonic)
