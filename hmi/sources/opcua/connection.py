"""The life of one link: set up, serve, and end with the reason why."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from asyncua import ua

from hmi.config.opcua import OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.model.samples import Batch, ClockOffset
from hmi.sources.opcua import plan, services, writing
from hmi.sources.opcua.clock_offset import OffsetEstimator
from hmi.sources.opcua.errors import GivenUpError, LinkLostError, ServiceFaultError
from hmi.sources.opcua.held import Held
from hmi.sources.opcua.plan import Group
from hmi.sources.opcua.publishing import Publishing
from hmi.sources.opcua.resolving import Resolved, resolve
from hmi.sources.opcua.services import CreatedSubscription
from hmi.sources.opcua.session import Session
from hmi.sources.opcua.subscription import Subscription, says_no_node
from hmi.sources.protocol import Emit
from hmi.sources.together import run_together

FIRST_QUESTIONS: Final = 5
"""Questions for the time when the link begins; the one with the shortest round trip counts."""

CLOCK_INTERVAL: Final = 5.0
"""Seconds between two later questions."""

SOON: Final = 1.0
"""Seconds to the first of them: by then two questions tell how fast the clock goes."""

SEARCH_INTERVAL: Final = 10.0
"""Seconds between two searches for nodes that the server does not have yet."""

GRACE: Final = 0.05
"""Seconds to read what has arrived, before a silence that may be our own loop's counts as the server's."""

_log = logging.getLogger(__name__)


class Connection:
    """What a session serves: subscriptions, the clock question, and the places to write to."""

    def __init__(
        self,
        session: Session,
        endpoint: OpcUaEndpoint,
        tags: Sequence[tuple[int, Tag]],
        emit: Emit,
        *,
        wary: bool = False,
        counts_all: bool = False,
    ) -> None:
        """``wary``: read each value before it is subscribed to, because one of them cannot be decoded.

        ``counts_all`` as in `Subscription`.
        """
        self.session = session
        self.silence_limit = plan.SHORTEST_SILENCE
        self._endpoint = endpoint
        self._tags = tags
        self._emit = emit
        self._wary = wary
        self._counts_all = counts_all
        self._clock = OffsetEstimator()
        self._subscriptions: dict[int, Subscription] = {}
        self._missing: dict[int, int] = {}
        self._writable: dict[int, tuple[ua.NodeId, ua.VariantType]] = {}

    async def run(self, ready: Callable[[], None]) -> None:
        """Learn the clock, find the nodes, subscribe to them; emit what the server says until the link fails.

        ``ready`` is called when all is set up; nothing is emitted before.

        Raises:
            LinkLostError, ServiceFaultError: the server cannot serve us, or the link has failed.
        """
        for _ in range(FIRST_QUESTIONS):
            await self._ask_time()
        nodes = await resolve(self.session, self._tags)
        for group in plan.groups(self._endpoint, self._tags):
            subscription = await self._subscribe(group)
            self._subscriptions[subscription.made.id] = subscription
        self.silence_limit = plan.silence_limit(
            each.made.keep_alive_period for each in self._subscriptions.values()
        )
        if not self._subscriptions:
            await self._serve(nodes, ready)
            return
        # News are asked for from the first item on: to make thousands of them takes longer than the queue of
        # an item that samples every 10 ms lasts.
        held = Held(self._emit)
        publishing = Publishing(self.session, self._subscriptions, self._clock, held)
        await run_together(self._serve(nodes, ready, held), publishing.run())

    async def _serve(self, nodes: Resolved, ready: Callable[[], None], held: Held | None = None) -> None:
        for subscription in self._subscriptions.values():
            await self._monitor(subscription, nodes)
        await self._learn_targets(nodes)
        ready()
        for subscription in self._subscriptions.values():
            for granted in subscription.granted():
                self._emit(granted)
        self._tell_offset(self.session.now())
        if held is not None:
            held.release()
        self._tell_missing(self._missing)
        tasks = [self._watch(), self._keep_time(), self.session.keep_channel()]
        if held is not None:
            tasks.append(self._search())
        await run_together(*tasks)

    def target(self, index: int) -> tuple[ua.NodeId, ua.VariantType] | None:
        """Where a write of a tag goes; None where the server has no such variable."""
        return self._writable.get(index)

    async def _subscribe(self, group: Group) -> Subscription:
        before = self.session.now().monotonic
        made = await self._request(group, group.publishing)
        if plan.keep_alive_count(made.publishing, group.keep_alive) < made.keep_alives:
            # The counts were meant for a shorter interval than the one granted. Not every server can
            # change them afterwards, so ask anew for what it does grant.
            await services.delete_subscription(self.session, made.id)
            made = await self._request(group, made.publishing)
        return Subscription(group, made, before, counts_all=self._counts_all)

    async def _request(self, group: Group, publishing: float) -> CreatedSubscription:
        keep_alives = plan.keep_alive_count(publishing, group.keep_alive)
        lifetime = plan.lifetime_count(publishing, keep_alives)
        return await services.create_subscription(self.session, publishing, keep_alives, lifetime)

    async def _monitor(self, subscription: Subscription, nodes: Resolved) -> None:
        group = subscription.group
        items: list[tuple[int, ua.NodeId]] = []
        for index, _ in group.tags:
            node = nodes.get(index)
            if isinstance(node, int):
                self._missing[index] = node
            elif node is not None:
                items.append((index, node))
        if self._wary:
            items = await self._without_undecodable(items)
        tags = dict(group.tags)
        for index, _ in items:
            subscription.expect(index, tags[index])
        results = await services.create_items(
            self.session, subscription.made.id, items, group.sampling, group.queue_size
        )
        for (index, _), result in zip(items, results, strict=True):
            if result.StatusCode.is_good():
                self._missing.pop(index, None)
                subscription.made_item(index, result.RevisedSamplingInterval / 1000, result.MonitoredItemId)
            else:
                self._missing[index] = result.StatusCode.value
                subscription.refused_item(index)

    async def _without_undecodable(self, items: list[tuple[int, ua.NodeId]]) -> list[tuple[int, ua.NodeId]]:
        """Those that can be subscribed to without spoiling every notification that they are part of."""
        values = await services.values(self.session, [node for _, node in items])
        self._missing |= {
            index: status.BAD_DECODING_ERROR
            for (index, _), value in zip(items, values, strict=True)
            if value is None
        }
        return [item for item, value in zip(items, values, strict=True) if value is not None]

    async def _learn_targets(self, nodes: Resolved) -> None:
        targets = [
            (index, tag, node)
            for index, tag in self._tags
            if tag.access == "write"
            and index not in self._missing
            and not isinstance(node := nodes[index], int)
        ]
        types = await writing.variant_types(self.session, [(tag, node) for _, tag, node in targets])
        for (index, _, node), variant_type in zip(targets, types, strict=True):
            self._writable[index] = (node, variant_type)

    async def _watch(self) -> None:
        """Give the link up when nothing at all has been heard for too long, or nothing of a subscription."""
        began = self.session.now().monotonic
        while True:
            if self._stalled(began):
                await asyncio.sleep(GRACE)
                if stalled := self._stalled(began):
                    raise stalled
            begins = any(each.heard == each.created for each in self._subscriptions.values())
            limit = max(self.silence_limit, plan.FIRST_PATIENCE) if begins else self.silence_limit
            silent = self._silence()
            if silent >= limit:
                await asyncio.sleep(GRACE)
                silent = self._silence()
                if silent >= limit:
                    raise LinkLostError(
                        f"{self.session.url}: nothing heard for {silent:.1f} s, though connected: "
                        "the server is frozen or the network is cut"
                    )
            # Never longer than the usual limit: that holds as soon as the first values are there.
            await asyncio.sleep(max(min(limit - silent, self.silence_limit), GRACE))

    def _stalled(self, began: int) -> GivenUpError | None:
        """A server may forget a subscription and go on with the rest: its tags would be stale for ever."""
        now = self.session.now().monotonic
        for each in self._subscriptions.values():
            silent = (now - max(each.heard, began)) / SECOND
            if silent > plan.stall_limit(each.made.keep_alive_period):
                return GivenUpError(
                    f"{self.session.url}: a subscription has said nothing for {silent:.1f} s, not even that "
                    f"it is alive, as it should every {each.made.keep_alive_period:g} s"
                )
        return None

    def _silence(self) -> float:
        return (self.session.now().monotonic - self.session.last_heard) / SECOND

    async def _keep_time(self) -> None:
        # Without subscriptions this question is all that shows that the server is alive.
        interval = CLOCK_INTERVAL if self._subscriptions else self.silence_limit / 3
        pause = min(SOON, interval)
        while True:
            await asyncio.sleep(pause)
            pause = interval
            await self._ask_time()
            self._tell_offset(self.session.now())

    async def _ask_time(self) -> None:
        sent, told, received = await services.server_time(self.session)
        if told != NO_TIME:
            self._clock.add(sent, told, received)

    def _tell_offset(self, now: Instant) -> None:
        estimate = self._clock.estimate(now.monotonic)
        if estimate is not None:
            ours = now.utc - now.monotonic
            self._emit(ClockOffset(estimate.offset - ours, estimate.uncertainty, now))

    async def _search(self) -> None:
        """Look again for nodes that were missing: a server may be up before its program is."""
        while True:
            await asyncio.sleep(SEARCH_INTERVAL)
            for subscription in self._subscriptions.values():
                await self._give_up_gone(subscription)
            if not self._missing:
                continue
            before = dict(self._missing)
            wanted = [(index, tag) for index, tag in self._tags if index in before]
            nodes = await resolve(self.session, wanted)
            for subscription in self._subscriptions.values():
                await self._monitor(subscription, nodes)
            found = before.keys() - self._missing.keys()
            if found:
                _log.info("%s: %d missing nodes have appeared", self.session.url, len(found))
                await self._learn_targets({**dict.fromkeys((i for i, _ in self._tags), 0), **nodes})
                for subscription in self._subscriptions.values():
                    for granted in subscription.granted():
                        self._emit(granted)
            self._tell_missing({i: code for i, code in self._missing.items() if before.get(i) != code})

    async def _give_up_gone(self, subscription: Subscription) -> None:
        """Give up the items whose nodes had gone and are there again, so that they count as missing."""
        gone = set(subscription.gone())
        nodes = await resolve(self.session, [each for each in subscription.group.tags if each[0] in gone])
        found = {index: node for index, node in nodes.items() if not isinstance(node, int)}
        values = await services.values(self.session, list(found.values()))
        # Where the value itself has that status, another item would be told the same.
        back = [
            index
            for index, value in zip(found, values, strict=True)
            if value is None or not says_no_node(value)
        ]
        items = [subscription.give_up_item(index) for index in back]
        self._missing |= dict.fromkeys(back, status.BAD_NODE_ID_UNKNOWN)
        with contextlib.suppress(ServiceFaultError):  # another is made, whether the server keeps this or not
            await services.delete_items(self.session, subscription.made.id, items)

    def _tell_missing(self, missing: dict[int, int]) -> None:
        if not missing:
            return
        now = self.session.now()
        self._emit(
            Batch(
                index=np.array(list(missing), np.uint32),
                raw=np.zeros(len(missing), np.uint64),
                status=np.array(list(missing.values()), np.uint32),
                source_time=np.full(len(missing), NO_TIME, np.int64),
                not_before=np.full(len(missing), NO_TIME, np.int64),
                received=now,
            )
        )
