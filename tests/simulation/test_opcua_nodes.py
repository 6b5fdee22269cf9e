"""The standard nodes of our servers: the library's own, and each server's own copy."""

from __future__ import annotations

from asyncua import ua
from asyncua.server.address_space import AddressSpace, NodeManagementService
from asyncua.server.standard_address_space.standard_address_space import fill_address_space

from hmi.simulation.opcua_nodes import add_standard_nodes


def ours() -> AddressSpace:
    space = AddressSpace()
    add_standard_nodes(space)
    return space


def test_they_are_those_of_the_library() -> None:
    theirs, made = AddressSpace(), ours()
    fill_address_space(NodeManagementService(theirs))
    nodeids = list(theirs.keys())
    assert list(made.keys()) == nodeids
    for nodeid in nodeids:
        assert made[nodeid].attributes.keys() == theirs[nodeid].attributes.keys()
        assert len(made[nodeid].references) == len(theirs[nodeid].references)
    for nodeid in nodeids[::50]:  # to compare all takes longer than to make them
        assert made[nodeid].references == theirs[nodeid].references
        for name, attribute in theirs[nodeid].attributes.items():
            value = made[nodeid].attributes[name].value
            assert value is not None
            assert attribute.value is not None
            assert value.Value == attribute.value.Value


def test_what_changes_in_one_server_does_not_in_another() -> None:
    first, second = ours(), ours()
    server = ua.NodeId(ua.ObjectIds.Server)
    before = len(second[server].references)
    first[server].references.clear()
    name = first[server].attributes[ua.AttributeIds.DisplayName]
    untouched = second[server].attributes[ua.AttributeIds.DisplayName].value
    name.value = ua.DataValue(ua.Variant(ua.LocalizedText("changed")))
    name.datachange_callbacks[1] = print
    del first[ua.NodeId(ua.ObjectIds.ObjectsFolder)]
    third = ours()
    for space in (second, third):
        assert len(space[server].references) == before > 0
        assert space[server].attributes[ua.AttributeIds.DisplayName].value == untouched
        assert not space[server].attributes[ua.AttributeIds.DisplayName].datachange_callbacks
        assert ua.NodeId(ua.ObjectIds.ObjectsFolder) in space
