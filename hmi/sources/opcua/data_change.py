"""The items of a DataChangeNotification as they lie on the wire, and from there to columns. Pure.

Two passes. `items_in` finds where each item begins and makes sure that all of them are whole; of items of
the same make that lie behind each other (thousands, on a busy line) it looks at all at once. `columns` then
takes the fields of all items of the same make together, whatever lies between them. What takes a different
room each time, strings and arrays, is taken one by one.

What a value means for a tag is the same as in `hmi.sources.opcua.decode`, which does it on the library's
objects, and which the tests hold this to.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.model.samples import I64, U8
from hmi.sources.opcua import wire_layout
from hmi.sources.opcua.wire_layout import AFTER_VALUE, DIMENSIONS, FIXED, MalformedError

_HANDLE: Final = 4
_SHORTEST: Final = _HANDLE + 1
"""Bytes of an item that has a client handle and an empty mask alone."""

_RUN: Final = 8
"""From so many items of the same make behind each other on, looking at all of them at once is faster."""

_FORMATS: Final = {
    1: "u1",
    2: "i1",
    3: "u1",
    4: "<i2",
    5: "<u2",
    6: "<i4",
    7: "<u4",
    8: "<i8",
    9: "<u8",
    10: "<f4",
    11: "<f8",
}
"""How numpy reads the built-in types that are numbers or truth values."""

_FIELDS: Final = {
    0x02: ("status", "<u4"),
    0x04: ("source_time", "<i8"),
    0x10: ("source_picoseconds", "<u2"),
    0x08: ("server_time", "<i8"),
    0x20: ("server_picoseconds", "<u2"),
}


Rows = npt.NDArray[np.intp] | slice
"""Positions of items, or all of them."""

_ALL: Final = slice(None)


@dataclass(frozen=True, slots=True)
class Make:
    """What items have in common whose fields lie at the same places: the mask of the DataValue and, of one
    with a value, the number of its built-in type; ``size`` in bytes is that of a whole item."""

    mask: int
    kind: int | None
    size: int
    fields: np.dtype[np.void]


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """Where the items of one notification lie in ``body``.

    ``begin`` i8[n] is the place of each, and ``end`` that where the last one ends; ``key`` i4[n] tells those
    of a `Make` apart (see `make_of`), and is negative for an item whose value has to be taken by itself.
    """

    body: bytes
    begin: I64
    key: npt.NDArray[np.int32]
    end: int

    def __len__(self) -> int:
        return len(self.begin)

    def alike(self) -> Iterator[tuple[Make, Rows, npt.NDArray[np.void]]]:
        """For each make that occurs: it, which items are of it (in order), and their fields.

        The fields are ``handle``, ``value`` where the make has a number or a truth value, and those of
        ``status``, ``source_time``, ``server_time`` (100 ns since 1601) and picoseconds that it has.
        """
        for key in (keys := self._keys()):
            make = make_of(key) if key >= 0 else None
            if make is not None:
                rows = _ALL if len(keys) == 1 else np.flatnonzero(self.key == key)
                yield make, rows, self._fields(make.fields, self.begin[rows])

    def by_themselves(self) -> Iterator[tuple[Make, npt.NDArray[np.intp], npt.NDArray[np.void]]]:
        """The same of the items with a value that takes a different room each time.

        Their make and their fields are of what follows the value, without a handle.
        """
        keys = [key for key in self._keys() if key < 0]
        if keys:
            ends = np.append(self.begin[1:], self.end)
            for key in keys:
                make = _behind_the_value(-1 - key)
                rows = np.flatnonzero(self.key == key)
                yield make, rows, self._fields(make.fields, ends[rows] - make.size)

    def _keys(self) -> list[int]:
        alike = len(self.key) < 2 or bool((self.key == self.key[0]).all())
        found: list[int] = (self.key[:1] if alike else np.unique(self.key)).tolist()
        return found

    def _fields(self, fields: np.dtype[np.void], begin: I64) -> npt.NDArray[np.void]:
        n, first, size = len(begin), int(begin[0]), fields.itemsize
        if size == 0:
            return np.zeros(n, fields)
        if int(begin[-1]) - first == (n - 1) * size:
            return np.frombuffer(self.body, fields, n, first)
        whole: U8 = np.frombuffer(self.body, np.uint8)
        gathered = whole[begin[:, None] + np.arange(size)]
        return np.asarray(gathered.view(fields).reshape(n))


@functools.lru_cache(maxsize=1024)
def make_of(key: int) -> Make | None:
    """The make of items whose mask and type byte are the halves of ``key``; None if their size varies."""
    mask, encoding = key >> 8, key & 0xFF
    names, formats, offsets = ["handle"], ["<u4"], [0]
    end, kind = _SHORTEST, None
    if mask & 0x01:
        if encoding not in FIXED:
            return None
        kind = encoding
        end += 1
        if kind in _FORMATS:
            names.append("value")
            formats.append(_FORMATS[kind])
            offsets.append(end)
        end += FIXED[kind]
    for bit, length in AFTER_VALUE:
        if mask & bit:
            name, form = _FIELDS[bit]
            names.append(name)
            formats.append(form)
            offsets.append(end)
            end += length
    fields = np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": end})
    return Make(mask, kind, end, fields)


@functools.lru_cache(maxsize=256)
def _behind_the_value(mask: int) -> Make:
    present = [_FIELDS[bit] for bit, _ in AFTER_VALUE if mask & bit]
    fields = np.dtype(present)
    return Make(mask, None, fields.itemsize, fields)


def items_in(body: bytes) -> Items:
    """The items of the body of a DataChangeNotification.

    Raises:
        MalformedError: an item is not whole, or there are fewer than it says.
        UnfamiliarError: an item may be sound, but is not described in `wire_layout`.
    """
    n = max(wire_layout.count(body, 0), 0)
    if n * _SHORTEST > len(body):
        raise MalformedError(f"{n} changes in {len(body)} bytes")
    begin = np.empty(n, np.int64)
    keys = np.empty(n, np.int32)
    places: list[int] = []
    kinds: list[int] = []
    at, i = 4, 0  # i - len(places): the first of those in `places`

    def flush() -> None:
        begin[i - len(places) : i] = places
        keys[i - len(places) : i] = kinds
        places.clear()
        kinds.clear()

    whole = len(body)
    while i < n:
        if at + _SHORTEST > whole:
            raise MalformedError(f"the message ends at byte {whole}, after {i} of {n} changes")
        key = _key(body, at)
        make = make_of(key)
        if make is None:
            places.append(at)
            kinds.append(-1 - (key >> 8))
            at = wire_layout.data_value(body, at + _HANDLE)
            i += 1
            continue
        ahead = at + _RUN * make.size
        if i + _RUN < n and ahead + make.size <= whole and _key(body, ahead) == key:
            length = _run(body, at, make.size, n - i)
            flush()
            begin[i : i + length] = at + make.size * np.arange(length)
            keys[i : i + length] = key
            at += length * make.size
            i += length
            continue
        places.append(at)
        kinds.append(key)
        at += make.size
        i += 1
    if at > whole:
        raise MalformedError(f"the message ends at byte {whole}, within its last change")
    flush()
    return Items(body, begin, keys, at)


def _key(body: bytes, at: int) -> int:
    mask = body[at + _HANDLE]
    if not mask & 0x01:
        return mask << 8
    # Without a byte there, the key of something that is not fixed: the complete look says what is wrong.
    return mask << 8 | (body[at + _SHORTEST] if at + _SHORTEST < len(body) else DIMENSIONS)


def _run(body: bytes, at: int, size: int, most: int) -> int:
    """How many items of ``size`` bytes follow each other from ``at`` on with mask and type of the first."""
    n = min(most, (len(body) - at) // size)
    rows = np.frombuffer(body, np.uint8, n * size, at).reshape(n, size)
    same = rows[:, _HANDLE] == rows[0, _HANDLE]
    if body[at + _HANDLE] & 0x01:
        same &= rows[:, _SHORTEST] == rows[0, _SHORTEST]
    return n if same.all() else int(np.argmin(same))
