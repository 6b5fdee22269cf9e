"""Bytes of a YAML file → plain data, with the line of every key and item.

Reads the safe part of YAML only: no anchors and aliases (they can blow a small file up to any size),
no tags, no duplicate keys, one document, bounded size and depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml
from yaml import events

from hmi.config import yaml_scalars
from hmi.config.problems import Problem

MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 32

DataPath = tuple[str | int, ...]
"""Where a value stands in a document: keys of mappings (as text) and positions in lists."""

_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HINTS: Final = {
    "mapping values are not allowed": "a text that contains `: ` needs quotes",
    "cannot start any token": "indent with spaces, and quote a text that begins with a special character",
    "could not find expected ':'": "expected `key: value`",
    "did not find expected key": "check the indentation of this and the line before",
    "expected <block end>": "check the indentation of this and the line before",
}
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Document:
    """One parsed file. ``refused`` are places whose value could not be read: errors there are echoes.

    ``origins``: place here → place in the file, for a document of which parts were taken out.
    """

    file: Path
    data: object = None
    lines: dict[DataPath, int] = field(default_factory=dict)
    refused: set[DataPath] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    origins: Mapping[DataPath, DataPath] = field(default_factory=dict)

    def line(self, *path: str | int) -> int:
        """The line of a key or item, or of the nearest thing around it that exists."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return self.lines.get((), 1)

    def problem(self, path: DataPath, text: str) -> Problem:
        """A problem at a place of this file; a text that begins with the place tells that of the file."""
        place = ".".join(map(str, path))
        if path in self.origins and text.startswith(f"{place}:"):
            text = ".".join(map(str, self.origins[path])) + text.removeprefix(place)
        return Problem(self.file, self.line(*path), text)


def read(file: Path) -> Document:
    """Read and parse a file; whatever is wrong with it stands in ``problems`` of the result."""
    document = Document(file)
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        document.problems.append(Problem(file, 1, f"cannot be read: {error.strerror or error}"))
        return document
    return parse(content, file)


def parse(content: bytes, file: Path) -> Document:
    """Parse the bytes of a file; see `read`."""
    document = Document(file)
    text = _decode(content, document)
    if text is not None:
        try:
            _Builder(document).build(yaml.parse(text, Loader=_Loader))
        except _TooDeep as error:
            document.problems.append(Problem(file, error.line, str(error)))
            document.data = None
        except yaml.YAMLError as error:
            document.problems.append(_syntax_problem(file, error, text.count("\n") + 1))
            document.data = None
    return document


def _decode(content: bytes, document: Document) -> str | None:
    def refuse(line: int, text: str) -> None:
        document.problems.append(Problem(document.file, line, text))

    if len(content) > MAX_BYTES:
        refuse(1, f"the file is larger than {MAX_BYTES} bytes, expected a smaller one: split it")
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse(1, "the file is UTF-16 (by its byte-order mark), expected UTF-8: save it as UTF-8")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        refuse(
            line, f"byte 0x{content[error.start]:02x} is not UTF-8, expected UTF-8: save the file as UTF-8"
        )
        return None
    if unprintable := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, unprintable.start()) + 1
        refuse(line, f"control character U+{ord(unprintable.group()):04X}, expected printable text")
        return None
    return text


def _syntax_problem(file: Path, error: yaml.YAMLError, lines: int) -> Problem:
    what, mark = str(error), None
    if isinstance(error, yaml.MarkedYAMLError):
        what = " ".join(part for part in (error.problem, error.context) if part)
        mark = error.problem_mark or error.context_mark
    hint = next((f" ({hint})" for pattern, hint in _HINTS.items() if pattern in what), "")
    # At the end of a file the parser may stand past its last line.
    return Problem(file, min(mark.line + 1, lines) if mark else 1, f"not YAML: {what}{hint}")


def _line(event: events.Event) -> int:
    assert event.start_mark is not None  # noqa: S101 - every parser event has one
    return event.start_mark.line + 1


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"nested deeper than {MAX_DEPTH} levels, expected less")


class _Builder:
    """Makes data of parser events; the recursion is bounded by MAX_DEPTH."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def build(self, stream: Iterator[events.Event]) -> None:
        """Fill the document from the events of one file."""
        self._stream = stream
        documents = 0
        for event in stream:
            if isinstance(event, events.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse((), event, "a second document begins here, expected one document in a file")
                    return
                first = next(stream)
                self._document.lines[()] = _line(first)
                self._document.data = self._value(first, ())

    def _refuse(self, path: DataPath, event: events.Event, text: str) -> None:
        self._document.problems.append(Problem(self._document.file, _line(event), text))
        self._document.refused.add(path)

    def _value(self, event: events.Event, path: DataPath) -> object:
        if len(path) > MAX_DEPTH:
            raise _TooDeep(_line(event))
        if isinstance(event, events.AliasEvent):
            self._refuse(path, event, f"alias *{event.anchor} is not allowed, expected the value itself")
            return None
        if isinstance(event, events.NodeEvent) and event.anchor is not None:
            self._refuse(path, event, f"anchor &{event.anchor} is not allowed, expected the value alone")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._refuse(path, event, f"tag {tag} is not allowed, expected a plain value")
        if isinstance(event, events.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, events.SequenceStartEvent):
            return self._sequence(path)
        assert isinstance(event, events.ScalarEvent)  # noqa: S101 - the grammar has no other event here
        return self._scalar(event, path)

    def _scalar(self, event: events.ScalarEvent, path: DataPath) -> yaml_scalars.Scalar:
        if not event.implicit[0] or event.tag is not None:
            return str(event.value)
        try:
            return yaml_scalars.plain(event.value)
        except ValueError as error:
            self._refuse(path, event, str(error))
            return None

    def _mapping(self, path: DataPath) -> dict[str, object]:
        made: dict[str, object] = {}
        while not isinstance(event := next(self._stream), events.MappingEndEvent):
            line = _line(event)
            key = self._key(event, path)
            value_event = next(self._stream)
            if key is None:
                self._value(value_event, (*path, "?"))
                continue
            here = (*path, key)
            if key in made:
                first = self._document.lines[here]
                self._refuse(
                    here, event, f"the key `{key}` stands twice, expected once (first in line {first})"
                )
                self._value(value_event, (*path, f"{key}?"))
                continue
            self._document.lines[here] = line
            made[key] = self._value(value_event, here)
        return made

    def _key(self, event: events.Event, path: DataPath) -> str | None:
        value = self._value(event, (*path, "?"))
        if isinstance(value, str) and value:
            return value
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float):
            return str(value)
        self._refuse((*path, "?"), event, "expected a text or a number as key")
        return None

    def _sequence(self, path: DataPath) -> list[object]:
        made: list[object] = []
        while not isinstance(event := next(self._stream), events.SequenceEndEvent):
            here = (*path, len(made))
            self._document.lines[here] = _line(event)
            made.append(self._value(event, here))
        return made
