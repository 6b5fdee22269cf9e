"""Frames: any cutting of the byte stream gives the same messages; garbage is refused, not believed."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.link.errors import FrameError
from hmi.link.frames import Decoder, encode
from hmi.link.messages import Counters, EndpointNews, HistoryReply, Notice, ToClient
from hmi.model.samples import LinkState

MESSAGES = st.one_of(
    st.builds(Notice, utc=st.integers(-(2**63), 2**63 - 1), subject=st.text(), text=st.text()),
    st.builds(
        EndpointNews,
        machine=st.text(),
        endpoint=st.text(),
        state=st.sampled_from(LinkState),
        since=st.integers(0, 2**62),
        since_monotonic=st.integers(0, 2**62),
        offset=st.none() | st.integers(-(2**62), 2**62),
    ),
    st.builds(
        HistoryReply,
        request=st.integers(0, 9),
        index=st.integers(0, 9),
        time=st.binary(),
        value=st.binary(),
        severity=st.binary(),
        complete_from=st.integers(0, 2**62),
    ),
    st.builds(
        Counters,
        machine=st.text(),
        endpoint=st.text(),
        samples=st.integers(0, 2**60),
        lost=st.integers(0, 9),
        connects=st.integers(0, 9),
    ),
)


@given(st.lists(MESSAGES, max_size=5), st.lists(st.integers(1, 40), min_size=1))
def test_any_cutting_gives_the_same_messages(messages: list[ToClient], pieces: list[int]) -> None:
    stream = b"".join(encode(m) for m in messages)
    decoder: Decoder[ToClient] = Decoder(ToClient)
    got: list[ToClient] = []
    at = turn = 0
    while at < len(stream):
        size = pieces[turn % len(pieces)]
        got += decoder.feed(stream[at : at + size])
        at += size
        turn += 1
    assert got == messages


def test_a_length_beyond_the_bound_is_refused_before_anything_is_kept() -> None:
    decoder: Decoder[ToClient] = Decoder(ToClient, longest=1000)
    with pytest.raises(FrameError, match="1001 bytes"):
        decoder.feed(struct.pack("<I", 1001))


@given(st.binary(min_size=1, max_size=60))
def test_garbage_is_an_error_never_a_message(data: bytes) -> None:
    decoder: Decoder[ToClient] = Decoder(ToClient, longest=40)
    with pytest.raises(FrameError):
        decoder.feed(struct.pack("<I", len(data)) + data)
