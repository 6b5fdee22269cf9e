"""One answer of a device → the lanes of all items in it, gathered at once. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hmi.config.modbus import ModbusAddress, ModbusFormat
from hmi.model import status, values
from hmi.model.samples import U32, U64
from hmi.model.values import LANE, ValueType
from hmi.sources.modbus.codec import bytes_swapped, natural_type, words_reversed


@dataclass(frozen=True, slots=True)
class Item:
    """One tag's place: ``index`` within the epoch, ``wire`` the type that its raw lane has to have."""

    index: int
    address: ModbusAddress
    wire: ValueType


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What a block holds, one row per item: ``lanes`` u8[n], ``status`` u4[n].

    ``texts`` gives the bytes of string items by row (their lane is 0: it is made with the batch).
    """

    lanes: U64
    status: U32
    texts: dict[int, bytes] = field(default_factory=dict)


class Decoder:
    """Decodes the answers to one read of ``count`` items of a table from address ``start`` on.

    All values of whole registers are gathered at once, byte by byte, into lanes: ``gather`` i8[n, 8] says
    where each byte of each little-endian lane lies in the payload, or at its end, where a zero stands.
    Rows are kept in the order of their kinds, so that what a kind needs beyond that is done on a slice.
    """

    def __init__(self, items: Sequence[Item], start: int, count: int) -> None:
        self._count = count
        self._rows = len(items)
        self._bits = bool(items) and items[0].address.table.of_bits
        by_kind = sorted(range(len(items)), key=lambda row: _kind(items[row]))
        texts = [row for row in by_kind if items[row].address.format is ModbusFormat.STRING]
        numbers = [row for row in by_kind if items[row].address.format is not ModbusFormat.STRING]
        self._order = np.array(numbers, np.intp)
        self._at = np.array([items[row].address.address - start for row in numbers], np.intp)
        self._gather = _gather([items[row].address for row in numbers], start, self.payload_bytes)
        self._kinds = [
            _slice([items[row] for row in rows], begin, self._order[begin : begin + len(rows)])
            for begin, rows in _runs(numbers, lambda row: _kind(items[row]))
        ]
        self._texts = [_text(items[row], row, start) for row in texts]

    @property
    def payload_bytes(self) -> int:
        """How long the payload of a whole answer is."""
        return (self._count + 7) // 8 if self._bits else 2 * self._count

    def decode(self, payload: bytes) -> Decoded:
        """The items' values.

        Raises:
            ValueError: the payload is not as long as `payload_bytes`.
        """
        if len(payload) != self.payload_bytes:
            raise ValueError(f"expected {self.payload_bytes} bytes of data, found {len(payload)}")
        decoded = Decoded(np.zeros(self._rows, np.uint64), np.zeros(self._rows, np.uint32))
        if self._bits:
            bits = np.unpackbits(np.frombuffer(payload, np.uint8), bitorder="little")
            lanes = bits[self._at].astype(np.uint64)
        else:
            lanes = np.frombuffer(payload + b"\0", np.uint8)[self._gather].view(LANE)[:, 0]
        for kind in self._kinds:
            kind.finish(lanes, decoded)
        decoded.lanes[self._order] = lanes
        for text in self._texts:
            text.store(payload, decoded)
        return decoded


def _kind(item: Item) -> tuple[ModbusFormat, ValueType, ValueType]:
    """Rows of the same kind are finished alike; order and place are the gathering's."""
    return item.address.format, natural_type(item.address), item.wire


def _runs(
    rows: Sequence[int], kind: Callable[[int], tuple[ModbusFormat, ValueType, ValueType]]
) -> Iterator[tuple[int, list[int]]]:
    """Rows that lie together, with where each run begins."""
    begin = 0
    for _, run in itertools.groupby(rows, kind):
        same = list(run)
        yield begin, same
        begin += len(same)


def _gather(addresses: Sequence[ModbusAddress], start: int, zero: int) -> npt.NDArray[np.intp]:
    """Where the bytes of each lane lie, least significant first; ``zero`` is where a zero lies."""
    gather = np.full((len(addresses), 8), zero, np.intp)
    for row, address in enumerate(addresses):
        words = range(address.address - start, address.address - start + address.registers)
        if words_reversed(address):
            words = words[::-1]
        swapped = bytes_swapped(address)
        most_first = [2 * word + half for word in words for half in ((1, 0) if swapped else (0, 1))]
        gather[row, : len(most_first)] = most_first[::-1]
    return gather


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """The gathered lanes ``span`` of one kind, which belong to the items ``rows``."""

    span: slice
    rows: npt.NDArray[np.intp]
    format: ModbusFormat
    natural: ValueType
    wire: ValueType
    width: int
    shift: npt.NDArray[np.uint64]
    mask: npt.NDArray[np.uint64]

    def finish(self, lanes: U64, decoded: Decoded) -> None:
        """Make lanes of the natural type in place, then lanes of the wire type."""
        match self.format:
            case ModbusFormat.BITS:
                lanes[self.span] = lanes[self.span] >> self.shift & self.mask
            case ModbusFormat.INT16 | ModbusFormat.INT32:
                signed = lanes[self.span].view(np.int64)
                unused = 64 - self.width
                signed <<= unused
                signed >>= unused
            case ModbusFormat.FLOAT32:
                single = lanes[self.span].astype(np.uint32).view(np.float32)
                with np.errstate(invalid="ignore"):  # a signalling NaN is a value, not our error
                    lanes[self.span] = single.astype(np.float64).view(np.uint64)
        if self.natural is not self.wire:
            lanes[self.span] = self._converted(lanes[self.span], decoded)

    def _converted(self, lanes: U64, decoded: Decoded) -> U64:
        """Natural lanes as lanes of the wire type; what that type cannot hold is Bad, no guess.

        An integer that a float64 can only hold rounded is Uncertain.
        """
        natural, wire = self.natural, self.wire
        whole = natural is not ValueType.FLOAT
        if wire is ValueType.FLOAT and whole:
            signed = lanes.view(np.int64) if natural is ValueType.INT else lanes
            rounded = ~values.float_holds(lanes, natural)
            decoded.status[self.rows[rounded]] = status.UNCERTAIN_CONFIGURATION_ERROR
            return np.asarray(signed.astype(np.float64).view(np.uint64))
        if wire is ValueType.BOOL and whole:
            return np.asarray((lanes != 0).astype(np.uint64))
        if wire.in_side_area or (wire is not ValueType.FLOAT and not whole):
            decoded.status[self.rows] = status.BAD_TYPE_MISMATCH
            return np.zeros_like(lanes)
        if (wire is ValueType.UINT) != (natural in (ValueType.UINT, ValueType.BOOL)):
            out = lanes >> np.uint64(63) != 0
            decoded.status[self.rows[out]] = status.BAD_OUT_OF_RANGE
            return np.where(out, np.uint64(0), lanes)
        return lanes


def _slice(items: Sequence[Item], begin: int, rows: npt.NDArray[np.intp]) -> _Kind:
    first = items[0]
    return _Kind(
        span=slice(begin, begin + len(items)),
        rows=rows,
        format=first.address.format,
        natural=natural_type(first.address),
        wire=first.wire,
        width=16 * first.address.registers,
        shift=np.array([each.address.bit for each in items], np.uint64),
        mask=np.array([(1 << each.address.bits) - 1 for each in items], np.uint64),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Text:
    """A string's place in the payload: ``gather`` are its bytes in their order."""

    row: int
    gather: npt.NDArray[np.intp]
    wire: ValueType

    def store(self, payload: bytes, decoded: Decoded) -> None:
        """A text ends at the first NUL; trailing spaces are padding. Other bytes than UTF-8 are no text."""
        if self.wire is not ValueType.STRING:
            decoded.status[self.row] = status.BAD_TYPE_MISMATCH
            return
        data = np.frombuffer(payload, np.uint8)[self.gather].tobytes()
        text = data.split(b"\0", 1)[0].rstrip(b" ")
        try:
            text.decode()
        except UnicodeDecodeError:
            decoded.status[self.row] = status.BAD_DECODING_ERROR
        else:
            decoded.texts[self.row] = text


def _text(item: Item, row: int, start: int) -> _Text:
    address = item.address
    words = range(address.address - start, address.address - start + address.registers)
    halves = (1, 0) if bytes_swapped(address) else (0, 1)
    order = words[::-1] if words_reversed(address) else words
    return _Text(row, np.array([2 * word + half for word in order for half in halves], np.intp), item.wire)
