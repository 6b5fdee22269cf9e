"""Finding every tag's node in the server as it is now."""

from __future__ import annotations

from collections.abc import Sequence

from asyncua import ua

from hmi.config.opcua import OpcUaAddress
from hmi.config.tags import Tag
from hmi.model import status
from hmi.sources.opcua import addresses, services
from hmi.sources.opcua.addresses import AddressError
from hmi.sources.opcua.errors import ServiceFaultError
from hmi.sources.opcua.session import Session

Resolved = dict[int, ua.NodeId | int]
"""Tag index → its node, or the Bad status that it shows instead."""


async def resolve(session: Session, tags: Sequence[tuple[int, Tag]]) -> Resolved:
    """Look up the namespaces and follow the browse paths; one address that fails spoils no other.

    Raises:
        LinkLostError, ServiceFaultError: the server does not tell its namespaces.
    """
    if not tags:
        return {}
    namespaces = await services.namespaces(session)
    found: Resolved = {}
    paths: list[tuple[int, ua.BrowsePath]] = []
    for index, tag in tags:
        address = tag.address
        try:
            if not isinstance(address, OpcUaAddress):
                found[index] = status.BAD_CONFIGURATION_ERROR
            elif address.node is not None:
                found[index] = addresses.node_id(address.node, namespaces)
            else:
                paths.append((index, addresses.browse_path(address.path or (), namespaces)))
        except AddressError as error:
            found[index] = error.status
    found.update(await _follow(session, paths))
    return found


async def _follow(session: Session, paths: Sequence[tuple[int, ua.BrowsePath]]) -> Resolved:
    if not paths:
        return {}
    try:
        results = await services.translate(session, [path for _, path in paths])
    except ServiceFaultError as error:
        return {index: error.status for index, _ in paths}
    return {index: _target(result) for (index, _), result in zip(paths, results, strict=True)}


def _target(result: ua.BrowsePathResult) -> ua.NodeId | int:
    """The node that a path leads to; BadNoMatch is said as what it means to a tag."""
    for target in result.Targets or ():
        # A remaining path means that the way goes on in another server.
        if target.RemainingPathIndex == 2**32 - 1:
            node = target.TargetId
            return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)
    return status.BAD_NODE_ID_UNKNOWN
