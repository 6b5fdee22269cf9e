"""One answer of a device → the lanes of all items in it: vectorised over items of the same kind. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hmi.config.modbus import ModbusAddress, ModbusFormat
from hmi.model import status, values
from hmi.model.samples import U32, U64
from hmi.model.values import ValueType
from hmi.sources.modbus.codec import DTYPES, bytes_swapped, natural_type, words_reversed


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


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Rows that decode alike: ``at`` i8[n, w] where their registers lie, most significant first."""

    rows: npt.NDArray[np.intp]
    at: npt.NDArray[np.intp]
    format: ModbusFormat
    swapped: bool
    natural: ValueType
    wire: ValueType
    shift: npt.NDArray[np.uint64]
    mask: npt.NDArray[np.uint64]


class Decoder:
    """Decodes the answers to one read of ``count`` items of a table from address ``start`` on."""

    def __init__(self, items: Sequence[Item], start: int, count: int) -> None:
        self._count = count
        self._rows = len(items)
        self._bits = bool(items) and items[0].address.table.of_bits
        kinds: dict[tuple[ModbusFormat, int, bool, bool, ValueType, ValueType], list[int]] = {}
        for row, item in enumerate(items):
            address = item.address
            kind = (
                address.format,
                address.registers,
                words_reversed(address),
                bytes_swapped(address),
                natural_type(address),
                item.wire,
            )
            kinds.setdefault(kind, []).append(row)
        self._groups = [
            _group([items[row] for row in rows], np.array(rows, np.intp), start) for rows in kinds.values()
        ]

    @property
    def payload_bytes(self) -> int:
        """How long the payload of a whole answer is."""
        return (self._count + 7) // 8 if self._bits else 2 * self._count

    def decode(self, payload: bytes) -> Decoded:
        """The items' values.

        Raises:
            ValueError: the payload is not as long as `payload_bytes` (pymodbus passes short answers).
        """
        if len(payload) != self.payload_bytes:
            raise ValueError(f"expected {self.payload_bytes} bytes of data, found {len(payload)}")
        decoded = Decoded(np.zeros(self._rows, np.uint64), np.zeros(self._rows, np.uint32))
        if self._bits:
            bits = np.unpackbits(np.frombuffer(payload, np.uint8), bitorder="little")
            for group in self._groups:
                _store(decoded, group, bits[group.at[:, 0]].astype(np.uint64))
            return decoded
        block = np.frombuffer(payload, ">u2")
        for group in self._groups:
            registers = block[group.at]
            if group.swapped:
                registers = registers.byteswap()
            if group.format is ModbusFormat.STRING:
                _store_texts(decoded, group, registers)
            else:
                numbers = np.ascontiguousarray(registers).view(DTYPES[group.format])[:, 0]
                _store(decoded, group, _natural_lanes(numbers, group))
        return decoded


def _group(items: Sequence[Item], rows: npt.NDArray[np.intp], start: int) -> _Group:
    first = items[0].address
    words = np.arange(first.registers)[:: -1 if words_reversed(first) else 1]
    starts = np.array([each.address.address - start for each in items], np.intp)
    return _Group(
        rows=rows,
        at=starts[:, None] + words[None, :],
        format=first.format,
        swapped=bytes_swapped(first),
        natural=natural_type(first),
        wire=items[0].wire,
        shift=np.array([each.address.bit for each in items], np.uint64),
        mask=np.array([(1 << each.address.bits) - 1 for each in items], np.uint64),
    )


def _natural_lanes(numbers: npt.NDArray[np.generic], group: _Group) -> U64:
    if group.format is ModbusFormat.BITS:
        return np.asarray(numbers.astype(np.uint64) >> group.shift & group.mask)
    match group.natural:
        case ValueType.FLOAT:
            with np.errstate(invalid="ignore"):  # a signalling NaN is a value, not our error
                return numbers.astype(np.float64).view(np.uint64)
        case ValueType.INT:
            return numbers.astype(np.int64).view(np.uint64)
        case _:
            return numbers.astype(np.uint64)


def _store(decoded: Decoded, group: _Group, lanes: U64) -> None:
    """Put natural lanes in place as lanes of the wire type; what that type cannot hold is Bad, no guess.

    An integer that a float64 can only hold rounded is Uncertain.
    """
    natural, wire = group.natural, group.wire
    whole = natural is not ValueType.FLOAT
    if wire is ValueType.FLOAT and whole:
        signed = lanes.view(np.int64) if natural is ValueType.INT else lanes
        rounded = ~values.float_holds(lanes, natural)
        decoded.status[group.rows[rounded]] = status.UNCERTAIN_CONFIGURATION_ERROR
        lanes = signed.astype(np.float64).view(np.uint64)
    elif wire is ValueType.BOOL and whole:
        lanes = (lanes != 0).astype(np.uint64)
    elif wire.in_side_area or (wire is not ValueType.FLOAT and not whole):
        decoded.status[group.rows] = status.BAD_TYPE_MISMATCH
        return
    elif (wire is ValueType.UINT) != (natural in (ValueType.UINT, ValueType.BOOL)):
        out = lanes >> np.uint64(63) != 0
        decoded.status[group.rows[out]] = status.BAD_OUT_OF_RANGE
        lanes = np.where(out, np.uint64(0), lanes)
    decoded.lanes[group.rows] = lanes


def _store_texts(decoded: Decoded, group: _Group, registers: npt.NDArray[np.uint16]) -> None:
    """Texts end at the first NUL; trailing spaces are padding. Other bytes than UTF-8 are no text."""
    if group.wire is not ValueType.STRING:
        decoded.status[group.rows] = status.BAD_TYPE_MISMATCH
        return
    for row, words in zip(group.rows.tolist(), registers, strict=True):
        text = words.tobytes().split(b"\0", 1)[0].rstrip(b" ")
        try:
            text.decode()
        except UnicodeDecodeError:
            decoded.status[row] = status.BAD_DECODING_ERROR
            continue
        decoded.texts[row] = text
