"""RTU answers have no number: no late one may become the value of another register."""

from __future__ import annotations

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from hmi.sources.modbus.doubt import REMEMBERED, Doubt
from hmi.sources.modbus.framing_rtu import RtuAnswer, rtu_frame

TIMEOUT = 1.0


class LateDevice:
    """Answers in order, each as late as it likes; a register's value is its address, until it is written."""

    def __init__(self, last: int) -> None:
        self.owed: deque[bytes] = deque()
        self.done: list[int] = []
        """The writes that it has carried out, by their numbers."""
        self._last = last

    def read(self, start: int, count: int) -> None:
        if start + count - 1 > self._last:
            self.owed.append(rtu_frame(1, b"\x83\x02"))
            return
        data = b"".join(each.to_bytes(2, "big") for each in range(start, start + count))
        self.owed.append(rtu_frame(1, bytes([3, len(data)]) + data))

    def write(self, start: int, number: int) -> None:
        if start > self._last:
            self.owed.append(rtu_frame(1, b"\x90\x02"))
            return
        self.done.append(number)
        self.owed.append(rtu_frame(1, b"\x10" + start.to_bytes(2, "big") + b"\0\2"))


class Master:
    """Asks a `LateDevice` as an open line does; what is given up is known to ``doubt`` alone."""

    def __init__(self) -> None:
        self.device, self.doubt, self.now = LateDevice(last=42), Doubt(), 0.0

    def read(self, start: int, count: int, arrives: bool, in_time: int) -> bytes | None:
        if arrives:
            self.device.read(start, count)
        request = rtu_frame(1, b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big"))
        return self._exchange(request, 2 * count, in_time)

    def write(self, start: int, number: int, arrives: bool, in_time: int) -> bytes | None:
        if arrives:
            self.device.write(start, number)
        request = rtu_frame(1, b"\x10" + start.to_bytes(2, "big") + b"\0\2\4\0\0" + number.to_bytes(2, "big"))
        return self._exchange(request, None, in_time)

    def _exchange(self, request: bytes, data: int | None, in_time: int) -> bytes | None:
        kind, kinds = (request[1], data or 0), self.doubt.kinds(self.now)
        waiting = RtuAnswer(request, data, given_up=kinds)
        pdu = None
        for _ in range(min(in_time, len(self.device.owed))):
            pdu = waiting.feed(self.device.owed.popleft())
            if pdu is not None:
                break
        self.now += 0.01
        if pdu is None:
            self.doubt.given_up(kind, self.now, TIMEOUT)
        elif pdu[0] != kind[0]:
            self.doubt.refused(kind, self.now, TIMEOUT)
        elif kind not in kinds:
            self.doubt.answered()
        return pdu

    def certain_of_a_read(self, start: int, count: int, arrives: bool, in_time: int) -> bool:
        while (other := self.doubt.other_count(3, count, self.now)) is not None:
            if self.read(start, other, arrives, in_time) is None:
                return False
        return True

    def certain_of_a_write(self, start: int, arrives: bool, in_time: int) -> bool:
        while (16, 0) in self.doubt.kinds(self.now):
            count = self.doubt.other_count(3, 1, self.now) or 1
            if self.read(start, count, arrives, in_time) is None:
                return False
        return True


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.integers(0, 44),
            st.integers(1, 4),
            st.tuples(st.booleans(), st.integers(0, 3)),
            st.tuples(st.booleans(), st.integers(0, 3)),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_whenever_answers_come_each_is_that_of_its_own_request(
    steps: list[tuple[bool, int, int, tuple[bool, int], tuple[bool, int]]],
) -> None:
    """Each step: a write or a read; of the read before it that brings certainty, and of itself, whether it
    arrives at the device, and how many of the owed answers come in time."""
    master = Master()
    for number, (writes, start, count, before, itself) in enumerate(steps):
        if writes:
            if not master.certain_of_a_write(start, *before):
                continue
            pdu = master.write(start, number, *itself)
            if pdu is not None and pdu[0] == 16:
                assert master.device.done[-1:] == [number], "accepted, though the device never got it"
        elif master.certain_of_a_read(start, count, *before):
            pdu = master.read(start, count, *itself)
            if pdu is not None and pdu[0] == 3 and pdu[1] == 2 * count:
                assert pdu[2:] == b"".join(each.to_bytes(2, "big") for each in range(start, start + count))


def test_an_exception_ends_no_doubt_about_what_was_asked_later() -> None:
    doubt = Doubt()
    for kind in ((3, 4), (3, 2), (16, 0)):
        doubt.given_up(kind, 0.0, TIMEOUT)
    doubt.refused((3, 6), 0.0, TIMEOUT)
    assert doubt.kinds(0.0) == {(3, 2), (16, 0), (3, 6)}, "it may have been that of the first"
    doubt.refused((4, 2), 0.0, TIMEOUT)
    assert not doubt.kinds(0.0), "no other request had this function"


def test_a_write_that_was_sent_at_the_last_moment_is_answered_no_earlier_than_others() -> None:
    doubt = Doubt()
    doubt.given_up((16, 0), 0.0, timeout=0.001)
    assert (16, 0) in doubt.kinds(REMEMBERED * TIMEOUT - 0.1)


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
