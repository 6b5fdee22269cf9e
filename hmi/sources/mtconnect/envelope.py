"""What all MTConnect documents share: the root that says what they are, the Header, errors (Part 1)."""

from __future__ import annotations

from typing import NamedTuple

from hmi.sources.mtconnect.errors import AgentError, DocumentError

_ERROR = "MTConnectError"


class Header(NamedTuple):
    """Who answered and how far: sequence numbers count the observations of one ``instance`` of an agent.

    ``next`` is the number to ask for next, ``first`` and ``last`` are those of its buffer; 0 where the
    document has none. ``created`` is the text of the agent's time.
    """

    instance: int
    created: str
    first: int = 0
    last: int = 0
    next: int = 0


class Envelope:
    """Follows the elements of a document beside the reader that wants what is in it."""

    def __init__(self, root: str) -> None:
        self._wanted = root
        self._root = ""
        self._header: Header | None = None
        self._errors: list[tuple[str, str]] = []

    @property
    def any_header(self) -> Header:
        """The header, that of an error too.

        Raises:
            DocumentError: there is none.
        """
        if self._header is None:
            raise DocumentError("a document without a Header")
        return self._header

    @property
    def error_codes(self) -> tuple[str, ...]:
        """Those of an error document, in its order."""
        return tuple(code for code, _ in self._errors)

    def check(self) -> None:
        """Accept a document that is no error.

        Raises:
            AgentError: it is one.
        """
        if self._root == _ERROR:
            text = "; ".join(": ".join(filter(None, each)) for each in self._errors)
            raise AgentError(self.error_codes, text or "it gives no reason")

    def begin(self, name: str, attributes: dict[str, str]) -> bool:
        """Take an element; True where it is of the contents.

        Raises:
            DocumentError: the document is another than expected, or its header is no header.
        """
        if not self._root:
            if name not in (self._wanted, _ERROR):
                raise DocumentError(f"found a document <{name[:40]}>, expected <{self._wanted}>")
            self._root = name
            return False
        if name == "Header" and self._header is None:
            self._header = _header(attributes)
            return False
        if self._root == _ERROR and "errorCode" in attributes:
            self._errors.append((attributes["errorCode"][:100], ""))
        return self._root != _ERROR

    def end(self, text: str) -> None:
        """Take the text of an element; that of an error is its reason, in it or (from 2.x on) in a child."""
        if self._root == _ERROR and self._errors and not self._errors[-1][1]:
            self._errors[-1] = (self._errors[-1][0], text.strip()[:500])


def number(attributes: dict[str, str], name: str) -> int:
    """A number of an element.

    Raises:
        DocumentError: it is missing, or none that the protocol allows (at most 18 digits).
    """
    text = attributes.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise DocumentError(f"found {name}='{text[:40]}', expected a number")
    return int(text)


def _header(attributes: dict[str, str]) -> Header:
    names = ("firstSequence", "lastSequence", "nextSequence")
    return Header(
        number(attributes, "instanceId"),
        attributes.get("creationTime", ""),
        *(number(attributes, name) if name in attributes else 0 for name in names),
    )
