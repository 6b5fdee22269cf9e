"""The nodes that every OPC UA server has (namespace 0), made once in a process and copied for each server.

asyncua makes its 6,000 nodes anew for each server, which takes more than a second; a copy takes a tenth.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from asyncua.server.address_space import AddressSpace, AttributeValue, NodeData, NodeManagementService
from asyncua.server.standard_address_space.standard_address_space import fill_address_space


def add_standard_nodes(space: AddressSpace) -> None:
    """Add the standard nodes to an address space that has none."""
    with _collector_paused():
        for node in _standard_nodes():
            space[node.nodeid] = _copy(node)


@cache
def _standard_nodes() -> tuple[NodeData, ...]:
    """The originals: never changed, and never given to a server."""
    space = AddressSpace()
    fill_address_space(NodeManagementService(space))
    return tuple(space[nodeid] for nodeid in space.keys())  # noqa: SIM118 it is no mapping


def _copy(node: NodeData) -> NodeData:
    """A node whose attributes and references change without the original's; values are only ever replaced."""
    made = NodeData(node.nodeid)
    made.attributes = {name: AttributeValue(each.value) for name, each in node.attributes.items()}
    made.references = list(node.references)
    return made


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Half a million objects are made here, none is garbage: looking for some takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
