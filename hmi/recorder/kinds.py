"""The kinds of records, and the forms of those that are rare: msgpack maps with names in them."""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta

from hmi.model.samples import Irregular, LinkState
from hmi.recorder.errors import Damaged

# What sources said, as `hmi.recorder.payloads` packs it.
SAMPLES: Final = "samples"
CONFIRMATION: Final = "confirmation"
TAGS: Final = "tags"
LINK: Final = "link"
GRANTED: Final = "granted"
OFFSET: Final = "offset"
LOST: Final = "lost"
IRREGULARITY: Final = "irregularity"

# What the engine's own clock did.
CLOCK: Final = "clock"

# The frame of it all.
HEADER: Final = "header"
BEGIN: Final = "begin"
EPOCH: Final = "epoch"
STATE: Final = "state"
KEYFRAME: Final = "keyframe"
END: Final = "end"

# What follows from the above, kept for whoever reads without working it out again.
CONTEXT: Final = "context"

# What was to be seen on a panel, and what was touched there.
SCREEN: Final = "screen"
TOUCH: Final = "touch"
LATENCY: Final = "latency"

# What became of older files.
REMOVED: Final = "removed"

NOT_INDEXED: Final = frozenset((SAMPLES, CONFIRMATION, TAGS))
"""Kinds that come with every batch; of all others the file has an index."""

Nanoseconds = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Head = Annotated[bytes, Meta(min_length=32, max_length=32)]


class Header(msgspec.Struct, frozen=True):
    """First record of a file: what it is.

    ``file``         16 random bytes: the file's identity, whatever its name
    ``site``, ``machine``  ids of the configuration
    ``number``       counts the machine's files without a gap, from 1 on, also over clock changes
    ``shift``        name of the shift, ``day`` its date (ISO 8601), ``begin`` and ``end`` its UTC ns
    ``predecessor``  identity of the file before (b"": this is the first), ``head`` where that one stood
                     when this one began
    ``key``          public key (Ed25519) that signs this file
    ``made_by``      version of the program
    """

    file: Annotated[bytes, Meta(min_length=16, max_length=16)]
    site: str
    machine: str
    number: Count
    shift: str
    day: str
    begin: Nanoseconds
    end: Nanoseconds
    predecessor: Annotated[bytes, Meta(max_length=16)]
    head: Head
    key: Head
    made_by: str


class Begin(msgspec.Struct, frozen=True):
    """A stretch without a gap begins; `EPOCH` and `STATE` follow it.

    ``cause``   `STARTED`, `RESUMED`, `RELOADED`, `SHIFT` or `AGAIN`
    ``since``   UTC ns until when there are records before it (None: it is the first stretch)
    ``samples`` how many samples were taken since and could not be recorded
    ``why``     for a person: what kept them from being recorded
    """

    cause: str
    since: Nanoseconds | None = None
    samples: Count = 0
    why: str = ""


STARTED: Final = "started"
"""The machine's first file, or one whose predecessor ended in good order: nobody recorded in between."""
RESUMED: Final = "resumed"
"""The recorder before this one did not end in good order: a power cut, a kill."""
RELOADED: Final = "reloaded"
"""Another configuration took effect; nothing is missing, but what sources said while they began anew."""
SHIFT: Final = "shift"
"""The file before this one ended because its shift did: nothing is missing."""
AGAIN: Final = "again"
"""Recording had failed and goes on: ``samples`` are missing."""


class End(msgspec.Struct, frozen=True):
    """Last record of a file that is closed; ``cause``: `SHIFT` or `STOPPED`."""

    cause: str


STOPPED: Final = "stopped"


class Link(msgspec.Struct, frozen=True):
    """As `hmi.model.samples.LinkEvent`."""

    state: LinkState
    utc: Nanoseconds
    monotonic: Nanoseconds
    cause: str
    secured: str


class Grant(msgspec.Struct, frozen=True):
    """As `hmi.model.samples.Granted`; ``index`` u4[n] of the machine's tags."""

    index: bytes
    sampling: float
    publishing: float


class Offset(msgspec.Struct, frozen=True):
    """As `hmi.model.samples.ClockOffset`."""

    offset: Nanoseconds
    uncertainty: Nanoseconds
    utc: Nanoseconds
    monotonic: Nanoseconds


class Loss(msgspec.Struct, frozen=True):
    """As `hmi.model.samples.Lost`."""

    count: Count
    cause: str
    utc: Nanoseconds
    monotonic: Nanoseconds


class Irregularities(msgspec.Struct, frozen=True):
    """As `hmi.model.samples.Irregularity`."""

    kind: Irregular
    count: Count
    utc: Nanoseconds
    monotonic: Nanoseconds


class Screen(msgspec.Struct, frozen=True):
    """A panel shows a screen from now on; ``machine`` is "" where it is about none by itself.

    ``panel`` tells panels apart, ``utc`` (ns) is when it did; ``width`` and ``height`` in pixels.
    """

    panel: str
    utc: Nanoseconds
    screen: str
    machine: str
    width: Count
    height: Count
    theme: str
    language: str


class Touch(msgspec.Struct, frozen=True):
    """A finger or a mouse went down on a panel: ``x`` and ``y`` as shares of its window's size."""

    panel: str
    utc: Nanoseconds
    screen: str
    machine: str
    x: float
    y: float


class Latency(msgspec.Struct, frozen=True):
    """What a panel showed of the machine's latency, in ms; None where it showed none."""

    panel: str
    utc: Nanoseconds
    now: Count | None
    p50: Count | None
    p99: Count | None
    n: Count


class Removed(msgspec.Struct, frozen=True):
    """Files of this machine were removed, as the site's rules say.

    ``names`` in the order of their numbers; ``head`` where the last of them ended.
    """

    names: tuple[str, ...]
    head: bytes


class ClockSet(msgspec.Struct, frozen=True):
    """Our wall clock was found set by so many ns, forward more than 0."""

    by: Nanoseconds


class Context(msgspec.Struct, frozen=True):
    """As `hmi.model.context.ContextEvent`, of this machine."""

    key: str
    value: str
    utc: Nanoseconds


_ENCODER: Final = msgspec.msgpack.Encoder()
S = TypeVar("S", bound=msgspec.Struct)


def packed(form: msgspec.Struct) -> bytes:
    """A form as a payload."""
    return _ENCODER.encode(form)


def unpacked(payload: bytes, form: type[S]) -> S:
    """A payload as the form of its kind.

    Raises:
        Damaged: it is none.
    """
    try:
        return msgspec.msgpack.decode(payload, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(f"{len(payload)} bytes are no {form.__name__.lower()}: {error}") from error
