"""A recorded stream taken apart, however its bytes come; and bodies that are none."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.sources.mtconnect.errors import DocumentError
from hmi.sources.mtconnect.multipart import Multipart
from tests.sources.mtconnect.recorded import body, streams

BOUNDARY = "292859112a7623760fafec740dd47d06"


def parts(pieces: Iterable[bytes], boundary: str = BOUNDARY) -> list[bytes]:
    multipart = Multipart(boundary)
    found, part = [], b""
    for piece in pieces:
        for each in multipart.feed(piece):
            if each is None:
                found.append(part)
                part = b""
            else:
                part += each
    assert part == b"" or not multipart.ended
    return found


def cut(text: bytes, at: list[int]) -> list[bytes]:
    places = [0, *sorted(each % (len(text) + 1) for each in at), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(places)]


WHOLE = body("sample_stream.http")
# The agent counts the line end before the next boundary into the length.
EXPECTED = [piece.partition(b"\r\n\r\n")[2] for piece in WHOLE.split(b"--" + BOUNDARY.encode())[1:]]


def test_the_recorded_stream_has_its_documents() -> None:
    found = parts([WHOLE])
    assert found == EXPECTED
    headers = [streams(each).header for each in found]
    assert [each.next for each in headers] == [201, 401, 601, 16341, 16407]
    assert sum(streams(each).counted for each in found) == 200 * 4 + 66


@settings(max_examples=30)
@given(st.lists(st.integers(0, len(WHOLE)), max_size=40))
def test_the_parts_are_the_same_in_any_chunks(at: list[int]) -> None:
    assert parts(cut(WHOLE, at)) == EXPECTED


def test_byte_by_byte() -> None:
    small = _body([b"<a/>", b"", b"x" * 300])
    assert parts((small[i : i + 1] for i in range(len(small))), "B") == [b"<a/>", b"", b"x" * 300]


def _body(documents: list[bytes], length: bool = True) -> bytes:
    out = b""
    for each in documents:
        head = f"Content-Length: {len(each)}\r\n" if length else ""
        out += f"--B\r\nContent-Type: text/xml\r\n{head}\r\n".encode() + each + b"\r\n"
    return out + b"--B--\r\n"


@given(
    st.lists(st.binary(max_size=80).filter(lambda each: b"--B" not in each), max_size=5),
    st.booleans(),
    st.lists(st.integers(0, 600), max_size=20),
)
def test_whatever_the_parts_hold_and_with_or_without_a_length(
    documents: list[bytes], length: bool, at: list[int]
) -> None:
    if not length:
        documents = [each.rstrip(b"\r\n") for each in documents]
    assert parts(cut(_body(documents, length), at), "B") == documents


def test_a_length_is_believed_even_where_the_part_looks_like_a_boundary() -> None:
    assert parts([_body([b"\r\n--B\r\n"])], "B") == [b"\r\n--B\r\n"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"<MTConnectStreams/>", "expected its boundary"),
        (b"--B\r\nContent-length: many\r\n\r\n", "expected a number"),
        (b"--B\r\nContent-length: -5\r\n\r\n", "expected a number"),
        (b"--Bee\r\n\r\n", "after the boundary"),
        (b"--B\r\nX: " + b"y" * 5000, "bytes of headers"),
        (b"--B\r\nContent-length: 2\r\n\r\nabc", "expected its boundary"),
    ],
)
def test_what_is_no_multipart_is_an_error_with_a_cause(text: bytes, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        parts([text], "B")


@pytest.mark.parametrize("boundary", ["", "x" * 300, "ä"])
def test_a_boundary_that_is_none(boundary: str) -> None:
    with pytest.raises(DocumentError, match="boundary"):
        Multipart(boundary)


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=10))
def test_any_bytes_are_parts_or_an_error(text: bytes, at: list[int]) -> None:
    with contextlib.suppress(DocumentError):  # any other error fails the test
        parts(cut(b"--B\r\n" + text, at), "B")
