"""XML of an agent, parsed as it comes: no DTD, no entities, bounded in size and depth.

Straight on expat, because a tree of a thousand observations would cost more time and memory than what is
wanted of them. Namespaces are dropped: their versions differ from agent to agent, the local names do not.
"""

from __future__ import annotations

from typing import Final, Protocol
from xml.parsers import expat

from hmi.sources.mtconnect.errors import DocumentError

MOST_BYTES: Final = 8 * 1024 * 1024
"""The longest document that is read; 10,000 observations take about 2 MB."""

DEEPEST: Final = 64
"""Elements within each other; device models have some 15."""


class Reader(Protocol):
    """What is told of a document, in order. It may raise `DocumentError`."""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; names without namespace or prefix."""
        ...

    def end(self, name: str, text: str) -> None:
        """An element ends. ``text``: its own characters since the last tag."""
        ...


class Document:
    """Feeds one document to a reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        # Nothing in MTConnect needs one, and with them a small document makes a large one.
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._text: list[str] = []
        self._depth = 0
        self._bytes = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            DocumentError: the document is not well-formed, too large, or not what the reader expects.
        """
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            raise DocumentError(f"a document of more than {MOST_BYTES} bytes")
        self._parse(data, last=False)

    def close(self) -> None:
        """The document is over.

        Raises:
            DocumentError: it is cut off, or empty.
        """
        self._parse(b"", last=True)

    def _parse(self, data: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            raise DocumentError(f"a document that is no XML: {error}") from error
        except (
            LookupError,
            ValueError,
        ) as error:  # an encoding that is none, or has many bytes to a character
            raise DocumentError(f"a document in an encoding that cannot be read: {error}") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise DocumentError(f"a document with more than {DEEPEST} elements within each other")
        self._text.clear()
        self._reader.begin(name.rpartition(":")[2], attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._reader.end(name.rpartition(":")[2], "".join(self._text))
        self._text.clear()

    def _characters(self, text: str) -> None:
        self._text.append(text)


def _refuse_doctype(*_: object) -> None:
    raise DocumentError("a document with a DTD, expected one without")
