"""One machine's journal: which file it goes into, and what each file and each stretch begins and ends with.

Used by the recorder's thread alone; it reads and writes files, and no clock.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hmi import __version__
from hmi.model.clock import SECOND, Instant
from hmi.recorder import kinds
from hmi.recorder.calendar import ShiftInstance
from hmi.recorder.chain import START, public_bytes
from hmi.recorder.errors import Damaged, RecordingError
from hmi.recorder.file import RecordingFile
from hmi.recorder.kinds import Begin, End, Header
from hmi.recorder.reading import RecordingReader
from hmi.recorder.records import Record
from hmi.recorder.series import file_name, number_of, series
from hmi.recorder.state import MachineState

CHECKPOINT_EVERY: Final = 60 * SECOND
"""So much of a file that ends in a power cut may be unsigned; it is chained all the same."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a stretch without a gap begins with; ``epoch`` is the canonical JSON of the machine's own.

    ``begin``  why it begins; where that is `kinds.STARTED`, the journal finds out about the file before
    """

    begin: Begin
    shift: ShiftInstance
    epoch: bytes
    state: MachineState
    now: Instant


@dataclass(frozen=True, slots=True)
class _Before:
    """The newest file that is there: its header and head, whether it ended in good order, and when."""

    path: Path
    header: Header
    head: bytes
    utc: int
    ended: bool


class MachineJournal:
    """Writes one machine's recordings into ``folder``; ``path`` is the file that is open (None: none is)."""

    def __init__(self, folder: Path, site: str, machine: str, key: Ed25519PrivateKey) -> None:
        self._folder = folder
        self._site = site
        self._machine = machine
        self._key = key
        self._file: RecordingFile | None = None
        self._header: Header | None = None
        self._number = 0
        self._signed = 0
        self._written = 0

    @property
    def written(self) -> int:
        """Bytes that were recorded here, into whatever files."""
        return self._written + (0 if self._file is None else self._file.written)

    @property
    def path(self) -> Path | None:
        """The file that is open."""
        return None if self._file is None else self._file.path

    def begin(self, stretch: Stretch) -> None:
        """Begin a stretch: in the file that is open, in the one of this shift that is there, or in a new one.

        Raises:
            RecordingError: it cannot be written. What was open is closed then, and this may be tried again.
        """
        begin, now = stretch.begin, stretch.now
        try:
            if self._file is not None and not (self._is_of(stretch.shift) and self._file.stands()):
                if self._file.stands():
                    self._end(kinds.SHIFT, now)
                self.abandon()
            records = []
            if self._file is None:
                begin, header = self._open(stretch)
                if header is not None:
                    records.append(Record(kinds.HEADER, now, kinds.packed(header)))
            records += [
                Record(kinds.BEGIN, now, kinds.packed(begin)),
                Record(kinds.EPOCH, now, stretch.epoch),
                Record(kinds.STATE, now, kinds.packed(stretch.state)),
            ]
            self._append(records, now, sign=True)
        except RecordingError:
            self.abandon()
            raise

    def add(self, records: Sequence[Record], now: Instant) -> None:
        """One batch more, on the disk when this returns.

        Raises:
            RecordingError: it cannot be written, or the file was taken away. It is closed then.
        """
        try:
            if self._file is None or not self._file.stands():
                gone = "no file is open" if self._file is None else f"{self._file.path} was taken away"
                raise RecordingError(gone)
            self._append(records, now, sign=now.monotonic - self._signed >= CHECKPOINT_EVERY)
        except RecordingError:
            self.abandon()
            raise

    def end(self, cause: str, now: Instant) -> None:
        """Close the file in good order.

        Raises:
            RecordingError: that cannot be written; it is closed all the same.
        """
        try:
            if self._file is not None:
                self._end(cause, now)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Let go of the file as it is."""
        if self._file is not None:
            self._written += self._file.written
            self._file.close()
            self._file = None

    def _is_of(self, shift: ShiftInstance) -> bool:
        header = self._header
        return header is not None and (header.shift, header.begin, header.end) == (
            shift.name,
            shift.begin,
            shift.end,
        )

    def _append(self, records: Sequence[Record], now: Instant, *, sign: bool) -> None:
        assert self._file is not None  # noqa: S101 the callers have looked
        self._file.append(records, now.utc, self._key if sign else None)
        if sign:
            self._signed = now.monotonic

    def _end(self, cause: str, now: Instant) -> None:
        self._append([Record(kinds.END, now, kinds.packed(End(cause)))], now, sign=True)

    def _open(self, stretch: Stretch) -> tuple[Begin, Header | None]:
        """Open a file; how the stretch begins in it, and the header where it is a new one."""
        begin = stretch.begin
        _make(self._folder)
        path, before, why = _newest(self._folder), None, ""
        if path is not None:
            try:
                before = _look_at(path)
            except RecordingError as error:
                why = f"{error}; "
        if before is not None and begin.since is None:
            cause = begin.cause if before.ended else kinds.RESUMED
            begin = _but(begin, cause=cause, since=before.utc)
        if before is not None:
            self._header = before.header
            if self._is_of(stretch.shift) and before.header.key == public_bytes(self._key):
                try:
                    self._file = RecordingFile.resume(before.path)
                except Damaged as error:
                    why = f"{error}; "
                else:
                    self._number = before.header.number
                    return begin, None
        self._number = max(self._number, (path and number_of(path)) or 0) + 1
        header = self._header = Header(
            file=secrets.token_bytes(16),
            site=self._site,
            machine=self._machine,
            number=self._number,
            shift=stretch.shift.name,
            day=stretch.shift.day.isoformat(),
            begin=stretch.shift.begin,
            end=stretch.shift.end,
            predecessor=b"" if before is None else before.header.file,
            head=START if before is None else before.head,
            key=public_bytes(self._key),
            made_by=__version__,
        )
        self._file = RecordingFile.create(self._folder / file_name(header), header.file)
        return (_but(begin, why=why + begin.why) if why else begin), header


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(
            f"{folder}: the folder for recordings cannot be made ({error.strerror})"
        ) from error


def _newest(folder: Path) -> Path | None:
    try:
        found = series(folder)
    except OSError as error:
        raise RecordingError(f"{folder}: cannot be looked into ({error.strerror})") from error
    return found[-1] if found else None


def _look_at(path: Path) -> _Before:
    with RecordingReader(path) as reader:
        last = reader.last
        records = reader.records(last).records
        ended = bool(records) and records[-1].kind == kinds.END
        utc = max((record.now.utc for record in records), default=0)
        return _Before(path, reader.header(), reader.head(last), utc, ended)


def _but(begin: Begin, **changed: str | int) -> Begin:
    return msgspec.structs.replace(begin, **changed)
