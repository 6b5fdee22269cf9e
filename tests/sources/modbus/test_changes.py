"""What is emitted of the answers: only news, never older or younger than can be defended."""

from __future__ import annotations

import numpy as np

from hmi.model import status, values
from hmi.model.clock import NO_TIME, Instant
from hmi.model.samples import Batch, Confirmation
from hmi.model.values import ValueType
from hmi.sources.modbus.changes import LastTold, Outbox
from hmi.sources.modbus.decoding import Decoded

NOW = Instant(1_700_000_000_000_000_000, 1_000_000)
ALL = np.arange(3)


def outbox() -> Outbox:
    return Outbox(LastTold([7, 8, 9], [ValueType.UINT, ValueType.UINT, ValueType.STRING]))


def decoded(a: int, b: int, text: bytes) -> Decoded:
    return Decoded(np.array([a, b, 0], np.uint64), np.zeros(3, np.uint32), {2: text})


def told(box: Outbox) -> tuple[dict[int, tuple[int, int, int]], list[int]]:
    """({tag: (raw or text length, status, not_before)}, confirmed tags)."""
    rows: dict[int, tuple[int, int, int]] = {}
    confirmed: list[int] = []
    for message in box.emptied(NOW):
        if isinstance(message, Batch):
            for row, index in enumerate(message.index.tolist()):
                assert index not in rows
                rows[index] = (int(message.raw[row]), int(message.status[row]), int(message.not_before[row]))
        elif isinstance(message, Confirmation):
            confirmed += message.index.tolist()
    return rows, confirmed


def test_the_first_poll_bounds_nothing_and_each_next_one_is_bound_by_the_one_before() -> None:
    box = outbox()
    box.answer(ALL, decoded(1, 2, b"a"), asked=100, now=110)
    assert {tag: row[2] for tag, row in told(box)[0].items()} == dict.fromkeys((7, 8, 9), NO_TIME)
    box.answer(ALL, decoded(1, 3, b"a"), asked=200, now=210)
    assert told(box)[0] == {8: (3, status.GOOD, 100)}
    box.answer(ALL, decoded(4, 3, b"a"), asked=300, now=310)
    assert told(box)[0] == {7: (4, status.GOOD, 200)}


def test_an_uncertain_value_is_a_value() -> None:
    box = outbox()
    box.answer(ALL, decoded(1, 2, b"a"), asked=100, now=110)
    told(box)
    rounded = decoded(5, 2, b"a")
    rounded.status[0] = status.UNCERTAIN_CONFIGURATION_ERROR
    box.answer(ALL, rounded, asked=200, now=210)
    assert told(box) == ({7: (5, status.UNCERTAIN_CONFIGURATION_ERROR, 100)}, [7, 8, 9])


def test_a_poll_that_failed_is_no_bound() -> None:
    box = outbox()
    box.answer(ALL, decoded(1, 2, b"a"), asked=100, now=110)
    told(box)
    box.unanswered(ALL, status.BAD_TIMEOUT, now=210)
    rows, confirmed = told(box)
    assert {row[1:] for row in rows.values()} == {(status.BAD_TIMEOUT, 100)}
    assert confirmed == []
    box.answer(ALL, decoded(1, 2, b"a"), asked=300, now=310)
    rows, confirmed = told(box)
    assert {row[1:] for row in rows.values()} == {(status.GOOD, 100)}
    assert sorted(confirmed) == [7, 8, 9]


def test_what_is_unchanged_is_confirmed_only() -> None:
    box = outbox()
    box.answer(ALL, decoded(1, 2, b"a"), asked=100, now=110)
    told(box)
    box.answer(ALL, decoded(1, 2, b"a"), asked=200, now=210)
    assert told(box) == ({}, [7, 8, 9])
    box.refused(ALL[:1], status.BAD_DEVICE_FAILURE, asked=300, now=310)
    assert told(box) == ({7: (1, status.BAD_DEVICE_FAILURE, 200)}, []), "Bad keeps the last value"
    box.refused(ALL[:1], status.BAD_DEVICE_FAILURE, asked=400, now=410)
    assert told(box) == ({}, []), "there is no value that the device could vouch for"
    box.answer(ALL, decoded(1, 2, b"a"), asked=500, now=510)
    assert told(box) == ({7: (1, status.GOOD, 400)}, [7, 8, 9])


def test_a_confirmation_is_of_the_earliest_request_that_it_stands_for() -> None:
    box = outbox()
    box.answer(ALL[:1], Decoded(np.array([1], np.uint64), np.zeros(1, np.uint32)), asked=300, now=310)
    box.answer(ALL[1:2], Decoded(np.array([2], np.uint64), np.zeros(1, np.uint32)), asked=400, now=410)
    batch, confirmation = box.emptied(NOW)
    assert isinstance(batch, Batch)
    assert isinstance(confirmation, Confirmation)
    assert batch.received == NOW
    assert confirmation.at == Instant(NOW.utc - (NOW.monotonic - 300), 300)
    box.answer(ALL[:1], Decoded(np.array([1], np.uint64), np.zeros(1, np.uint32)), asked=500, now=510)
    (confirmation,) = box.emptied(NOW)
    assert isinstance(confirmation, Confirmation)
    assert confirmation.at.monotonic == 500


def test_a_new_connection_tells_everything_again_and_is_bound_by_itself() -> None:
    box = outbox()
    box.answer(ALL, decoded(1, 2, b"abc"), asked=100, now=110)
    told(box)
    box.last.forget()
    box.unanswered(ALL[2:], status.BAD_TIMEOUT, now=910)
    box.answer(ALL[:2], Decoded(np.array([1, 2], np.uint64), np.zeros(2, np.uint32)), asked=900, now=910)
    rows, _ = told(box)
    assert rows[7] == (1, status.GOOD, NO_TIME)
    assert rows[9] == (values.side_lane(0, 3), status.BAD_TIMEOUT, NO_TIME)


def test_several_answers_are_one_batch_and_their_texts_stay_apart() -> None:
    last = LastTold([1, 2], [ValueType.STRING, ValueType.STRING])
    box = Outbox(last)
    for row, text in enumerate((b"left", "größer".encode())):
        at = np.array([row])
        box.answer(at, Decoded(np.zeros(1, np.uint64), np.zeros(1, np.uint32), {0: text}), 100, 110)
    (batch, confirmation) = box.emptied(NOW)
    assert isinstance(batch, Batch)
    assert isinstance(confirmation, Confirmation)
    texts = []
    for lane in batch.raw.tolist():
        offset, length = values.side_span(lane)
        texts.append(batch.side[offset : offset + length].decode())
    assert texts == ["left", "größer"]
    assert box.emptied(NOW) == []
