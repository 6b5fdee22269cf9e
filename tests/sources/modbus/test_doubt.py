"""RTU answers have no number: no late one may become the value of another register."""

from __future__ import annotations

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from hmi.sources.modbus.doubt import REMEMBERED, Doubt, data_bytes
from hmi.sources.modbus.framing_rtu import RtuAnswer, rtu_frame

TIMEOUT = 1.0


class LateDevice:
    """Answers in order, each as late as it likes; a register's value is its address."""

    def __init__(self, last: int) -> None:
        self.owed: deque[bytes] = deque()
        self._last = last

    def ask(self, start: int, count: int) -> None:
        if start + count - 1 > self._last:
            self.owed.append(rtu_frame(1, b"\x83\x02"))
            return
        data = b"".join(each.to_bytes(2, "big") for each in range(start, start + count))
        self.owed.append(rtu_frame(1, bytes([3, len(data)]) + data))


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 4), st.integers(0, 3), st.integers(0, 3)),
        min_size=1,
        max_size=30,
    )
)
def test_whenever_answers_come_a_value_is_that_of_its_own_request(
    steps: list[tuple[int, int, int, int]],
) -> None:
    """Each step: a read, and how many of the owed answers come in time for its probe and for itself."""
    device, doubt, now = LateDevice(last=42), Doubt(), 0.0

    def exchange(start: int, count: int, in_time: int) -> bytes | None:
        nonlocal now
        kind = (3, data_bytes(3, count))
        kinds = doubt.kinds(now)
        request = rtu_frame(1, b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big"))
        waiting = RtuAnswer(request, kind[1], given_up=kinds)
        device.ask(start, count)
        pdu = None
        for _ in range(min(in_time, len(device.owed))):
            pdu = waiting.feed(device.owed.popleft())
            if pdu is not None:
                break
        now += 0.01
        if pdu is None:
            doubt.given_up(kind, now, TIMEOUT)
        elif pdu[0] != 3:
            doubt.refused(kind, now, TIMEOUT)
        elif kind not in kinds:
            doubt.answered()
        return pdu

    for start, count, probe_in_time, in_time in steps:
        other = doubt.other_count(3, count, now)
        if other is not None and exchange(start, other, probe_in_time) is None:
            continue
        assert doubt.other_count(3, count, now) is None, "asked although its answer could be another's"
        pdu = exchange(start, count, in_time)
        if pdu is not None and pdu[0] == 3 and pdu[1] == 2 * count:
            assert pdu[2:] == b"".join(each.to_bytes(2, "big") for each in range(start, start + count))


def test_what_never_came_is_forgotten_after_a_while() -> None:
    doubt = Doubt()
    doubt.given_up((3, 4), 0.0, TIMEOUT)
    assert doubt.other_count(3, 2, 1.0) == 1
    assert doubt.other_count(3, 5, 1.0) is None, "its answer has another length"
    assert doubt.other_count(3, 2, REMEMBERED * TIMEOUT + 1.0) is None


def test_bits_differ_by_bytes_only() -> None:
    doubt = Doubt()
    doubt.given_up((1, 2), 0.0, TIMEOUT)
    assert doubt.other_count(1, 12, 0.0) == 8
