"""The codec against struct: an independent statement of what every format and order means on the wire."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.modbus import ModbusAddress, ModbusFormat, ModbusTable
from hmi.model import status, values
from hmi.model.values import Scalar, ValueType
from hmi.sources.modbus import codec
from hmi.sources.modbus.decoding import Decoder, Item

CODES = {
    ModbusFormat.INT16: "h",
    ModbusFormat.UINT16: "H",
    ModbusFormat.INT32: "i",
    ModbusFormat.UINT32: "I",
    ModbusFormat.INT64: "q",
    ModbusFormat.UINT64: "Q",
    ModbusFormat.FLOAT32: "f",
    ModbusFormat.FLOAT64: "d",
}
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")


def on_the_wire(value: Scalar, format_: ModbusFormat, order: str) -> bytes:
    """The bytes as a device sends them, by struct and slicing alone."""
    big = struct.pack(">" + CODES[format_], value)
    pairs = [big[i : i + 2] for i in range(0, len(big), 2)]
    match order:
        case "ABCD":
            return big
        case "CDAB":
            return b"".join(reversed(pairs))
        case "BADC":
            return b"".join(pair[::-1] for pair in pairs)
        case _:
            return big[::-1]


def value_of(format_: ModbusFormat) -> st.SearchStrategy[Scalar]:
    size = 8 * struct.calcsize(CODES[format_])
    if format_ in (ModbusFormat.FLOAT32, ModbusFormat.FLOAT64):
        return st.floats(width=size, allow_nan=False)  # type: ignore[arg-type]
    if CODES[format_].islower():
        return st.integers(-(2 ** (size - 1)), 2 ** (size - 1) - 1)
    return st.integers(0, 2**size - 1)


def at(address: int, format_: ModbusFormat, **more: object) -> ModbusAddress:
    return ModbusAddress.model_validate(
        {"table": ModbusTable.HOLDING_REGISTER, "address": address, "format": format_, **more}
    )


def test_the_documented_orders_of_0x0a0b0c0d() -> None:
    for order, expected in {
        "ABCD": [0x0A0B, 0x0C0D],
        "CDAB": [0x0C0D, 0x0A0B],
        "BADC": [0x0B0A, 0x0D0C],
        "DCBA": [0x0D0C, 0x0B0A],
    }.items():
        assert codec.to_registers(0x0A0B0C0D, at(0, ModbusFormat.UINT32, order=order)) == expected


@st.composite
def blocks(draw: st.DrawFn) -> list[tuple[ModbusAddress, Scalar, bytes]]:
    """Several values one after the other in a block, with unread registers between them."""
    found, address = [], draw(st.integers(0, 60_000))
    for _ in range(draw(st.integers(1, 12))):
        format_ = draw(st.sampled_from(sorted(CODES)))
        order = draw(st.sampled_from(ORDERS))
        value = draw(value_of(format_))
        where = at(address, format_, order=order)
        found.append((where, value, on_the_wire(value, format_, order)))
        address += where.registers + draw(st.integers(0, 3))
    return found


@given(blocks())
def test_decodes_every_format_and_order_exactly(block: list[tuple[ModbusAddress, Scalar, bytes]]) -> None:
    start = block[0][0].address
    end = block[-1][0].address + block[-1][0].registers
    payload = bytearray(b"\xa5" * 2 * (end - start))
    for address, _, data in block:
        offset = 2 * (address.address - start)
        payload[offset : offset + len(data)] = data
    items = [Item(i, address, codec.natural_type(address)) for i, (address, _, _) in enumerate(block)]
    decoded = Decoder(items, start, end - start).decode(bytes(payload))
    assert not decoded.status.any()
    for row, (address, value, _) in enumerate(block):
        assert values.from_lane(int(decoded.lanes[row]), codec.natural_type(address)) == value


@given(st.sampled_from(sorted(CODES)).flatmap(lambda f: st.tuples(st.just(f), value_of(f))))
def test_encodes_every_format_and_order(case: tuple[ModbusFormat, Scalar]) -> None:
    format_, value = case
    for order in ORDERS:
        registers = codec.to_registers(value, at(7, format_, order=order))
        assert struct.pack(f">{len(registers)}H", *registers) == on_the_wire(value, format_, order)


@given(
    st.integers(0, 0xFFFF),
    st.integers(0, 15).flatmap(lambda b: st.tuples(st.just(b), st.integers(1, 16 - b))),
    st.sampled_from(ORDERS),
)
def test_bit_fields_are_cut_out_and_put_back(register: int, place: tuple[int, int], order: str) -> None:
    bit, bits = place
    address = at(3, ModbusFormat.BITS, bit=bit, bits=bits, order=order)
    natural = codec.natural_type(address)
    wire = struct.pack("<H" if order in ("BADC", "DCBA") else ">H", register)
    decoded = Decoder([Item(0, address, natural)], 3, 1).decode(wire)
    expected = int(format(register, "016b")[::-1][bit : bit + bits][::-1], 2)
    assert int(decoded.lanes[0]) == expected
    mask, set_bits = codec.to_masked(values.from_lane(expected, natural), address)
    (seen,) = struct.unpack(">H", wire)
    assert seen & mask == set_bits
    assert mask.bit_count() == bits


@given(st.text(max_size=20).filter(lambda t: "\0" not in t and len(t.encode()) <= 20 and t == t.rstrip(" ")))
def test_texts_survive_in_every_order(text: str) -> None:
    for order in ORDERS:
        address = at(0, ModbusFormat.STRING, length=10, order=order)
        registers = codec.to_registers(text, address)
        payload = struct.pack(">10H", *registers)
        if order == "ABCD":
            assert payload == text.encode().ljust(20, b"\0")
        if order == "BADC":
            plain = text.encode().ljust(20, b"\0")
            assert payload == b"".join(plain[i : i + 2][::-1] for i in range(0, 20, 2))
        decoded = Decoder([Item(0, address, ValueType.STRING)], 0, 10).decode(payload)
        assert decoded.texts == {0: text.encode()}


@given(st.lists(st.booleans(), min_size=1, max_size=70), st.integers(0, 1000))
def test_coils_are_packed_from_the_least_significant_bit(bits: list[bool], start: int) -> None:
    address = [
        ModbusAddress(table=ModbusTable.COIL, address=start + i, format=ModbusFormat.BOOL)
        for i in range(len(bits))
    ]
    payload = sum(1 << i for i, on in enumerate(bits) if on).to_bytes((len(bits) + 7) // 8, "little")
    items = [Item(i, each, ValueType.BOOL) for i, each in enumerate(address)]
    decoded = Decoder(items, start, len(bits)).decode(payload)
    assert decoded.lanes.tolist() == [int(on) for on in bits]


@pytest.mark.parametrize("length", [0, 1, 2, 3, 5, 6, 250])
def test_an_answer_of_another_length_is_refused(length: int) -> None:
    decoder = Decoder([Item(0, at(0, ModbusFormat.UINT32), ValueType.UINT)], 0, 2)
    with pytest.raises(ValueError, match="expected 4 bytes"):
        decoder.decode(bytes(length))


@pytest.mark.parametrize(
    ("format_", "registers", "wire", "expected"),
    [
        (ModbusFormat.UINT16, [5], ValueType.FLOAT, (status.GOOD, 5.0)),
        (ModbusFormat.INT16, [0xFFFE], ValueType.FLOAT, (status.GOOD, -2.0)),
        (ModbusFormat.INT16, [0xFFFE], ValueType.ENUM, (status.GOOD, -2)),
        (ModbusFormat.UINT16, [2], ValueType.ENUM, (status.GOOD, 2)),
        (ModbusFormat.UINT16, [2], ValueType.BOOL, (status.GOOD, True)),
        (ModbusFormat.UINT64, [0x8000, 0, 0, 0], ValueType.UINT, (status.GOOD, 2**63)),
        (ModbusFormat.UINT64, [0x8000, 0, 0, 0], ValueType.INT, (status.BAD_OUT_OF_RANGE, None)),
        (ModbusFormat.INT16, [0xFFFE], ValueType.UINT, (status.BAD_OUT_OF_RANGE, None)),
        (ModbusFormat.FLOAT32, [0, 0], ValueType.INT, (status.BAD_TYPE_MISMATCH, None)),
        (ModbusFormat.UINT16, [0], ValueType.STRING, (status.BAD_TYPE_MISMATCH, None)),
    ],
)
def test_another_wire_type_is_converted_exactly_or_bad(
    format_: ModbusFormat, registers: list[int], wire: ValueType, expected: tuple[int, Scalar | None]
) -> None:
    decoded = Decoder([Item(0, at(0, format_), wire)], 0, len(registers)).decode(
        struct.pack(f">{len(registers)}H", *registers)
    )
    code, value = expected
    assert int(decoded.status[0]) == code
    if value is not None:
        assert values.from_lane(int(decoded.lanes[0]), wire) == value


@given(st.integers(-(2**63), 2**63 - 1) | st.integers(2**53 - 3, 2**53 + 3))
def test_a_64_bit_integer_in_a_float_is_exact_or_says_that_it_is_not(number: int) -> None:
    decoder = Decoder([Item(0, at(0, ModbusFormat.INT64), ValueType.FLOAT)], 0, 4)
    decoded = decoder.decode(number.to_bytes(8, "big", signed=True))
    value = values.from_lane(int(decoded.lanes[0]), ValueType.FLOAT)
    assert value == float(number)
    code = status.GOOD if value == number else status.UNCERTAIN_CONFIGURATION_ERROR
    assert decoded.status.tolist() == [code]


def test_bytes_that_are_no_text_are_bad_and_nans_pass() -> None:
    text = Decoder([Item(0, at(0, ModbusFormat.STRING, length=1), ValueType.STRING)], 0, 1)
    assert text.decode(b"\xff\xfe").status.tolist() == [status.BAD_DECODING_ERROR]
    number = Decoder([Item(0, at(0, ModbusFormat.FLOAT32), ValueType.FLOAT)], 0, 2)
    for nan in (b"\x7f\xc0\x00\x00", b"\x7f\x80\x00\x01"):  # a quiet and a signalling one
        decoded = number.decode(nan)
        assert np.isnan(decoded.lanes.view(np.float64)).all()
        assert decoded.status.tolist() == [status.GOOD]


@pytest.mark.parametrize(
    ("format_", "value", "error"),
    [
        (ModbusFormat.INT16, 32_768, OverflowError),
        (ModbusFormat.UINT16, -1, OverflowError),
        (ModbusFormat.UINT16, 65_536, OverflowError),
        (ModbusFormat.UINT64, 2**64, OverflowError),
        (ModbusFormat.FLOAT32, 1e39, OverflowError),
        (ModbusFormat.STRING, "abc", OverflowError),
        (ModbusFormat.UINT16, 1.5, TypeError),
        (ModbusFormat.UINT16, True, TypeError),
        (ModbusFormat.UINT16, "1", TypeError),
        (ModbusFormat.FLOAT32, True, TypeError),
        (ModbusFormat.STRING, 1, TypeError),
    ],
)
def test_what_does_not_fit_is_not_encoded(
    format_: ModbusFormat, value: Scalar, error: type[Exception]
) -> None:
    with pytest.raises(error):
        codec.to_registers(value, at(0, format_))


def test_what_does_not_fit_in_bits_is_not_encoded() -> None:
    with pytest.raises(OverflowError):
        codec.to_masked(4, at(0, ModbusFormat.BITS, bit=1, bits=2))
    with pytest.raises(TypeError):
        codec.to_masked(1, at(0, ModbusFormat.BITS, bit=1))
    with pytest.raises(TypeError):
        codec.to_bit(1)
