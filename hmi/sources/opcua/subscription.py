"""One subscription's memory between notifications, and what each notification means: no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from asyncua import ua

from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND
from hmi.model.samples import U32, Batch, Confirmation, Granted, Lost, SourceMessage
from hmi.sources.opcua.clock_offset import Estimate
from hmi.sources.opcua.plan import Group
from hmi.sources.opcua.publish_response import Notification
from hmi.sources.opcua.services import CreatedSubscription
from hmi.sources.opcua.session import Published
from hmi.sources.opcua.timing import assembled_at, back_to, not_before
from hmi.sources.opcua.wire_types import WireTypes

_LAST_SEQUENCE: Final = 2**32 - 1

_LONGEST_SAMPLING: Final = 86_400.0
"""Seconds: a longer granted interval counts as this one."""


_NO_NODE: Final = (status.BAD_NODE_ID_UNKNOWN >> 16, status.BAD_NODE_ID_INVALID >> 16)
"""With these a server says that the node of an item has gone; the lower half of a StatusCode is flags."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Notifications from the number ``first`` on never came; ``found`` did instead.

    ``kept_alive``: the only one that is missing is of the number that a keep-alive had just before.
    """

    first: int
    found: int
    kept_alive: bool = False

    def __len__(self) -> int:
        return (self.found - self.first) % _LAST_SEQUENCE

    def numbers(self) -> Iterator[int]:
        """What to ask the server for, in order; after the last number of all comes 1 (OPC 10000-4, 7.8)."""
        for i in range(len(self)):
            yield (self.first - 1 + i) % _LAST_SEQUENCE + 1

    def __str__(self) -> str:
        return f"notification {self.first} of a subscription never came, the next one is {self.found}"


class Subscription:
    """The monitored items of one group. The client handle of an item is its tag index."""

    def __init__(
        self, group: Group, made: CreatedSubscription, created: int, *, counts_all: bool = False
    ) -> None:
        """``created``: monotonic ns before the server made the subscription.

        ``counts_all``: the server seems to give keep-alives numbers of their own, too.
        """
        self.group = group
        self.made = made
        places = 1 + max(index for index, _ in group.tags)
        self._wires = WireTypes(places)
        self._sampling = np.zeros(places, np.int64)
        self._seen = np.zeros(places, np.bool_)
        self._vouched = np.zeros(places, np.bool_)
        self._confirmed = np.zeros(0, np.uint32)
        self._gone = np.zeros(places, np.bool_)
        self._items: dict[int, int] = {}
        self._expected: int | None = None
        self._kept_alive = False
        self._counts_all = counts_all
        self.created = created
        self.assembled = created
        """Monotonic ns at or before which the server put together what it said last; the rest came later."""
        self.heard = created
        """Monotonic ns at which the server last said something of this subscription."""
        self.ended = ""
        """Why the server has ended it, in words; "" as long as it goes on."""

    def expect(self, index: int, tag: Tag) -> None:
        """An item that the server is about to be asked for: its first value may come before the answer."""
        self._wires.expect(index, tag.wire)
        self._sampling[index] = round(self.group.sampling * SECOND)
        self._seen[index] = False

    def made_item(self, index: int, sampling: float, item: int) -> None:
        """The server monitors an expected item: the sampling interval that it granted (s), and its id."""
        self._items[index] = item
        # Whatever a server tells (NaN, -1, infinity): the bounds that are made of it must stay numbers.
        known = min(sampling, _LONGEST_SAMPLING) if sampling >= 0 else self.group.sampling
        self._sampling[index] = round(known * SECOND)

    def refused_item(self, index: int) -> None:
        """The server does not monitor an expected item."""
        self._wires.forget(index)

    def gone(self) -> list[int]:
        """The items of which the server said last that there is no such node.

        Whether it goes on with them when there is one again is the server's own affair (OPC 10000-4, 5.13.1).
        """
        return np.flatnonzero(self._gone).tolist()

    def give_up_item(self, index: int) -> int:
        """Expect nothing of an item any more; the id by which the server knows it."""
        self._gone[index] = False
        self._wires.forget(index)
        return self._items.pop(index)

    def granted(self) -> list[Granted]:
        """What the server granted, one message for each sampling interval that occurs."""
        index = np.array(list(self._wires), np.uint32)
        intervals = self._sampling[index]
        return [
            Granted(index[intervals == interval], float(interval) / SECOND, self.made.publishing)
            for interval in np.unique(intervals)
        ]

    def gap(self, message: Notification) -> Gap | None:
        """What should have come before this one and did not. To be asked once, before `take`.

        A keep-alive carries the number of the notification that comes next (OPC 10000-4, 5.14.1.1); of a
        server that gives it that of the last one, or numbers nothing, it says nothing.
        """
        number, expected = message.sequence, self._expected
        if number == 0 or (message.keep_alive and expected is not None and number < expected):
            return None
        self._expected = number if message.keep_alive else number % _LAST_SEQUENCE + 1
        kept_alive, self._kept_alive = self._kept_alive, message.keep_alive
        if expected is None or number == expected:
            # One that gives the number of a keep-alive to the notification after it counts as it should.
            self._counts_all &= not kept_alive or message.keep_alive
            return None
        gap = Gap(expected, number)
        if not kept_alive or len(gap) > 1:
            return gap
        return None if self._counts_all else Gap(expected, number, kept_alive=True)

    def take(self, published: Published, clock: Estimate | None) -> list[SourceMessage]:
        """What one answer of the server says: samples, then that all items with a value stand, then losses.

        Once the server has ended the subscription, nothing of it stands any more: see `ended`.
        """
        received = published.received
        message = published.notification
        assembled = assembled_at(message.published, published.asked, received.monotonic, clock)
        said: list[SourceMessage] = []
        if message.ended is not None:
            self.ended = f"the server ended a subscription: {ua.StatusCode(message.ended).name}"
        batch = self._samples(message, published, clock)
        if batch is not None:
            said.append(batch)
        if len(self._confirmed) and (batch is not None or not self.ended):
            said.append(Confirmation(self._confirmed, back_to(assembled, received)))
        if batch is not None and (overflowed := int(np.count_nonzero(status.overflowed(batch.status)))):
            said.append(Lost(0, f"the server's queues overflowed on {overflowed} items", received))
        self.assembled = assembled
        self.heard = received.monotonic
        return said

    def _samples(self, message: Notification, published: Published, clock: Estimate | None) -> Batch | None:
        decoded = message.decoded(self._wires)
        index = decoded.index
        if not len(index):
            return None
        received = published.received
        bound = not_before(
            decoded.source_time,
            decoded.server_time,
            self._sampling[index],
            clock,
            self.assembled,
            received.monotonic,
        )
        # What comes first of a tag is what it already was, however long: no change that we observed.
        if not self._seen[index].all():
            tags, first = np.unique(index, return_index=True)
            bound[first[~self._seen[tags]]] = NO_TIME
            self._seen[tags] = True
        self._vouch(index, decoded.status)
        return Batch(
            index=index,
            raw=decoded.raw,
            status=decoded.status,
            source_time=decoded.source_time,
            not_before=bound,
            received=received,
            side=decoded.side,
        )

    def _vouch(self, index: U32, code: U32) -> None:
        """Good and Uncertain values stand until another comes; of a Bad one there is nothing to vouch for."""
        before, stands = self._vouched[index], status.severities(code) != status.Severity.BAD
        if (stands != before).any():
            self._vouched[index] = stands
            self._confirmed = np.flatnonzero(self._vouched).astype(np.uint32)
        elif stands.all():
            return
        self._gone[index] = np.isin(code >> 16, _NO_NODE)


def says_no_node(value: ua.DataValue) -> bool:
    """Whether a value that was read stands for a node that there is not."""
    return value.StatusCode is not None and value.StatusCode.value >> 16 in _NO_NODE
