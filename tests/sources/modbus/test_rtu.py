"""Serial frames from devices made by hand: whatever goes wrong on the wire, no wrong value."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from hmi.model import status
from hmi.model.samples import LinkState, WriteOutcome
from hmi.sources.modbus.framing_rtu import Oddity, rtu_frame
from tests.sources.modbus.devices import Watch, at, device, read_answer

TWO = {"a": at(0), "b": at(500)}
"""Two reads whose answers have the same length."""


def value(register: int) -> int:
    return register // 500 + 1


def rtu_answer(unit: int, pdu: bytes) -> bytes:
    if pdu[0] == 6:
        return rtu_frame(unit, pdu)
    return rtu_frame(unit, read_answer(pdu, value))


def start(pdu: bytes) -> int:
    return struct.unpack(">BHH", pdu)[1]


def good_values(watch: Watch, name: str) -> set[object]:
    return {found for code, found in watch.samples(name) if code == status.GOOD}


async def both_right(watch: Watch) -> None:
    await watch.until(lambda: watch.last("a") == (status.GOOD, 1), "a")
    await watch.until(lambda: watch.last("b") == (status.GOOD, 2), "b")


async def test_a_late_answer_is_not_taken_for_that_of_another_register() -> None:
    """Block b is answered only when the next request has come, and before that one's own answer."""
    late: list[bytes] = []

    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        if start(pdu) == 500 and len(late) < 3:
            late.append(rtu_answer(unit, pdu))
            return []
        now = [each for each in late if each]
        late[:] = [b""] * len(late)
        return [*now, rtu_answer(unit, pdu)]

    async with device(answer, rtu=True) as port, Watch(port, TWO, timeout=0.2, framing="rtu") as watch:
        await both_right(watch)
        assert good_values(watch, "a") == {1}
        assert good_values(watch, "b") == {2}
        assert watch.known.seen[Oddity.LATE] > 0


async def test_one_wrong_checksum_is_bad_for_a_moment_and_no_value() -> None:
    asked = 0

    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        nonlocal asked
        asked += 1
        frame = rtu_answer(unit, pdu)
        if asked % 5 == 4:
            return [frame[:3] + bytes([frame[3] ^ 0x40]) + frame[4:]]
        return [frame]

    async with device(answer, rtu=True) as port, Watch(port, TWO, framing="rtu") as watch:
        await watch.until(
            lambda: any(
                code == status.BAD_COMMUNICATION_ERROR for name in TWO for code, _ in watch.samples(name)
            ),
            "the broken answer",
        )
        await both_right(watch)
        assert (good_values(watch, "a"), good_values(watch, "b")) == ({1}, {2})
        assert watch.known.seen[Oddity.CHECKSUM] > 0
        assert LinkState.DOWN not in watch.links()


async def test_nothing_but_garbage_is_no_link_and_the_cause_says_where_to_look() -> None:
    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        return [bytes(each ^ 0x5A for each in rtu_answer(unit, pdu))]

    async with device(answer, rtu=True) as port, Watch(port, TWO, framing="rtu", timeout=0.1) as watch:
        await watch.until(lambda: LinkState.DOWN in watch.links(), "DOWN")
        assert "check baud rate, parity and wiring" in watch.cause()
        assert LinkState.UP not in watch.links()


@pytest.mark.parametrize("noise", [b"\x00", b"\xff\xfe", b"\x01\x03"])
async def test_noise_around_frames_costs_no_value(noise: bytes) -> None:
    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        return [noise, rtu_answer(unit, pdu)]

    async with device(answer, rtu=True) as port, Watch(port, TWO, framing="rtu", timeout=0.5) as watch:
        await both_right(watch)
        assert (good_values(watch, "a"), good_values(watch, "b")) == ({1}, {2})


async def test_half_a_frame_is_left_behind() -> None:
    asked = 0

    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        nonlocal asked
        asked += 1
        frame = rtu_answer(unit, pdu)
        return [frame[:4]] if asked % 4 == 3 else [frame]

    async with device(answer, rtu=True) as port, Watch(port, TWO, framing="rtu", timeout=0.2) as watch:
        await both_right(watch)
        since = len(watch.messages)
        await watch.until(lambda: watch.confirmed("a", since) >= 3, "a goes on")
        await watch.until(lambda: watch.confirmed("b", since) >= 3, "b goes on")
        assert (good_values(watch, "a"), good_values(watch, "b")) == ({1}, {2})
        assert LinkState.DOWN not in watch.links()


async def test_answers_of_another_unit_or_function_or_length_are_no_values() -> None:
    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        match start(pdu):
            case 0:
                return [rtu_frame(unit + 1, read_answer(pdu, value)), rtu_answer(unit, pdu)]
            case 500:
                return [rtu_frame(unit, b"\x04" + read_answer(pdu, value)[1:]), rtu_answer(unit, pdu)]
            case _:
                return [rtu_frame(unit, b"\x03\x04\0\1\0\2")]

    tags = TWO | {"long": at(1000)}
    async with device(answer, rtu=True) as port, Watch(port, tags, framing="rtu", timeout=0.3) as watch:
        await both_right(watch)
        await watch.until(lambda: watch.status("long") == status.BAD_DECODING_ERROR, "another length")
        seen = watch.known.seen
        assert seen[Oddity.OTHER_UNIT]
        assert seen[Oddity.OTHER_FUNCTION]
        assert seen[Oddity.SHORT]


async def test_a_line_that_echoes_is_found_out_and_an_echo_is_no_success() -> None:
    deaf = False

    async def answer(_number: int, unit: int, pdu: bytes) -> list[bytes]:
        echo = rtu_frame(unit, pdu)
        return [echo] if deaf and pdu[0] == 6 else [echo, rtu_answer(unit, pdu)]

    async with device(answer, rtu=True) as port, Watch(port, TWO, framing="rtu", timeout=0.5) as watch:
        await both_right(watch)
        assert watch.known.echoes
        assert await watch.write("a", 7) is WriteOutcome.ACCEPTED
        deaf = True
        result = await watch.source.write(0, 8, timeout=0.3)
        assert result.outcome is WriteOutcome.UNKNOWN, "the device never got it"


async def test_a_port_that_is_not_there_is_named(tmp_path: Path) -> None:
    port = tmp_path / "ttyUSB7"
    async with Watch(0, TWO, serial={"device": str(port)}) as watch:
        await watch.until(lambda: LinkState.DOWN in watch.links(), "DOWN")
        assert f"no connection to {port}" in watch.cause()
        assert "No such file" in watch.cause()
