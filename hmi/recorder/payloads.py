"""What a source says ↔ the payload of a record. Tags are named by their place among the machine's own.

The two kinds that come hundreds of times a second have a binary form, little-endian::

    samples       n u4  side bytes u4  received utc i8  received monotonic i8
                  index u4[n]  raw u8[n]  status u4[n]  source time i8[n]  not before i8[n]  side u1[…]
    tags          set u4  index u4[…]
    confirmation  set u4  utc i8  monotonic i8

A source confirms the same tags again and again: their set is told once, and then named.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np

from hmi.config.tags import Tag
from hmi.model.clock import Instant
from hmi.model.samples import (
    U32,
    Batch,
    ClockOffset,
    Confirmation,
    Granted,
    Irregularity,
    LinkEvent,
    Lost,
    SourceMessage,
)
from hmi.recorder import kinds
from hmi.recorder.errors import Damaged
from hmi.recorder.records import Record

_SAMPLES: Final = struct.Struct("<IIqq")
_SET: Final = struct.Struct("<I")
_CONFIRMATION: Final = struct.Struct("<Iqq")
SAMPLE_BYTES: Final = 32
"""Of one sample in a batch."""

MOST_SETS: Final = 256
"""Sets of tags that are named at a time; then naming begins anew."""

_SPAN: Final = np.uint64(0xFFFF_FFFF)


class PayloadWriter:
    """Packs what sources say; remembers which sets of tags were told. One for each stretch of a file."""

    def __init__(self) -> None:
        self._sets: dict[bytes, int] = {}
        self._last: tuple[U32, int] | None = None

    @property
    def sets(self) -> tuple[bytes, ...]:
        """The sets of tags that were told, in the order of their numbers."""
        return tuple(self._sets)

    def records(self, endpoint: int, message: SourceMessage, local: U32, now: Instant) -> list[Record]:
        """The records of one message; ``local[i]`` is the machine's own number of the epoch's tag i."""
        match message:
            case Batch():
                return [Record(kinds.SAMPLES, now, _samples(message, local), endpoint)]
            case Confirmation():
                number, told = self._set(message.index, local, now)
                payload = _CONFIRMATION.pack(number, message.at.utc, message.at.monotonic)
                return [*told, Record(kinds.CONFIRMATION, now, payload, endpoint)]
        kind, form = _form(message, local)
        return [Record(kind, now, kinds.packed(form), endpoint)]

    def _set(self, index: U32, local: U32, now: Instant) -> tuple[int, list[Record]]:
        if self._last is not None and self._last[0] is index:
            return self._last[1], []
        content = local[index].astype("<u4").tobytes()
        number, told = self._sets.get(content), []
        if number is None:
            if len(self._sets) >= MOST_SETS:
                self._sets.clear()
            number = self._sets[content] = len(self._sets)
            told = [Record(kinds.TAGS, now, _SET.pack(number) + content)]
        self._last = index, number
        return number, told


def _samples(batch: Batch, local: U32) -> bytes:
    received = batch.received
    return b"".join(
        (
            _SAMPLES.pack(len(batch), len(batch.side), received.utc, received.monotonic),
            local[batch.index].astype("<u4").tobytes(),
            batch.raw.astype("<u8", copy=False).tobytes(),
            batch.status.astype("<u4", copy=False).tobytes(),
            batch.source_time.astype("<i8", copy=False).tobytes(),
            batch.not_before.astype("<i8", copy=False).tobytes(),
            batch.side,
        )
    )


_Rare = LinkEvent | Granted | ClockOffset | Lost | Irregularity
_Form = kinds.Link | kinds.Grant | kinds.Offset | kinds.Loss | kinds.Irregularities


def _form(message: _Rare, local: U32) -> tuple[str, _Form]:
    if isinstance(message, Granted):
        index = local[message.index].astype("<u4").tobytes()
        return kinds.GRANTED, kinds.Grant(index, message.sampling, message.publishing)
    utc, monotonic = message.at.utc, message.at.monotonic
    match message:
        case LinkEvent():
            form = kinds.Link(message.state, utc, monotonic, message.cause, message.secured)
            return kinds.LINK, form
        case ClockOffset():
            return kinds.OFFSET, kinds.Offset(message.offset, message.uncertainty, utc, monotonic)
        case Lost():
            return kinds.LOST, kinds.Loss(message.count, message.cause, utc, monotonic)
        case Irregularity():
            form_ = kinds.Irregularities(message.kind, message.count, utc, monotonic)
            return kinds.IRREGULARITY, form_


class PayloadReader:
    """Unpacks what `PayloadWriter` packed, for a machine with these tags; one for each stretch of a file.

    ``sets``: those of another reader that has come as far, to go on from there.
    """

    def __init__(self, tags: Sequence[Tag], sets: Sequence[bytes] = ()) -> None:
        """Raises:
        Damaged: a set names a tag that the machine has not.
        """
        self._tags = len(tags)
        self._in_side = np.array([tag.wire.in_side_area for tag in tags], np.bool_)
        self._sets: dict[int, U32] = {}
        for number, content in enumerate(sets):
            self._learn(_SET.pack(number) + content)

    @property
    def sets(self) -> tuple[bytes, ...]:
        """The sets of tags that were told so far, in the order of their numbers."""
        return tuple(self._sets[number].tobytes() for number in sorted(self._sets))

    def message(self, record: Record) -> SourceMessage | None:
        """What a source said; None where the record is of another kind.

        Raises:
            Damaged: the payload makes no sense, or names a tag that the machine has not.
        """
        payload = record.payload
        match record.kind:
            case kinds.SAMPLES:
                return self._batch(payload)
            case kinds.TAGS:
                self._learn(payload)
                return None
            case kinds.CONFIRMATION:
                return self._confirmation(payload)
            case kinds.GRANTED:
                grant = kinds.unpacked(payload, kinds.Grant)
                index = self._known(np.frombuffer(_whole(grant.index, 4), "<u4"))
                return Granted(index, grant.sampling, grant.publishing)
        return _rare(record)

    def _batch(self, payload: bytes) -> Batch:
        if len(payload) < _SAMPLES.size:
            raise Damaged(f"samples of {len(payload)} bytes")
        n, side_bytes, utc, monotonic = _SAMPLES.unpack_from(payload)
        if len(payload) != _SAMPLES.size + n * SAMPLE_BYTES + side_bytes:
            raise Damaged(f"{n} samples and {side_bytes} bytes of text in {len(payload)} bytes")
        at, columns = _SAMPLES.size, []
        for dtype in ("<u4", "<u8", "<u4", "<i8", "<i8"):
            column = np.frombuffer(payload, dtype, n, at)
            at += column.nbytes
            columns.append(column)
        index, raw, status, source_time, not_before = columns
        self._known(index)
        spans = raw[self._in_side[index]]
        if len(spans) and int(((spans >> np.uint64(32)) + (spans & _SPAN)).max()) > side_bytes:
            raise Damaged(f"a text of a sample lies outside of the {side_bytes} bytes of texts")
        received = Instant(utc, monotonic)
        return Batch(index, raw, status, source_time, not_before, received, payload[at:])

    def _learn(self, payload: bytes) -> None:
        (number,) = _SET.unpack_from(_whole(payload, 4, least=_SET.size))
        if number >= MOST_SETS:
            raise Damaged(f"a set of tags with the number {number}")
        if number == 0:
            self._sets.clear()
        self._sets[number] = self._known(np.frombuffer(payload, "<u4", offset=_SET.size))

    def _confirmation(self, payload: bytes) -> Confirmation:
        if len(payload) != _CONFIRMATION.size:
            raise Damaged(f"a confirmation of {len(payload)} bytes")
        number, utc, monotonic = _CONFIRMATION.unpack(payload)
        if number not in self._sets:
            raise Damaged(f"a confirmation of a set of tags that was not told ({number})")
        return Confirmation(self._sets[number], Instant(utc, monotonic))

    def _known(self, index: U32) -> U32:
        if len(index) and int(index.max()) >= self._tags:
            raise Damaged(f"a tag with the number {index.max()}, the machine has {self._tags}")
        return index


def _rare(record: Record) -> SourceMessage | None:
    payload = record.payload
    match record.kind:
        case kinds.LINK:
            link = kinds.unpacked(payload, kinds.Link)
            return LinkEvent(link.state, Instant(link.utc, link.monotonic), link.cause, link.secured)
        case kinds.OFFSET:
            offset = kinds.unpacked(payload, kinds.Offset)
            return ClockOffset(offset.offset, offset.uncertainty, Instant(offset.utc, offset.monotonic))
        case kinds.LOST:
            loss = kinds.unpacked(payload, kinds.Loss)
            return Lost(loss.count, loss.cause, Instant(loss.utc, loss.monotonic))
        case kinds.IRREGULARITY:
            found = kinds.unpacked(payload, kinds.Irregularities)
            return Irregularity(found.kind, found.count, Instant(found.utc, found.monotonic))
    return None


def _whole(content: bytes, of: int, least: int = 0) -> bytes:
    if len(content) % of or len(content) < least:
        raise Damaged(f"{len(content)} bytes are no list of numbers of {of} bytes")
    return content


def samples_in(records: Sequence[Record]) -> int:
    """How many samples stand in these records, by what each says of itself."""
    heads = (record.payload for record in records if record.kind == kinds.SAMPLES)
    return sum(int(_SET.unpack_from(payload)[0]) for payload in heads if len(payload) >= _SAMPLES.size)
