"""DataChangeNotifications as one array of bytes: pure."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

DATA_CHANGE_NOTIFICATION: Final = 811
"""NodeId of the binary encoding of DataChangeNotification, namespace 0."""

_FILETIME_EPOCH: Final = 116_444_736_000_000_000
"""1970 in ticks of 100 ns since 1601 (OPC 10000-6, 5.2.2.5)."""

_VALUE_STATUS_SOURCE_SERVER: Final = 0x0F
_DOUBLE: Final = 11

ITEM: Final = np.dtype(
    [
        ("handle", "<u4"),
        ("mask", "u1"),
        ("type", "u1"),
        ("value", "<f8"),
        ("status", "<u4"),
        ("source", "<i8"),
        ("server", "<i8"),
    ]
)
"""A MonitoredItemNotification whose DataValue holds a Double, a status and both times."""

Items = npt.NDArray[np.void]


def items(handles: npt.NDArray[np.uint32]) -> Items:
    """Items for these client handles, their values still to be stamped."""
    made = np.zeros(len(handles), ITEM)
    made["handle"] = handles
    made["mask"] = _VALUE_STATUS_SOURCE_SERVER
    made["type"] = _DOUBLE
    return made


def stamped(template: Items, utc: int) -> Items:
    """A copy whose values, source and server times are the moment ``utc`` (ns since 1970)."""
    made = template.copy()
    made["value"] = utc / 1e9
    made["source"] = made["server"] = utc // 100 + _FILETIME_EPOCH
    return made


def body(ticks: Iterable[Items]) -> bytes:
    """The body of one DataChangeNotification with the items of several moments, oldest first."""
    parts = list(ticks)
    count = sum(len(part) for part in parts)
    no_diagnostics = struct.pack("<i", 0)
    return struct.pack("<i", count) + b"".join(part.tobytes() for part in parts) + no_diagnostics
