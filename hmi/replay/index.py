"""Where what stands in a recording: which batch a moment is in, and what happened when.

It is made of the file's own index of rare records, so that opening a shift looks into few batches.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal

from hmi.link.messages import Seen
from hmi.model.clock import SECOND
from hmi.model.samples import LinkState
from hmi.recorder import kinds
from hmi.recorder import state as states
from hmi.recorder.errors import Damaged, RecordingError
from hmi.recorder.kinds import Begin, Header, Link
from hmi.recorder.reading import RareRecord, RecordingReader
from hmi.recorder.records import Record
from hmi.replay.keyframes import Keyframe
from hmi.replay.playback import Epochs
from hmi.replay.seen import seen_of

MarkKind = Literal["link", "lost", "late", "context", "clock", "begin"]

MOST_LOOKED_INTO: Final = 1000
"""Records that are looked into when a file is opened; of more only when they were is known."""

LINKS_TOLD: Final = 100
"""For the list of events, which holds about as many."""

_SHOWN: Final = (kinds.SCREEN, kinds.LATENCY)
_LOOKED_BACK: Final = 20
"""Records that are looked at for what was shown last, but for the screen."""

_SIMPLE: Final[dict[str, MarkKind]] = {
    kinds.LOST: "lost",
    kinds.CONTEXT: "context",
    kinds.CLOCK: "clock",
    kinds.BEGIN: "begin",
}
_CONTINUOUS: Final = frozenset((kinds.STARTED, kinds.SHIFT, kinds.RELOADED))


@dataclass(frozen=True, slots=True)
class Segment:
    """Batches [first, end) in which our wall clock ran evenly; ``stretch`` is where their stretch begins.

    ``begin_utc`` and ``end_utc`` (ns) are of its first and its last record.
    """

    stretch: int
    first: int
    end: int
    begin_utc: int
    end_utc: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at ``utc`` (ns), to be drawn on the time bar and jumped to.

    ``link``: a link was lost; ``lost``: a source lost samples; ``late``: a panel showed a latency past the
    budget; ``context``: the machine works on something else; ``clock``: our wall clock was set; ``begin``:
    recording began anew after a gap.
    """

    utc: int
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class Place:
    """Where a moment is: what comes before the batch ``sequence`` has been, and of that batch what was taken
    until ``utc`` (ns). ``stretch``: the batch with which its stretch begins.
    """

    stretch: int
    sequence: int
    utc: int


class RecordingIndex:
    """Of one file as it is now: its ``header``, ``segments`` and ``marks`` in order, ``end`` batches.

    ``epochs`` are for all that play the file.
    """

    def __init__(self, reader: RecordingReader) -> None:
        """Look it through.

        Raises:
            RecordingError: it cannot be read, or has no batch.
        """
        self._reader = reader
        self.epochs = Epochs()
        self.header: Header = reader.header()
        self.end = reader.last + 1
        rare = [each for each in reader.rare() if each.sequence < self.end]
        self.segments = tuple(self._without(reader.left_out(), list(self._segments(rare))))
        if not self.segments:
            raise RecordingError(f"{reader.path}: nothing begins in it")
        self._links: list[tuple[RareRecord, int, Link]] = []
        self.marks = tuple(self._marks(rare))
        self._keyframes = [each for each in rare if each.kind == kinds.KEYFRAME]
        self._seen = [each for each in rare if each.kind in _SHOWN]
        self._epochs_at = {each.sequence: each for each in rare if each.kind == kinds.EPOCH}

    @property
    def begin_utc(self) -> int:
        """UTC ns of the earliest record."""
        return min(each.begin_utc for each in self.segments)

    @property
    def end_utc(self) -> int:
        """UTC ns of the latest record."""
        return max(each.end_utc for each in self.segments)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """When it was recorded: UTC ns of begin and end of each stretch without a gap, in order of time."""
        spans: list[tuple[int, int]] = []
        for each in sorted(self.segments, key=lambda one: one.begin_utc):
            if spans and each.begin_utc - spans[-1][1] < SECOND:
                spans[-1] = spans[-1][0], max(spans[-1][1], each.end_utc)
            else:
                spans.append((each.begin_utc, each.end_utc))
        return spans

    def place(self, utc: int) -> Place:
        """Where the moment ``utc`` is. Within a gap it is where recording went on.

        Where the wall clock was set back and a moment came twice, it is the second one.

        Raises:
            RecordingError: the file cannot be read.
        """
        begun = [each for each in self.segments if each.begin_utc <= utc]
        segment = begun[-1] if begun else min(self.segments, key=lambda one: one.begin_utc)
        if utc > segment.end_utc:
            later = [each for each in self.segments if each.begin_utc > utc]
            if later:
                segment = min(later, key=lambda one: one.begin_utc)
        return self.place_in(segment, utc)

    def place_in(self, segment: Segment, utc: int) -> Place:
        """Where the moment of a segment is that is nearest to ``utc``.

        Raises:
            RecordingError: the file cannot be read.
        """
        utc = min(max(utc, segment.begin_utc), segment.end_utc)
        low, high = segment.first, segment.end
        while low < high:  # the first batch that has something after that moment
            middle = (low + high) // 2
            found = self._reader.utc(middle)
            if found is None or found > utc:
                high = middle
            else:
                low = middle + 1
        return Place(segment.stretch, low, utc)

    def keyframe(self, stretch: int, sequence: int) -> Keyframe | None:
        """The last state that was recorded in the stretch before the batch ``sequence``.

        None: there is none, or it makes no sense.
        """
        at = bisect_left(self._keyframes, sequence, key=lambda each: each.sequence)
        rare = self._keyframes[at - 1] if at else None
        epoch = self._epochs_at.get(stretch)
        if rare is None or epoch is None or rare.sequence <= stretch:
            return None
        try:
            record, told = self._record(rare), self._record(epoch)
            if record is None or told is None:
                return None
            kept = kinds.unpacked(record.payload, states.Keyframe)
            known, epoch_ = states.check(kept.state), self.epochs.of(told.payload)
            return Keyframe(stretch, rare.sequence, rare.place + 1, record.now, epoch_, known, kept.sets)
        except RecordingError:
            return None  # it is told when it is played

    def seen_before(self, place: Place) -> list[Seen]:
        """The screen that stood on a panel at a place, and the latency that it showed, as far as is known."""
        found: dict[str, Seen] = {}
        at = bisect_left(self._seen, place.sequence + 1, key=lambda each: each.sequence)
        for rare in reversed(self._seen[max(at - _LOOKED_BACK, 0) : at]):
            if rare.kind in found or (rare.sequence == place.sequence and rare.utc > place.utc):
                continue
            try:
                record = self._record(rare)
                told = None if record is None else seen_of(record, self.header.machine)
            except RecordingError:
                continue
            if told is not None:
                found[rare.kind] = told
            if len(found) == len(_SHOWN):
                break
        else:
            self._add_screen(found, at)
        return list(found.values())

    def links_before(self, place: Place) -> list[tuple[int, Link]]:
        """What links did until a place, in order, the last `LINKS_TOLD`: each with its endpoint's number."""
        before = [
            (endpoint, link)
            for rare, endpoint, link in self._links
            if rare.sequence < place.sequence or (rare.sequence == place.sequence and rare.utc <= place.utc)
        ]
        return before[-LINKS_TOLD:]

    def _add_screen(self, found: dict[str, Seen], at: int) -> None:
        """A screen may have stood there for hours, in which a latency was told every second."""
        if kinds.SCREEN in found:
            return
        earlier = (each for each in reversed(self._seen[:at]) if each.kind == kinds.SCREEN)
        with suppress(RecordingError):
            if (rare := next(earlier, None)) is not None and (record := self._record(rare)) is not None:
                told = seen_of(record, self.header.machine)
                if told is not None:
                    found[kinds.SCREEN] = told

    def next_mark(self, utc: int, *, back: bool) -> Mark | None:
        """The next thing that happened after ``utc`` (ns), or the last one before it; None: there is none."""
        if back:
            return max((each for each in self.marks if each.utc < utc), key=lambda one: one.utc, default=None)
        return min((each for each in self.marks if each.utc > utc), key=lambda one: one.utc, default=None)

    def next_stretch(self, sequence: int) -> int | None:
        """The batch with which the first stretch begins that lies wholly behind ``sequence``."""
        return min((each.stretch for each in self.segments if each.stretch > sequence), default=None)

    def add(self, marks: Sequence[Mark]) -> None:
        """Have more marks than the file's own index tells."""
        self.marks = tuple(sorted((*self.marks, *marks), key=lambda each: each.utc))

    def _segments(self, rare: list[RareRecord]) -> list[Segment]:
        turns = [each for each in rare if each.kind in (kinds.BEGIN, kinds.CLOCK)]
        found: list[Segment] = []
        stretch = None
        for number, each in enumerate(turns):
            if each.kind == kinds.BEGIN:
                stretch = each.sequence
            if stretch is None:
                continue
            end = turns[number + 1].sequence if number + 1 < len(turns) else self.end
            end = max(end, each.sequence + (number + 1 == len(turns)))
            last = self._reader.utc(end - 1) if end > each.sequence else each.utc
            found.append(Segment(stretch, each.sequence, end, each.utc, max(each.utc, last or each.utc)))
        return found

    def _without(self, left_out: list[tuple[int, int]], segments: list[Segment]) -> Iterator[Segment]:
        """The segments without what an excerpt leaves out.

        What is left of one that began before that begins with the state that is kept in its first batch.
        """
        for segment in segments:
            rest: Segment | None = segment
            for first, last in left_out:
                if rest is not None and rest.first <= last and first < rest.end:
                    begin = self._reader.utc(last + 1)
                    goes_on = begin is not None and last + 1 < rest.end
                    rest = replace(rest, first=last + 1, begin_utc=begin or 0) if goes_on else None
            if rest is not None:
                yield rest

    def first_batch(self, place: Place) -> int:
        """The batch at which one has to begin to show a place: that of a kept state, else of the stretch."""
        at = bisect_left(self._keyframes, place.sequence, key=lambda each: each.sequence)
        return max(place.stretch, self._keyframes[at - 1].sequence if at else 0)

    def _marks(self, rare: list[RareRecord]) -> list[Mark]:
        found = []
        looked_into = 0
        for each in rare:
            kind = _SIMPLE.get(each.kind)
            if each.kind == kinds.LINK:
                kind = "link"
            if each.kind in (kinds.LINK, kinds.BEGIN) and looked_into < MOST_LOOKED_INTO:
                looked_into += 1
                kind = self._looked_into(each, kind)
            if kind is not None:
                found.append(Mark(each.utc, kind))
        return found

    def _looked_into(self, rare: RareRecord, kind: MarkKind | None) -> MarkKind | None:
        """The kind of a record's mark; None where what it says is nothing to be marked."""
        try:
            record = self._record(rare)
            if record is None:
                return kind
            if record.kind == kinds.LINK:
                link = kinds.unpacked(record.payload, Link)
                self._links.append((rare, record.endpoint, link))
                return kind if link.state is LinkState.DOWN else None
            began = kinds.unpacked(record.payload, Begin)
        except (RecordingError, Damaged):
            return kind  # that it is damaged is told when it is played
        return None if began.cause in _CONTINUOUS and not began.samples else kind

    def _record(self, rare: RareRecord) -> Record | None:
        records = self._reader.records(rare.sequence).records
        return records[rare.place] if 0 <= rare.place < len(records) else None
