from __future__ import annotations

import uuid

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from hmi.model import status
from hmi.sources.opcua.addresses import AddressError, browse_path, node_id

NAMESPACES = ["http://opcfoundation.org/UA/", "urn:server", "urn:mill", "urn:odd;50%"]


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("i=2258", ua.NodeId(2258, 0)),
        ("nsu=urn:mill;s=Spindle.Load", ua.NodeId("Spindle.Load", 2)),
        ("nsu=urn:mill;s=a;b=c;d", ua.NodeId("a;b=c;d", 2)),
        ("nsu=urn:odd%3B50%25;i=1", ua.NodeId(1, 3)),
        ("nsu=http://opcfoundation.org/UA/;i=85", ua.NodeId(85, 0)),
        (
            "nsu=urn:mill;g=09087e75-8e5e-499b-954f-f2a9603db28a",
            ua.NodeId(uuid.UUID("09087e75-8e5e-499b-954f-f2a9603db28a"), 2),
        ),
        ("nsu=urn:mill;b=AQL/", ua.NodeId(b"\x01\x02\xff", 2)),
    ],
)
def test_an_address_is_the_node_of_this_servers_index(text: str, node: ua.NodeId) -> None:
    assert node_id(text, NAMESPACES) == node


@given(st.text(min_size=1))
def test_any_string_identifier_survives(identifier: str) -> None:
    assert node_id(f"nsu=urn:mill;s={identifier}", NAMESPACES).Identifier == identifier


def test_a_namespace_that_the_server_lacks_is_an_unknown_node() -> None:
    with pytest.raises(AddressError) as caught:
        node_id("nsu=urn:lathe;s=x", NAMESPACES)
    assert caught.value.status == status.BAD_NODE_ID_UNKNOWN
    with pytest.raises(AddressError) as caught:
        browse_path(("{urn:lathe}Spindle",), NAMESPACES)
    assert caught.value.status == status.BAD_NODE_ID_UNKNOWN


@pytest.mark.parametrize(
    "text",
    ["", "Spindle", "nsu=urn:mill", "nsu=urn:mill;", "i=-1", "i=4294967296", "i=x", "g=1", "b=%", "s="],
)
def test_what_is_no_node_id_is_said_so(text: str) -> None:
    with pytest.raises(AddressError) as caught:
        node_id(text, NAMESPACES)
    assert caught.value.status == status.BAD_NODE_ID_INVALID


def test_a_browse_path_starts_at_objects_and_names_namespaces_by_uri() -> None:
    path = browse_path(("Server", "{urn:mill}Spindle", "{urn:server}a}b"), NAMESPACES)
    assert path.StartingNode == ua.NodeId(85, 0)
    names = [element.TargetName for element in path.RelativePath.Elements]
    assert names == [
        ua.QualifiedName("Server", 0),
        ua.QualifiedName("Spindle", 2),
        ua.QualifiedName("a}b", 1),
    ]


@pytest.mark.parametrize("path", [(), ("",), ("{urn:mill}",), ("{urn:mill",)])
def test_what_is_no_path_is_said_so(path: tuple[str, ...]) -> None:
    with pytest.raises(AddressError) as caught:
        browse_path(path, NAMESPACES)
    assert caught.value.status == status.BAD_NODE_ID_INVALID
