"""One machine's queue between the engine's loop and the recorder's thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hmi.model.clock import NO_TIME, Instant
from hmi.model.samples import U32, Batch, Confirmation, SourceMessage
from hmi.recorder.calendar import ShiftInstance
from hmi.recorder.kinds import Begin
from hmi.recorder.payloads import SAMPLE_BYTES
from hmi.recorder.records import Record
from hmi.recorder.state import MachineState

MOST_WAITING: Final = 32 * 1024 * 1024
"""Bytes of one machine that may wait for the disk: a minute at twenty thousand changes a second."""

_OTHERS_BYTES: Final = 256
"""What anything but samples is reckoned to need."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A stretch begins here: why, in which shift, of which configuration, and from which state.

    ``epoch``  canonical JSON of the machine's own epoch, deflated
    ``local``  u4: the machine's own number of each tag of the whole epoch
    ``lost``   samples of this machine that were never queued, since the recorder's start
    """

    begin: Begin
    shift: ShiftInstance
    epoch: bytes
    local: U32
    state: MachineState
    lost: int
    now: Instant


@dataclass(frozen=True, slots=True)
class Said:
    """What a source said."""

    endpoint: int
    message: SourceMessage
    now: Instant


@dataclass(frozen=True, slots=True)
class Ending:
    """The file ends in good order."""

    cause: str
    now: Instant


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of the machine at ``now``, to be kept so that a replay may begin here."""

    state: MachineState
    now: Instant


Item = Beginning | Said | Record | Kept | Ending


@dataclass(slots=True, eq=False)
class Feed:
    """The queue; of each counter one side is the only one that writes it.

    Written by the loop:

    ``items``   what waits; the thread takes from its other end
    ``queued``  bytes that were put into it, and ``lost`` samples that were not
    ``full``    whether nothing is queued until the thread has caught up
    ``tried``   when a stretch was begun last (monotonic ns)
    ``kept``    how much was queued when a state was last queued with it, and ``state_bytes`` what one takes
    ``gone``    whether the configuration has the machine no more: nothing is queued until it has

    Written by the thread:

    ``done``    bytes that were taken out of it
    ``broken``  why it cannot write; it drops everything up to the next `Beginning`. The loop takes that
                back with the beginning that it queues
    """

    machine: str
    endpoints: Mapping[str, int]
    local: U32
    epoch: bytes
    shift: ShiftInstance
    items: deque[Item] = field(default_factory=deque)
    queued: int = 0
    lost: int = 0
    full: bool = False
    gone: bool = False
    tried: int = NO_TIME
    kept: int = 0
    state_bytes: int = 0
    done: int = 0
    broken: str = ""

    def put(self, item: Item) -> None:
        """Queue one."""
        self.queued += size(item)
        self.items.append(item)

    @property
    def waiting(self) -> int:
        """Bytes that wait for the thread, about."""
        return self.queued - self.done


def size(item: Item) -> int:
    """The bytes that an item is reckoned to need."""
    match item:
        case Said(message=Batch() as batch):
            return len(batch) * SAMPLE_BYTES + len(batch.side) + _OTHERS_BYTES
        case Said(message=Confirmation(index=index)):
            return index.nbytes + _OTHERS_BYTES
        case Kept(state=state):
            return state.size
    return _OTHERS_BYTES


def samples(item: Item) -> int:
    """The samples in an item."""
    return len(item.message) if isinstance(item, Said) and isinstance(item.message, Batch) else 0
