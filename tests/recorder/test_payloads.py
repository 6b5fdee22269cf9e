"""What a source says comes back from a recording bit for bit, and nothing else is taken for it."""

from __future__ import annotations

import struct
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.tags import TagDescription
from hmi.model.clock import Instant
from hmi.model.samples import (
    Batch,
    ClockOffset,
    Confirmation,
    Granted,
    Irregular,
    Irregularity,
    LinkEvent,
    LinkState,
    Lost,
    SourceMessage,
)
from hmi.model.values import ValueType
from hmi.recorder import kinds
from hmi.recorder.errors import Damaged
from hmi.recorder.payloads import MOST_SETS, PayloadReader, PayloadWriter, samples_in
from hmi.recorder.records import Record
from hmi.testing.epochs import epoch_of

FIRST = 3
"""The machine's tags begin here among all of the site's."""
TAGS = epoch_of(
    {
        "load": TagDescription(),
        "count": TagDescription(type=ValueType.INT),
        "part": TagDescription(type=ValueType.STRING),
    }
).tags
LOCAL = np.array([2**32 - 1] * FIRST + [0, 1, 2], np.uint32)
PART = FIRST + 2
NOW = Instant(1_800_000_000_000_000_000, 5)

I64 = st.integers(-(2**63), 2**63 - 1)
INSTANTS = st.builds(Instant, I64, I64)
NUMBERS = st.lists(
    st.tuples(
        st.integers(FIRST, FIRST + 1),
        st.integers(0, 2**64 - 1) | st.just(struct.unpack("<Q", struct.pack("<d", float("nan")))[0] | 7),
        st.integers(0, 2**32 - 1),
        I64,
        I64,
    ),
    max_size=20,
)


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    rows, side = draw(NUMBERS), b""
    for text in draw(st.lists(st.binary(max_size=10), max_size=3)):
        rows.append((PART, len(side) << 32 | len(text), 0, 0, 0))
        side += text
    columns = list(zip(*rows, strict=True)) or [()] * 5
    types = (np.uint32, np.uint64, np.uint32, np.int64, np.int64)
    arrays = [np.array(column, dtype) for column, dtype in zip(columns, types, strict=True)]
    return Batch(*arrays, draw(INSTANTS), side)


INDEXES = st.lists(st.integers(FIRST, FIRST + 2), max_size=5).map(lambda each: np.array(each, np.uint32))
MESSAGES = st.one_of(
    batches(),
    st.builds(Confirmation, INDEXES, INSTANTS),
    st.builds(LinkEvent, st.sampled_from(LinkState), INSTANTS, st.text(), st.text()),
    st.builds(Granted, INDEXES, st.floats(allow_nan=False), st.floats(allow_nan=False)),
    st.builds(ClockOffset, I64, I64, INSTANTS),
    st.builds(Lost, st.integers(0, 2**50), st.text(), INSTANTS),
    st.builds(Irregularity, st.sampled_from(Irregular), st.integers(0, 2**50), INSTANTS),
)


def plain(message: SourceMessage, shift: int = 0) -> list[object]:
    """All of a message as what can be compared; tags counted from ``shift``."""
    parts: list[object] = [type(message).__name__]
    for field in fields(message):
        value = getattr(message, field.name)
        if field.name == "index":
            value = (value.astype(np.int64) - shift).tolist()
        parts.append(value.tobytes() if isinstance(value, np.ndarray) else value)
    return parts


@given(st.lists(MESSAGES, max_size=8))
def test_what_sources_say_comes_back_as_it_was(messages: list[SourceMessage]) -> None:
    writer, reader, found = PayloadWriter(), PayloadReader(TAGS), []
    for number, message in enumerate(messages):
        records = writer.records(number, message, LOCAL, NOW)
        assert samples_in(records) == (len(message) if isinstance(message, Batch) else 0)
        read = [reader.message(record) for record in records]
        assert records[-1].endpoint == number
        found += [each for each in read if each is not None]
    assert [plain(each) for each in found] == [plain(each, FIRST) for each in messages]


def test_a_set_of_tags_is_told_once() -> None:
    writer, index = PayloadWriter(), np.array([FIRST, FIRST + 1], np.uint32)
    told = [
        [record.kind for record in writer.records(0, Confirmation(each, NOW), LOCAL, NOW)]
        for each in (index, index, index.copy(), index[:1], index)
    ]
    once = [kinds.CONFIRMATION]
    assert told == [[kinds.TAGS, *once], once, once, [kinds.TAGS, *once], once]


def test_there_are_never_more_sets_than_a_reader_keeps() -> None:
    """A source that confirms another set each time makes neither side grow."""
    names = {f"t{n}": TagDescription() for n in range(2 * MOST_SETS)}
    tags = epoch_of(names).tags
    local = np.arange(len(tags), dtype=np.uint32)
    writer, reader = PayloadWriter(), PayloadReader(tags)
    for number in [*range(2 * MOST_SETS), 0, 5, 2 * MOST_SETS - 1]:
        index = np.array([number], np.uint32)
        read = [reader.message(each) for each in writer.records(0, Confirmation(index, NOW), local, NOW)]
        assert isinstance(read[-1], Confirmation)
        assert read[-1].index.tolist() == [number]
    assert len(reader._sets) <= MOST_SETS


@given(MESSAGES, st.data())
def test_a_payload_that_was_changed_is_refused_or_is_another_of_its_kind(
    message: SourceMessage, data: st.DataObject
) -> None:
    records = PayloadWriter().records(0, message, LOCAL, NOW)
    reader = PayloadReader(TAGS)
    for record in records:
        payload = bytearray(record.payload)
        for _ in range(data.draw(st.integers(1, 3))):
            if payload:
                payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
        cut = data.draw(st.integers(0, 3))
        changed = Record(record.kind, NOW, bytes(payload[: len(payload) - cut]), 0)
        try:
            found = reader.message(changed)
        except Damaged:
            continue
        if isinstance(found, Batch):
            assert len(found) == samples_in([changed])
        if isinstance(found, Batch | Confirmation | Granted):
            assert (found.index < len(TAGS)).all()


@pytest.mark.parametrize("span", [(0, 11), (11, 0), (2**31, 2**31), (5, 6)])
def test_a_text_outside_of_the_texts_is_refused(span: tuple[int, int]) -> None:
    columns = [
        np.array([each], dtype) for each, dtype in ((PART, np.uint32), (span[0] << 32 | span[1], np.uint64))
    ]
    rest = [np.array([0], dtype) for dtype in (np.uint32, np.int64, np.int64)]
    batch = Batch(*columns, *rest, NOW, b"0123456789")
    (record,) = PayloadWriter().records(0, batch, LOCAL, NOW)
    with pytest.raises(Damaged, match="outside"):
        PayloadReader(TAGS).message(record)


def test_of_a_kind_that_is_not_known_there_is_no_message() -> None:
    assert PayloadReader(TAGS).message(Record("alarm", NOW, b"whatever", 0)) is None
