"""Everything that the engine knew of one machine at a moment: what a stretch of a recording begins with.

With it and the records after it a replay goes on exactly as the engine did.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from hmi.model.samples import LinkState
from hmi.recorder.errors import Damaged
from hmi.recorder.kinds import Context, Count, Nanoseconds, Offset

COLUMNS: Final = {
    "raw": "<u8",
    "value": "<u8",
    "status": "<u4",
    "source_time": "<i8",
    "receive_time": "<i8",
    "not_before": "<i8",
    "confirmed": "<i8",
    "granted_sampling": "<f8",
    "granted_publishing": "<f8",
    "history_latest": "<i8",
    "history_in_gap": "<u1",
    "history_began": "<i8",
    "history_first": "<i8",
    "history_first_received": "<i8",
}
"""Of each the element's type; one element for each of the machine's tags, in order."""


class EndpointKnown(msgspec.Struct, frozen=True):
    """What was known of one endpoint: its link, its clock, its counters since the engine's start."""

    name: str
    state: LinkState
    utc: Nanoseconds
    monotonic: Nanoseconds
    cause: str
    secured: str
    offset: Offset | None
    samples: Count
    lost: Count
    unknown_losses: Count
    connects: Count
    irregular: dict[str, Count]
    told: bool
    outage: tuple[str, ...]


class MachineState(msgspec.Struct, frozen=True):
    """The state of one machine.

    ``columns``  by the names of `COLUMNS`; ``changed`` is the u8[n] revision of the store of each, and says
                 what changed together with what
    ``side``     the machine's part of the side area; lanes count from its begin
    """

    tags: Annotated[int, Meta(ge=0, le=1_000_000)]
    columns: dict[str, bytes]
    changed: bytes
    side: bytes
    endpoints: tuple[EndpointKnown, ...]
    context: tuple[Context, ...]

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        return _OF_ANY + self.tags * _OF_A_TAG + len(self.side)


class Keyframe(msgspec.Struct, frozen=True):
    """The state in the middle of a stretch, where a replay may begin as well as at the stretch's own begin.

    ``sets``  the sets of tags that confirmations name, in the order of their numbers: each u4[n]
    """

    state: MachineState
    sets: tuple[bytes, ...]


_OF_A_TAG: Final = sum(int(dtype[-1]) for dtype in COLUMNS.values()) + 8
_OF_ANY: Final = 500


def check(state: MachineState) -> MachineState:
    """The state, if its columns are all there and as long as they should be.

    Raises:
        Damaged: they are not.
    """
    for name, dtype in (*COLUMNS.items(), ("changed", "<u8")):
        column = state.changed if name == "changed" else state.columns.get(name, b"-")
        if len(column) != state.tags * int(dtype[-1]):
            raise Damaged(f"the column {name} of {state.tags} tags has {len(column)} bytes")
    return state
