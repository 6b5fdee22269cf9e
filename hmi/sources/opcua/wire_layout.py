"""How long things are on the wire: the binary encoding of the built-in types (OPC 10000-6, 5.2.2).

Each function takes a message and the place where something begins, and gives the place where it ends. None
makes an object, so a message is known to be whole before anything of it is believed, and a length that a
server only claims costs nothing.

Raises, of all functions:
    MalformedError: something goes on past the end of the message, or is nothing that the encoding knows.
    UnfamiliarError: it may be sound, but is not described here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

DEEPEST: Final = 100
"""Levels of values within values that are looked into; every decoder takes as many (OPC 10000-6, 5.2.2)."""

FIXED: Final = {
    0: 0,  # Null
    1: 1,  # Boolean
    2: 1,  # SByte
    3: 1,  # Byte
    4: 2,  # Int16
    5: 2,  # UInt16
    6: 4,  # Int32
    7: 4,  # UInt32
    8: 8,  # Int64
    9: 8,  # UInt64
    10: 4,  # Float
    11: 8,  # Double
    13: 8,  # DateTime
    14: 16,  # Guid
    19: 4,  # StatusCode
}
"""Bytes of the built-in types that always take the same room, by their number (OPC 10000-6, 5.1.2)."""

ARRAY: Final = 0x80
DIMENSIONS: Final = 0x40
"""Bits of a Variant's encoding byte: an array, and one with dimensions (OPC 10000-6, 5.2.2.16)."""

AFTER_VALUE: Final = ((0x02, 4), (0x04, 8), (0x10, 2), (0x08, 8), (0x20, 2))
"""What follows the value in a DataValue, as (bit in its mask, bytes) in the order of the wire (OPC 10000-6,
5.2.2.17): status, source time, its picoseconds, server time, its picoseconds."""

_TIMES_LENGTH: Final = tuple(sum(length for bit, length in AFTER_VALUE if mask & bit) for mask in range(256))
"""Bytes of what follows the value, by the mask of the DataValue."""

_INT32: Final = struct.Struct("<i")
_NODE_IDS: Final = {0: 2, 1: 4, 2: 7, 4: 19}
"""Bytes of a NodeId of each encoding that has no string in it, the encoding byte included."""

End = int


class MalformedError(ValueError):
    """Bytes that are not what the encoding says; the text tells where."""


class UnfamiliarError(ValueError):
    """Bytes that only the complete decoder can judge."""


def count(data: bytes, at: int) -> int:
    """The length that stands before a string or an array; -1 for a null one."""
    try:
        (number,) = _INT32.unpack_from(data, at)
    except struct.error:
        raise MalformedError(f"the message ends at byte {len(data)}, within a length") from None
    if number < -1:
        raise MalformedError(f"a length of {number} at byte {at}")
    return int(number)


def within(data: bytes, end: int) -> End:
    """``end``, if the message goes so far."""
    if end > len(data):
        raise MalformedError(f"the message ends at byte {len(data)}, though something in it goes on to {end}")
    return end


def string(data: bytes, at: int) -> End:
    """A String, ByteString or XmlElement."""
    return within(data, at + 4 + max(count(data, at), 0))


def many(data: bytes, at: int, one: Callable[[bytes, int], End]) -> End:
    """An array of things that take some room each."""
    end = at + 4
    for _ in range(count(data, at)):
        end = one(data, end)
    return end


def node_id(data: bytes, at: int) -> End:
    """A NodeId or ExpandedNodeId."""
    encoding = data[within(data, at + 1) - 1]
    kind = encoding & 0x3F
    if kind in _NODE_IDS:
        end = at + _NODE_IDS[kind]
    elif kind in (3, 5):
        end = string(data, at + 3)
    else:
        raise MalformedError(f"a NodeId of encoding {kind} at byte {at}")
    if encoding & 0x80:
        end = string(data, end)
    if encoding & 0x40:
        end += 4
    return within(data, end)


def extension_object(data: bytes, at: int) -> End:
    """An ExtensionObject, with whatever is in it."""
    end = node_id(data, at)
    encoding = data[within(data, end + 1) - 1]
    end += 1
    if encoding == 0:
        return end
    if encoding > 2 or count(data, end) < 0:
        raise UnfamiliarError(f"an ExtensionObject of encoding {encoding} without a length at byte {at}")
    return string(data, end)


def diagnostic_info(data: bytes, at: int, depth: int = 0) -> End:
    """A DiagnosticInfo."""
    mask = data[within(data, at + 1) - 1]
    end = at + 1 + 4 * (mask & 0x0F).bit_count()
    if mask & 0x10:
        end = string(data, end)
    if mask & 0x20:
        end += 4
    if mask & 0x40:
        if depth == DEEPEST:
            raise UnfamiliarError(f"a DiagnosticInfo within more than {DEEPEST} others")
        end = diagnostic_info(data, end, depth + 1)
    return within(data, end)


def localized_text(data: bytes, at: int) -> End:
    """A LocalizedText."""
    mask = data[within(data, at + 1) - 1]
    end = at + 1
    for bit in (0x01, 0x02):
        if mask & bit:
            end = string(data, end)
    return end


def data_value(data: bytes, at: int, depth: int = 0) -> End:
    """A DataValue."""
    mask = data[within(data, at + 1) - 1]
    end = variant(data, at + 1, depth) if mask & 0x01 else at + 1
    return within(data, end + _TIMES_LENGTH[mask])


def variant(data: bytes, at: int, depth: int = 0) -> End:
    """A Variant of any type and rank."""
    if depth == DEEPEST:
        raise UnfamiliarError(f"a value within more than {DEEPEST} others")
    encoding = data[within(data, at + 1) - 1]
    kind = encoding & 0x3F
    end = at + 1
    if not encoding & ARRAY:
        if encoding & DIMENSIONS:
            raise UnfamiliarError(f"a scalar with dimensions at byte {at}")
        return _scalar(data, end, kind, depth)
    if kind in FIXED:
        end = within(data, end + 4 + FIXED[kind] * max(count(data, end), 0))
    else:
        end = many(data, end, lambda data, at: _scalar(data, at, kind, depth))
    if encoding & DIMENSIONS:
        end = within(data, end + 4 + 4 * max(count(data, end), 0))
    return end


def _scalar(data: bytes, at: int, kind: int, depth: int) -> End:
    if kind in FIXED:
        return within(data, at + FIXED[kind])
    match kind:
        case 17 | 18:
            return node_id(data, at)
        case 20:
            return string(data, at + 2)  # a QualifiedName: its namespace's index first
        case 21:
            return localized_text(data, at)
        case 22:
            return extension_object(data, at)
        case 23:
            return data_value(data, at, depth + 1)
        case 24:
            return variant(data, at, depth + 1)
        case 25:
            return diagnostic_info(data, at)
        case _:
            # String, ByteString, XmlElement, and the numbers that are kept for later types: as ByteStrings.
            return string(data, at)
