"""Foreign bytes: whatever comes over a line, an answer is the one that was asked for, or there is none."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.sources.modbus.doubt import data_bytes
from hmi.sources.modbus.errors import Garbled, Malformed
from hmi.sources.modbus.framing_rtu import Oddity, RtuAnswer, rtu_frame, sound
from hmi.sources.modbus.framing_tcp import TcpFrame, TcpFrames, tcp_frame

UNITS = st.integers(0, 255)
PDUS = st.binary(min_size=2, max_size=253)


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    """The data in pieces, as a network or a driver hands them over."""
    ends = sorted({each % (len(data) + 1) for each in cuts} | {len(data)})
    return [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@given(
    st.lists(st.tuples(st.integers(0, 0xFFFF), UNITS, PDUS), max_size=6),
    st.lists(st.integers(0, 2000), max_size=9),
)
def test_tcp_frames_come_out_as_they_went_in(frames: list[tuple[int, int, bytes]], cuts: list[int]) -> None:
    under_test = TcpFrames()
    came = [
        frame
        for piece in cut(b"".join(tcp_frame(*each) for each in frames), cuts)
        for frame in under_test.feed(piece)
    ]
    assert came == [TcpFrame(*each) for each in frames]
    assert not under_test.incomplete


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_any_bytes_are_frames_or_refused(pieces: list[bytes]) -> None:
    under_test = TcpFrames()
    with contextlib.suppress(Malformed):
        for piece in pieces:
            for frame in under_test.feed(piece):
                assert 1 <= len(frame.pdu) <= 253


def test_an_exception_whose_length_leaves_out_its_code_is_read_all_the_same() -> None:
    frames = list(
        TcpFrames().feed(bytes.fromhex("0001 0000 0002 01 83 02") + tcp_frame(2, 1, b"\x03\x02\x00\x01"))
    )
    assert [frame.pdu for frame in frames] == [b"\x83\x02", b"\x03\x02\x00\x01"]


def read(unit: int = 1, start: int = 0, count: int = 2, **more: object) -> RtuAnswer:
    request = rtu_frame(unit, b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big"))
    return RtuAnswer(request, data_bytes(3, count), **more)  # type: ignore[arg-type]


def answer(data: bytes, unit: int = 1, function: int = 3) -> bytes:
    return rtu_frame(unit, bytes([function, len(data)]) + data)


def fed(under_test: RtuAnswer, pieces: list[bytes]) -> bytes | None:
    for piece in pieces:
        if (found := under_test.feed(piece)) is not None:
            return found
    return None


def test_a_frame_of_the_specification() -> None:
    """The CRC of 02 07 is 41 12 hex (Modbus over Serial Line V1.02, 6.2.2)."""
    assert rtu_frame(2, b"\x07") == bytes.fromhex("02 07 41 12")
    assert sound(bytes.fromhex("02 07 41 12"))


@given(UNITS, st.integers(1, 125), st.data(), st.lists(st.integers(0, 300), max_size=6), st.booleans())
def test_an_answer_is_found_in_any_pieces_with_or_without_an_echo(
    unit: int, count: int, data: st.DataObject, cuts: list[int], echo: bool
) -> None:
    under_test = read(unit, count=count)
    wanted = data.draw(st.binary(min_size=2 * count, max_size=2 * count))
    stream = (under_test.request if echo else b"") + answer(wanted, unit)
    assert fed(under_test, cut(stream, cuts)) == bytes([3, 2 * count]) + wanted
    assert under_test.echoed == echo
    assert not under_test.anything


@given(st.binary(max_size=40), st.binary(min_size=4, max_size=4), st.lists(st.integers(0, 80), max_size=6))
def test_noise_before_an_answer_makes_no_other_value(noise: bytes, data: bytes, cuts: list[int]) -> None:
    under_test = read()
    try:
        found = fed(under_test, cut(noise + answer(data), cuts))
    except Garbled:
        return
    # None: the noise looks like the beginning of the answer, which a time-out ends.
    assert found in (None, b"\x03\x04" + data)


@given(st.binary(min_size=4, max_size=4), st.integers(0, 71), st.lists(st.integers(0, 80), max_size=4))
def test_one_bit_wrong_is_never_a_value(data: bytes, bit: int, cuts: list[int]) -> None:
    broken = bytearray(answer(data))
    broken[bit // 8] ^= 1 << bit % 8
    with contextlib.suppress(Garbled):
        assert fed(read(), cut(bytes(broken), cuts)) is None


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_random_bytes_are_never_an_answer_and_never_too_many(pieces: list[bytes]) -> None:
    under_test = read(unit=77, count=9)
    with contextlib.suppress(Garbled):
        assert fed(under_test, pieces) is None


@given(st.binary(min_size=4, max_size=4), st.integers(0, 8))
def test_half_a_frame_is_no_answer(data: bytes, length: int) -> None:
    under_test = read()
    assert under_test.feed(answer(data)[:length]) is None
    assert under_test.anything == (length > 0)


def test_what_is_not_the_answer_is_passed_over_and_counted() -> None:
    under_test = read(given_up=frozenset({(3, 6)}))
    stream = [
        b"\xff",
        answer(b"\0\1\0\2", unit=9),
        answer(b"\0\1\0\2", function=4),
        answer(b"late..", unit=1),
        answer(b"\0\7\0\7"),
    ]
    assert fed(under_test, stream) == b"\x03\x04\0\7\0\7"
    assert under_test.seen == {
        Oddity.NOISE: 1,
        Oddity.OTHER_UNIT: 1,
        Oddity.OTHER_FUNCTION: 1,
        Oddity.LATE: 1,
    }


def test_an_answer_to_another_function_that_was_given_up_is_a_late_one() -> None:
    under_test = read(given_up=frozenset({(16, 0)}))
    assert under_test.feed(rtu_frame(1, b"\x10\0\7\0\2") + answer(b"\0\7\0\7")) == b"\x03\x04\0\7\0\7"
    assert under_test.seen == {Oddity.LATE: 1}


def test_a_short_answer_is_handed_on_to_be_refused() -> None:
    under_test = read()
    assert under_test.feed(answer(b"\0\1")) == b"\x03\x02\0\1"
    assert under_test.seen[Oddity.SHORT] == 1


def test_a_write_on_a_line_that_echoes_is_done_when_its_echo_comes_a_second_time() -> None:
    request = rtu_frame(1, bytes.fromhex("06 0004 0007"))
    quiet = RtuAnswer(request, None)
    assert quiet.feed(request) == request[1:-2]
    echoing = RtuAnswer(request, None, echoes=True)
    assert echoing.feed(request) is None
    assert echoing.feed(request) == request[1:-2]


def test_an_exception_is_an_answer() -> None:
    assert read().feed(rtu_frame(1, b"\x83\x02")) == b"\x83\x02"


def test_what_is_no_modbus_tcp_is_said_to_be_none() -> None:
    with pytest.raises(Malformed, match="no Modbus TCP"):
        list(TcpFrames().feed(b"HTTP/1.1 400 Bad Request"))


def test_too_much_noise_is_garbled_at_once() -> None:
    with pytest.raises(Garbled, match="1024"):
        read(unit=1).feed(b"\xff" * 1025)
