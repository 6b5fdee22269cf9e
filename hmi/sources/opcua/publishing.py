"""PublishRequests kept waiting at the server, and its notifications made whole and handed on in order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from asyncua import ua

from hmi.model.clock import SECOND
from hmi.model.samples import Irregular, Irregularity, Lost
from hmi.sources.opcua import plan
from hmi.sources.opcua.clock_offset import OffsetEstimator
from hmi.sources.opcua.errors import CountedKeepAliveError, GivenUpError, ServiceFaultError, UndecodableError
from hmi.sources.opcua.held import Held
from hmi.sources.opcua.session import Published, Session
from hmi.sources.opcua.subscription import Gap, Subscription
from hmi.sources.together import run_together

MOST_ASKED_AGAIN: Final = 64
"""Notifications that are asked for again at most; with more of them missing it is quicker to read anew."""

ASKED_ANEW: Final = 0.1
"""Seconds from a request to the next one at least, where a server says that it has waited long enough."""


class Publishing:
    """Hears what the server says of the subscriptions of one session, until the link fails."""

    def __init__(
        self, session: Session, subscriptions: Mapping[int, Subscription], clock: OffsetEstimator, held: Held
    ) -> None:
        self._session = session
        self._subscriptions = subscriptions
        self._clock = clock
        self._held = held
        self._emit = held.say
        self._acknowledge: list[ua.SubscriptionAcknowledgement] = []
        # Of each subscription one notification after the other, also while one waits for an earlier one.
        self._turns = {number: asyncio.Lock() for number in subscriptions}

    async def run(self) -> None:
        """Hear the server for ever.

        Raises:
            LinkLostError, ServiceFaultError: the link has failed.
        """
        requests = plan.publish_requests(each.made.publishing for each in self._subscriptions.values())
        await run_together(*(self._ask() for _ in range(requests)))
        raise GivenUpError(f"{self._session.url}: the server takes no requests for news")

    async def _ask(self) -> None:
        """Keep one PublishRequest waiting at the server, until it says that it has too many."""
        while True:
            await self._held.room()
            acknowledge, self._acknowledge = self._acknowledge, []
            asked = self._session.now().monotonic
            try:
                published = await self._session.publish(acknowledge)
            except UndecodableError as error:
                # Whose changes these were is not known, so nothing stands before it has been read anew.
                self._emit(Lost(0, str(error), self._session.now()))
                raise
            except ServiceFaultError as error:
                # Whether it took note of what was acknowledged is not said; to be told twice is no harm.
                self._acknowledge[:0] = acknowledge
                if error.status == ua.StatusCodes.BadTimeout:
                    await asyncio.sleep(ASKED_ANEW - (self._session.now().monotonic - asked) / SECOND)
                    continue
                if error.status == ua.StatusCodes.BadTooManyPublishRequests:
                    return
                raise
            subscription = self._subscriptions.get(published.subscription)
            if subscription is not None:
                async with self._turns[published.subscription]:
                    await self._take(published, subscription)
                await asyncio.sleep(0)  # who waits for the values is told before the server is asked again

    async def _take(self, published: Published, subscription: Subscription) -> None:
        notification = published.notification
        if gap := subscription.gap(notification):
            await self._fill(gap, published, subscription)
        if not notification.keep_alive:
            self._acknowledged(published.subscription, notification.sequence)
        self._hand_on(published, subscription)

    async def _fill(self, gap: Gap, published: Published, subscription: Subscription) -> None:
        """Ask for the notifications of a gap again; what cannot be had any more is lost, and told."""
        url = self._session.url
        if len(gap) > MOST_ASKED_AGAIN:
            raise self._lost(gap, "", published)
        for number in gap.numbers():
            try:
                again = await self._session.republish(published.subscription, number)
            except ServiceFaultError as error:
                raise self._lost(gap, f": {error}", published) from error
            if again.sequence != number:
                raise self._lost(gap, f": asked for it, {url} sent {again.sequence}", published)
            self._acknowledged(published.subscription, number)
            # It was put together long before we asked for it again: after the one that came before it, and
            # before the one that showed the gap, with which it counts as received.
            self._hand_on(
                Published(published.subscription, again, subscription.assembled, published.received),
                subscription,
            )
            self._emit(Irregularity(Irregular.ASKED_AGAIN, 1, published.received))

    def _lost(self, gap: Gap, why: str, published: Published) -> GivenUpError:
        # The next keep-alive would vouch for values that are no more. A fresh link reads them anew.
        self._emit(Lost(0, f"{gap}{why}", published.received))
        error = CountedKeepAliveError if gap.kept_alive else GivenUpError
        return error(f"{self._session.url}: {gap}{why}; everything is read anew")

    def _acknowledged(self, subscription: int, sequence: int) -> None:
        self._acknowledge.append(
            ua.SubscriptionAcknowledgement(SubscriptionId=subscription, SequenceNumber=sequence)
        )

    def _hand_on(self, published: Published, subscription: Subscription) -> None:
        estimate = self._clock.estimate(published.received.monotonic)
        for message in subscription.take(published, estimate):
            self._emit(message)
        if subscription.ended:
            raise GivenUpError(f"{self._session.url}: {subscription.ended}")
