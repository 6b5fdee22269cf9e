"""The few services that a source needs, over a `Session`: each a request and its answer."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from asyncua import ua

from hmi.model.clock import NO_TIME, SECOND
from hmi.sources.opcua.decode import utc_ns
from hmi.sources.opcua.errors import GivenUpError, ServiceFaultError, UndecodableError
from hmi.sources.opcua.session import Session

CHUNK: Final = 500
"""Operations per request to begin with; a server that takes fewer says so and is asked for fewer."""

_TOO_MANY: Final = frozenset(
    {
        ua.StatusCodes.BadTooManyOperations,
        ua.StatusCodes.BadRequestTooLarge,
        ua.StatusCodes.BadResponseTooLarge,
    }
)
_SAME_CLOCK: Final = 2 * SECOND

_SHORTEST_PUBLISHING: Final = 1e-6
"""Seconds: a shorter granted interval counts as this one, by which can still be divided."""

_A = TypeVar("_A")
_B = TypeVar("_B")


@dataclass(frozen=True)
class CreatedSubscription:
    """What the server made of a request for a subscription; intervals in seconds."""

    id: int
    publishing: float
    keep_alives: int

    @property
    def keep_alive_period(self) -> float:
        """Seconds after which a silent subscription says that it is alive."""
        return self.publishing * self.keep_alives


async def in_chunks(
    operations: Sequence[_A], call: Callable[[Sequence[_A]], Awaitable[list[_B]]]
) -> list[_B]:
    """Do many operations in requests of a size that the server accepts; the results in order.

    Raises:
        ServiceFaultError: a request was refused for another reason than its size.
        LinkLostError: as for `Session.request`, or (`GivenUpError`) not one result per operation.
    """
    results: list[_B] = []
    size = CHUNK
    while len(results) < len(operations):
        part = operations[len(results) : len(results) + size]
        try:
            answers = await call(part)
        except ServiceFaultError as error:
            if error.status not in _TOO_MANY or size == 1:
                raise
            size = max(1, size // 2)
            continue
        if len(answers) != len(part):
            raise GivenUpError(f"the server gave {len(answers)} results for {len(part)} operations")
        results += answers
    return results


async def read(session: Session, nodes: Sequence[ua.ReadValueId]) -> list[ua.DataValue]:
    """Read attributes of nodes."""

    async def call(part: Sequence[ua.ReadValueId]) -> list[ua.DataValue]:
        parameters = ua.ReadParameters(
            TimestampsToReturn=ua.TimestampsToReturn.Neither, NodesToRead=list(part)
        )
        answer, _ = await session.request(
            ua.ReadRequest(Parameters=parameters), ua.ReadResponse, "reading attributes"
        )
        return answer.Results or []

    return await in_chunks(nodes, call)


async def values(session: Session, nodes: Sequence[ua.NodeId]) -> list[ua.DataValue | None]:
    """The value of each node; None where no answer with it can be decoded, by reads of halved size."""
    if not nodes:
        return []
    try:
        return [*await read(session, [value_of(node) for node in nodes])]
    except UndecodableError:
        if len(nodes) == 1:
            return [None]
        middle = len(nodes) // 2
        return await values(session, nodes[:middle]) + await values(session, nodes[middle:])


async def namespaces(session: Session) -> list[str]:
    """The server's NamespaceArray as it is now."""
    (value,) = await read(session, [value_of(ua.NodeId(ua.ObjectIds.Server_NamespaceArray))])
    uris = value.Value.Value if value.Value is not None else None
    if not isinstance(uris, list):
        raise GivenUpError(f"{session.url}: the server does not tell its namespaces")
    return uris


async def server_time(session: Session) -> tuple[int, int, int]:
    """(sent, device UTC, received) of a question for the time; monotonic ns, UTC ns, monotonic ns.

    The answer's own time stamp, made when it was sent (OPC 10000-4, 7.33), is the better clock:
    CurrentTime may be a variable that ticks once a second. It is taken where both are of one clock.
    """
    sent = session.now()
    answer, received = await session.request(
        ua.ReadRequest(
            Parameters=ua.ReadParameters(
                NodesToRead=[value_of(ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime))]
            )
        ),
        ua.ReadResponse,
        "asking for the time",
    )
    stamped = utc_ns(answer.ResponseHeader.Timestamp)
    variant = answer.Results[0].Value if answer.Results else None
    value = variant.Value if variant is not None else None
    told = utc_ns(value) if isinstance(value, datetime) else NO_TIME
    if told == NO_TIME or (stamped != NO_TIME and abs(stamped - told) <= _SAME_CLOCK):
        told = stamped
    return sent.monotonic, told, received.monotonic


async def translate(session: Session, paths: Sequence[ua.BrowsePath]) -> list[ua.BrowsePathResult]:
    """Follow browse paths to nodes."""

    async def call(part: Sequence[ua.BrowsePath]) -> list[ua.BrowsePathResult]:
        request = ua.TranslateBrowsePathsToNodeIdsRequest()
        request.Parameters.BrowsePaths = list(part)
        answer, _ = await session.request(
            request, ua.TranslateBrowsePathsToNodeIdsResponse, "following browse paths"
        )
        return answer.Results or []

    return await in_chunks(paths, call)


async def create_subscription(
    session: Session, publishing: float, keep_alives: int, lifetime: int
) -> CreatedSubscription:
    """Make a subscription; the server may grant another interval and other counts."""
    parameters = ua.CreateSubscriptionParameters(
        RequestedPublishingInterval=publishing * 1000,
        RequestedLifetimeCount=lifetime,
        RequestedMaxKeepAliveCount=keep_alives,
        MaxNotificationsPerPublish=0,
        PublishingEnabled=True,
        Priority=0,
    )
    answer, _ = await session.request(
        ua.CreateSubscriptionRequest(Parameters=parameters),
        ua.CreateSubscriptionResponse,
        "making a subscription",
    )
    made = answer.Parameters
    if not 0 < made.RevisedPublishingInterval < math.inf:
        raise GivenUpError(
            f"{session.url}: the server grants a publishing interval of {made.RevisedPublishingInterval} ms"
        )
    interval = max(made.RevisedPublishingInterval / 1000, _SHORTEST_PUBLISHING)
    return CreatedSubscription(made.SubscriptionId, interval, made.RevisedMaxKeepAliveCount)


async def delete_subscription(session: Session, subscription: int) -> None:
    """Take a subscription back."""
    request = ua.DeleteSubscriptionsRequest()
    request.Parameters.SubscriptionIds = [subscription]
    await session.request(request, ua.DeleteSubscriptionsResponse, "deleting a subscription")


async def create_items(
    session: Session, subscription: int, items: Sequence[tuple[int, ua.NodeId]], sampling: float, queue: int
) -> list[ua.MonitoredItemCreateResult]:
    """Monitor the values of nodes; the first of each pair is the client handle."""

    async def call(part: Sequence[tuple[int, ua.NodeId]]) -> list[ua.MonitoredItemCreateResult]:
        parameters = ua.CreateMonitoredItemsParameters(
            SubscriptionId=subscription,
            TimestampsToReturn=ua.TimestampsToReturn.Both,
            ItemsToCreate=[_item(handle, node, sampling, queue) for handle, node in part],
        )
        answer, _ = await session.request(
            ua.CreateMonitoredItemsRequest(Parameters=parameters),
            ua.CreateMonitoredItemsResponse,
            "subscribing to variables",
        )
        return answer.Results or []

    return await in_chunks(items, call)


async def delete_items(session: Session, subscription: int, items: Sequence[int]) -> None:
    """Take items back, by the ids that the server gave them; one that it has no more is no matter."""

    async def call(part: Sequence[int]) -> list[ua.StatusCode]:
        request = ua.DeleteMonitoredItemsRequest()
        request.Parameters.SubscriptionId = subscription
        request.Parameters.MonitoredItemIds = list(part)
        answer, _ = await session.request(request, ua.DeleteMonitoredItemsResponse, "unsubscribing")
        return answer.Results or []

    await in_chunks(items, call)


def value_of(node: ua.NodeId, attribute: ua.AttributeIds = ua.AttributeIds.Value) -> ua.ReadValueId:
    """What to read: an attribute of a node."""
    return ua.ReadValueId(NodeId=node, AttributeId=attribute)


def _item(handle: int, node: ua.NodeId, sampling: float, queue: int) -> ua.MonitoredItemCreateRequest:
    return ua.MonitoredItemCreateRequest(
        ItemToMonitor=value_of(node),
        MonitoringMode=ua.MonitoringMode.Reporting,
        RequestedParameters=ua.MonitoringParameters(
            ClientHandle=handle,
            SamplingInterval=sampling * 1000,
            QueueSize=queue,
            DiscardOldest=True,
        ),
    )
