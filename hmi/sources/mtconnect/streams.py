"""MTConnectStreams documents, as read from an agent (MTConnect Part 3)."""

from __future__ import annotations

from collections.abc import Container
from typing import Final, NamedTuple

from hmi.sources.mtconnect.entries import Entries, Entry
from hmi.sources.mtconnect.envelope import Envelope, Header, number
from hmi.sources.mtconnect.errors import DocumentError

UNAVAILABLE: Final = "UNAVAILABLE"
"""The value of a data item that the agent knows none for."""

LEVELS: Final = ("Normal", "Warning", "Fault", "Unavailable")
"""The elements that an observation of a condition can be."""


class Observation(NamedTuple):
    """One observation. ``level`` is one of `LEVELS` for a condition, else ""; ``timestamp`` as it came.

    ``samples`` is the ``sampleCount`` of a time series, None for anything else. ``key`` tells conditions
    apart that are active at once: ``conditionId`` (from 2.3 on), else the native code. ``entries`` are those
    of a data set or table, and ``reset`` says that it has them alone (``resetTriggered``).
    """

    item: str
    sequence: int
    timestamp: str
    text: str
    level: str = ""
    code: str = ""
    key: str = ""
    samples: int | None = None
    entries: tuple[Entry, ...] = ()
    reset: bool = False


class Streams:
    """A `hmi.sources.mtconnect.xml.Reader` of one answer. What it found stands in its fields at the end.

    Of observations only those of items in ``wanted`` are kept, in the document's order (which goes by
    components, not by time); ``counted`` says how many there were from sequence number ``since`` on.
    """

    def __init__(self, wanted: Container[str], since: int = 0) -> None:
        self.observations: list[Observation] = []
        self.counted = 0
        self._wanted = wanted
        self._since = since
        self._envelope = Envelope("MTConnectStreams")
        self._parent = ""
        self._open: tuple[str, dict[str, str]] | None = None
        self._entries = Entries()

    @property
    def header(self) -> Header:
        """The header.

        Raises:
            AgentError: the agent answered with an error.
            DocumentError: there is no header, or none that says how to go on.
        """
        self._envelope.check()
        header = self._envelope.any_header
        if not header.next:
            raise DocumentError("a document without `nextSequence`")
        return header

    @property
    def any_header(self) -> Header:
        """The header, that of an error too; raises DocumentError where there is none."""
        return self._envelope.any_header

    @property
    def error_codes(self) -> tuple[str, ...]:
        """Those of an error document, in its order; none in any other."""
        return self._envelope.error_codes

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """See `hmi.sources.mtconnect.xml.Reader`."""
        if self._open is not None:
            self._entries.begin(attributes)
        elif "dataItemId" in attributes:
            self._open = (name, attributes)
        elif self._envelope.begin(name, attributes):
            self._parent = name

    def end(self, _name: str, text: str) -> None:
        """See `hmi.sources.mtconnect.xml.Reader`."""
        if self._open is None:
            self._envelope.end(text)
        elif not self._entries.end(text):
            self._observe(*self._open, text, self._entries.take())
            self._open = None

    def _observe(self, name: str, attributes: dict[str, str], text: str, entries: tuple[Entry, ...]) -> None:
        sequence = number(attributes, "sequence")
        self.counted += sequence >= self._since
        item = attributes["dataItemId"]
        if item not in self._wanted:
            return
        condition = self._parent == "Condition" and name in LEVELS
        code = attributes.get("nativeCode", "")
        self.observations.append(
            Observation(
                item,
                sequence,
                attributes.get("timestamp", ""),
                text,
                name if condition else "",
                code,
                attributes.get("conditionId", code) if condition else "",
                number(attributes, "sampleCount") if "sampleCount" in attributes else None,
                entries,
                "resetTriggered" in attributes,
            )
        )
