"""The canonical bytes of a batch: one form for one content, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.clock import Instant
from hmi.recorder.errors import Damaged
from hmi.recorder.records import NO_ENDPOINT, Record, canonical, parsed

TIMES = st.integers(-(2**63), 2**63 - 1)
KINDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=255)
RECORDS = st.lists(
    st.builds(
        Record,
        kind=KINDS,
        now=st.builds(Instant, TIMES, TIMES),
        payload=st.binary(max_size=40),
        endpoint=st.integers(0, NO_ENDPOINT),
    ),
    max_size=6,
)
SEQUENCES = st.integers(0, 2**64 - 1)


@given(SEQUENCES, RECORDS)
def test_a_batch_comes_back_as_it_was(sequence: int, records: list[Record]) -> None:
    content = canonical(sequence, records)
    found = parsed(content)
    assert (found.sequence, list(found.records)) == (sequence, records)
    assert canonical(found.sequence, found.records) == content


@given(RECORDS, RECORDS)
def test_two_batches_have_two_forms(one: list[Record], other: list[Record]) -> None:
    """Also where what one record ends with is what another begins with."""
    assert (canonical(0, one) == canonical(0, other)) == (one == other)


@given(SEQUENCES, RECORDS, st.data())
def test_what_is_cut_or_changed_is_none_or_another(
    sequence: int, records: list[Record], data: st.DataObject
) -> None:
    content = canonical(sequence, records)
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    with pytest.raises(Damaged):
        parsed(cut)
    with pytest.raises(Damaged):
        parsed(content + b"\0")
    changed = bytearray(content)
    changed[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = parsed(bytes(changed))
    except Damaged:
        return
    assert canonical(found.sequence, found.records) == bytes(changed)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_batch_or_refused(content: bytes) -> None:
    try:
        found = parsed(content)
    except Damaged:
        return
    assert canonical(found.sequence, found.records) == content


@pytest.mark.parametrize(("kind", "endpoint"), [("", 0), ("ä", 0), ("x" * 256, 0), ("x", -1), ("x", 65536)])
def test_what_has_no_form_is_refused_where_it_is_made(kind: str, endpoint: int) -> None:
    with pytest.raises(ValueError, match="no record"):
        Record(kind, Instant(0, 0), b"", endpoint)
