"""From the addresses in a tag map to what one server calls them now: pure.

Namespace indexes belong to one start of one server, so everything here takes the server's present
NamespaceArray (OPC 10000-3, 8.2.2).
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote

from asyncua import ua

from hmi.model import status

_STEP: Final = re.compile(r"\{(?P<uri>[^}]*)\}(?P<name>.+)|(?P<plain>[^{].*)", re.DOTALL)
_MAX_NUMERIC: Final = 2**32 - 1


class AddressError(Exception):
    """An address that this server cannot have. ``status`` is what its tag shows."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.status = code


def node_id(text: str, namespaces: Sequence[str]) -> ua.NodeId:
    """The NodeId of an ExpandedNodeId text (OPC 10000-6, 5.3.1.11), ``nsu=<URI>;s=…`` or ``i=…``.

    Raises:
        AddressError: BadNodeIdInvalid for a text that is no NodeId, BadNodeIdUnknown where the server
            has no such namespace.
    """
    index, rest = 0, text
    if text.startswith("nsu="):
        uri, separator, rest = text[4:].partition(";")
        if not separator:
            raise AddressError(status.BAD_NODE_ID_INVALID, f"{text!r}: expected nsu=<URI>;<identifier>")
        index = _namespace(unquote(uri), namespaces)
    kind, _, identifier = rest.partition("=")
    try:
        match kind:
            case "i" if 0 <= int(identifier) <= _MAX_NUMERIC:
                return ua.NodeId(int(identifier), index)
            case "s" if identifier:
                return ua.NodeId(identifier, index, ua.NodeIdType.String)
            case "g":
                return ua.NodeId(uuid.UUID(identifier), index, ua.NodeIdType.Guid)
            case "b":
                raw = base64.b64decode(identifier, validate=True)
                return ua.NodeId(raw, index, ua.NodeIdType.ByteString)
    except (ValueError, binascii.Error):
        pass
    raise AddressError(status.BAD_NODE_ID_INVALID, f"{text!r}: expected an identifier i=, s=, g= or b=")


def browse_path(path: Sequence[str], namespaces: Sequence[str]) -> ua.BrowsePath:
    """The path from the Objects folder along hierarchical references (OPC 10000-4, 5.9.4).

    Raises:
        AddressError: as for `node_id`.
    """
    elements = []
    for step in path:
        found = _STEP.fullmatch(step)
        if found is None:
            raise AddressError(status.BAD_NODE_ID_INVALID, f"{step!r}: expected {{URI}}Name or Name")
        index = 0 if found["plain"] else _namespace(found["uri"], namespaces)
        elements.append(
            ua.RelativePathElement(
                ReferenceTypeId=ua.NodeId(ua.ObjectIds.HierarchicalReferences),
                IsInverse=False,
                IncludeSubtypes=True,
                TargetName=ua.QualifiedName(found["plain"] or found["name"], index),
            )
        )
    if not elements:
        raise AddressError(status.BAD_NODE_ID_INVALID, "an empty browse path leads nowhere")
    return ua.BrowsePath(
        StartingNode=ua.NodeId(ua.ObjectIds.ObjectsFolder), RelativePath=ua.RelativePath(Elements=elements)
    )


def _namespace(uri: str, namespaces: Sequence[str]) -> int:
    try:
        return namespaces.index(uri)
    except ValueError:
        raise AddressError(status.BAD_NODE_ID_UNKNOWN, f"the server has no namespace {uri!r}") from None
