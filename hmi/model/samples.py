"""What a source says: batches of samples, confirmations, and news of its link.

A batch is arrays, one row per sample, from the decoder to the disk; there is no object per sample.
Tags are named by their index in the current configuration epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from hmi.model.clock import Instant

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Samples that arrived together, in the order in which the source gave them.

    ``index``         u4[n]  tag index within the epoch; a tag may stand more than once (older first)
    ``raw``           u8[n]  lane of the value as it was on the wire, in the tag's *wire* type
    ``status``        u4[n]  OPC UA StatusCode
    ``source_time``   i8[n]  UTC ns by the device's own clock, uncorrected, or ``NO_TIME``
    ``not_before``    i8[n]  monotonic ns: the value cannot have changed at the machine before this.
                             With a source time: that time on our clock − sampling interval − offset
                             uncertainty; without one: the start of the previous poll. The latency
                             shown on screen is counted from here, so it is a bound that can be defended.
                             ``NO_TIME`` where the sample is no observed change (the first one after the
                             link came up): it takes no part in any latency.
    ``received``      when the batch arrived, on both scales
    ``side``          bytes that the lanes of strings and arrays point into
    """

    index: U32
    raw: U64
    status: U32
    source_time: I64
    not_before: I64
    received: Instant
    side: bytes = b""

    def __post_init__(self) -> None:
        """Refuse columns of different length: a sample is atomic."""
        n = len(self.index)
        if not (len(self.raw) == len(self.status) == len(self.source_time) == len(self.not_before) == n):
            raise ValueError("the columns of a batch differ in length")

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, slots=True, eq=False)
class Confirmation:
    """The source vouches that these tags still have the values that it gave last.

    A poll that answered, a notification or the keep-alive of a healthy subscription. ``index`` is
    u4[n]; a source that confirms the same tags again and again may hand over the same array. ``at`` is
    when the device vouched, or an earlier moment that is certain; never merely when we read its answer.
    Every Good or Uncertain row of a `Batch` is in the confirmation that follows it directly; a tag whose
    last sample is Bad is in none.
    """

    index: U32
    at: Instant


class LinkState(StrEnum):
    """How a source stands with its endpoint."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """A change of the link. ``cause`` is for an engineer: what was wrong and with which address.

    ``secured``: of a link that is up, how, and by whose key: policy, mode and the server's fingerprint.
    """

    state: LinkState
    at: Instant
    cause: str = ""
    secured: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Granted:
    """What the device granted for these tags (``index`` u4[n]), in seconds; see Diagnostics.

    ``sampling`` is the device's sampling or our polling interval, ``publishing`` the OPC UA publishing
    interval (0 where there is none).
    """

    index: U32
    sampling: float
    publishing: float


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """Device clock minus ours (UTC), and how well we know it, in ns."""

    offset: int
    uncertainty: int
    at: Instant


@dataclass(frozen=True, slots=True)
class Lost:
    """Changes that the device published or tried to publish and that never reached us.

    ``count`` is 0 where the protocol says only *that* something was lost. Lost changes are counted and
    shown, never passed over.
    """

    count: int
    cause: str
    at: Instant


class Irregular(StrEnum):
    """What a device, or the way to it, did that it should not, and that made no value wrong."""

    LATE = "late"
    OTHER_UNIT = "other_unit"
    OTHER_FUNCTION = "other_function"
    SHORT = "short"
    OUT_OF_ORDER = "out_of_order"
    CHECKSUM = "checksum"
    NOISE = "noise"
    ASKED_AGAIN = "asked_again"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Irregularity:
    """What was noticed ``count`` times more by ``at``; counted and shown, because it comes before a failure.

    Of a line that several endpoints share it is told by each of them.
    """

    kind: Irregular
    count: int
    at: Instant


SourceMessage = Batch | Confirmation | LinkEvent | Granted | ClockOffset | Lost | Irregularity


class WriteOutcome(StrEnum):
    """How a write ended. UNKNOWN: it was sent and the answer never came; it is never sent again."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class WriteResult:
    """The device's answer to one write."""

    outcome: WriteOutcome
    status: int
    cause: str = field(default="")
