"""Whether a recording is what was recorded: its chain, its signatures, and the files before and after it.

What is found proves that nobody without the key changed, removed, added or moved a batch up to the last
checkpoint. Behind it batches are chained and not signed yet: whoever can write the file could have made them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from hmi.recorder import kinds
from hmi.recorder.chain import START, Checkpoint, head_after
from hmi.recorder.errors import Damaged, RecordingError
from hmi.recorder.kinds import Begin, Header
from hmi.recorder.payloads import samples_in
from hmi.recorder.reading import FIRST_SEQUENCE, LEAST_ROW, RareRecord, RecordingReader, StoredBatch, inflated
from hmi.recorder.records import Record, Records, parsed

INTACT: Final = 0
TOUCHED: Final = 1
NOT_CLOSED: Final = 2
"""Exit codes of ``twinpane verify``."""

MOST_FINDINGS: Final = 100
"""Of one file; more are only counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was recorded: the batches ``first`` to ``last`` (−1: none of them)."""

    first: int
    last: int
    what: str


@dataclass(slots=True)
class Verified:
    """What was checked of one file, and what was found.

    ``batches``, ``samples``  that are as they were recorded
    ``begin``, ``end``   UTC ns of the first and the last of them, None where there is none
    ``signed``           up to which batch signatures reach; −1: none
    ``stretches``        each begin of a stretch with its UTC ns
    ``head``             where the chain ends
    ``left_out``         batches that an excerpt leaves out; 0: it is a whole file
    """

    path: Path
    header: Header | None = None
    batches: int = 0
    samples: int = 0
    begin: int | None = None
    end: int | None = None
    signed: int = -1
    last: int = -1
    head: bytes = START
    closed: bool = False
    stretches: list[tuple[int, Begin]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    left_out: int = 0

    def find(self, what: str, first: int = -1, last: int | None = None) -> None:
        """Note a finding; one that goes on from the one before it becomes one with it."""
        last = first if last is None else last
        before = self.findings[-1] if self.findings else None
        if before is not None and before.what == what and first == before.last + 1 and first > 0:
            self.findings[-1] = Finding(before.first, last, what)
        elif len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(first, last, what))
        else:
            self.more += 1

    @property
    def code(self) -> int:
        """`INTACT`, `TOUCHED` or `NOT_CLOSED`."""
        if self.findings:
            return TOUCHED
        return INTACT if self.closed else NOT_CLOSED


def verify_file(path: Path) -> Verified:
    """Check one file; whatever is in it, this says what is wrong with it and raises nothing."""
    found = Verified(path)
    try:
        with RecordingReader(path) as reader:
            _Check(reader, found).run()
    except RecordingError as error:
        found.find(_without(path, error))
    return found


class _Check:
    def __init__(self, reader: RecordingReader, found: Verified) -> None:
        self._reader = reader
        self._found = found
        self._rare: list[RareRecord] = []
        self._checkpoints: dict[int, Checkpoint] = {}
        self._unreadable: set[int] = set()
        self._ended = False

    def run(self) -> None:
        found = self._found
        try:
            found.header = self._reader.header()
        except RecordingError as error:
            found.find(f"no header can be read: {_without(self._reader.path, error)}")
        self._checkpoints = {each.sequence: each for each in self._reader.checkpoints()}
        expected = 0
        before: bytes | None = START
        for stored in self._rows():
            if stored.left_out and stored.sequence >= expected:
                # Its head is proven by the signature behind it, which fits no other.
                self._leave_out(expected, stored.sequence)
                expected, before = stored.sequence + 1, stored.head
                continue
            for first, last in self._missing(expected, stored.sequence):
                found.find("missing", first, last)
            # What a batch goes on from is not known where the one before it is not there.
            self._batch(stored, before if stored.sequence == expected else None)
            if stored.sequence >= 0:
                expected, before = stored.sequence + 1, stored.head
                found.head = stored.head
        found.last = expected - 1
        if expected == 0:
            found.find("there is no batch in it")
        for beyond in sorted(each for each in self._checkpoints if each >= expected):
            found.find("a checkpoint signs a batch that is not there: the end was cut off", beyond)
        self._index()
        # An excerpt is never whole: whoever takes batches out of a file makes one of it.
        found.closed = self._ended and found.signed == found.last and not found.left_out

    def _leave_out(self, first: int, last: int) -> None:
        """An excerpt leaves batches out only behind a signed one: else what is before is nobody's word."""
        self._found.left_out += last + 1 - first
        if self._found.signed < first - 1:
            what = "not signed, and what came behind them is left out"
            self._found.find(what, self._found.signed + 1, first - 1)

    def _missing(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """The runs of sequences in [begin, end) that are not there, and not said to be unreadable."""
        for unreadable in sorted(each for each in self._unreadable if begin <= each < end):
            if begin < unreadable:
                yield begin, unreadable - 1
            begin = unreadable + 1
        if begin < end:
            yield begin, end - 1

    def _rows(self) -> Iterator[StoredBatch]:
        """All batches that can be read; where the file is damaged each is asked for by itself."""
        # However many it says: no file has more batches than there is room for.
        at, last = 0, min(self._reader.last, self._reader.size // LEAST_ROW)
        try:
            for stored in self._reader.stored(FIRST_SEQUENCE):
                at = stored.sequence + 1
                yield stored
            return
        except RecordingError as error:
            why = _without(self._reader.path, error)
        for sequence in range(at, last + 1):
            try:
                yield from self._reader.stored(sequence, sequence + 1)
            except RecordingError:
                self._unreadable.add(sequence)
                self._found.find(f"cannot be read ({why})", sequence)

    def _batch(self, stored: StoredBatch, before: bytes | None) -> None:
        found, number = self._found, stored.sequence
        try:
            content = inflated(stored)
            batch = parsed(content)
        except Damaged as error:
            found.find(f"changed: {error}", number)
            return
        if batch.sequence != number:
            found.find(f"in the place of another: it is batch {batch.sequence}", number)
        elif before is not None and head_after(before, content) != stored.head:
            found.find("changed", number)
        elif (stored.samples, stored.utc) != (samples_in(batch.records), _utc(batch)):
            found.find("the file says another number of samples or another time than the batch", number)
        else:
            self._sound(batch)
        self._signature(stored)

    def _sound(self, batch: Records) -> None:
        found = self._found
        found.batches += 1
        found.samples += samples_in(batch.records)
        utc = _utc(batch)
        found.begin = utc if found.begin is None else min(found.begin, utc)
        found.end = utc if found.end is None else max(found.end, utc)
        for place, record in enumerate(batch.records):
            if record.kind not in kinds.NOT_INDEXED:
                self._rare.append(RareRecord(batch.sequence, place, record.kind, record.now.utc))
            if record.kind == kinds.BEGIN:
                found.stretches.append((record.now.utc, _begin(record, found, batch.sequence)))
        self._ended = bool(batch.records) and batch.records[-1].kind == kinds.END

    def _signature(self, stored: StoredBatch) -> None:
        found, checkpoint = self._found, self._checkpoints.get(stored.sequence)
        header = found.header
        if checkpoint is None or header is None:
            return
        if checkpoint.key != header.key or not checkpoint.holds(header.file):
            found.find("the signature is not that of the file's key", stored.sequence)
        elif checkpoint.head != stored.head:
            what = "not those that were signed: all of them fit each other, and not the signature"
            found.find(what, found.signed + 1, stored.sequence)
        else:
            found.signed = stored.sequence

    def _index(self) -> None:
        """The index of rare records is of no weight, but whoever reads the file finds them by it."""
        found = self._found
        if found.findings:
            return
        if self._rare != self._reader.rare():
            found.find("the index of events is not that of the batches")


def _utc(batch: Records) -> int:
    return batch.records[-1].now.utc if batch.records else 0


def _begin(record: Record, found: Verified, sequence: int) -> Begin:
    try:
        return kinds.unpacked(record.payload, Begin)
    except Damaged as error:
        found.find(str(error), sequence)
        return Begin("?")


def _without(path: Path, error: RecordingError) -> str:
    return str(error).removeprefix(f"{path}: ")


def verify_series(files: list[Verified]) -> list[str]:
    """What is wrong between files of the same machine: one missing, or not as it was when the next began.

    Files of several machines may be mixed; a single file of a machine has nothing to be held against, nor has
    an excerpt.
    """
    wrong = []
    machines: dict[tuple[str, str], list[tuple[Header, Verified]]] = {}
    for each in files:
        if (header := each.header) is not None and not each.left_out:
            machines.setdefault((header.site, header.machine), []).append((header, each))
    for (_, machine), of_machine in machines.items():
        of_machine.sort(key=lambda pair: (pair[0].number, str(pair[1].path)))
        for (first, before), (second, after) in pairwise(of_machine):
            if text := _between(first, before, second):
                wrong.append(f"{machine}: {before.path.name} → {after.path.name}: {text}")
    return wrong


def _between(first: Header, before: Verified, second: Header) -> str:
    if first.file == second.file:
        return "the same file twice"
    if second.number == first.number:
        return f"two files have the number {first.number}"
    if second.number > first.number + 1:
        missing = range(first.number + 1, second.number)
        numbers = str(missing[0]) if len(missing) == 1 else f"{missing[0]} to {missing[-1]}"
        return f"missing between them: number {numbers}"
    if second.predecessor != first.file:
        return "the second was not recorded after the first"
    if second.head != before.head:
        return "the first is not as it was when the second began: changed, or its end was cut off"
    return ""
