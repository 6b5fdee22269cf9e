"""What was recorded of panels: which screen stood there, where it was touched, which latency it showed."""

from __future__ import annotations

from typing import Final

import msgspec

from hmi.link.messages import LatencyShown, ScreenShown, Seen, Touched
from hmi.recorder import kinds
from hmi.recorder.errors import Damaged
from hmi.recorder.kinds import Latency, Screen, Touch
from hmi.recorder.records import Record

KINDS: Final = frozenset((kinds.SCREEN, kinds.TOUCH, kinds.LATENCY))


def seen_of(record: Record, machine: str) -> Seen | None:
    """What a record of ``machine``'s recording says of a panel; None where it is of another kind.

    Raises:
        Damaged: it makes no sense.
    """
    found: Seen
    match record.kind:
        case kinds.SCREEN:
            screen = kinds.unpacked(record.payload, Screen)
            found = ScreenShown(
                screen.utc,
                screen.screen,
                screen.machine,
                screen.width,
                screen.height,
                screen.theme,
                screen.language,
            )
        case kinds.TOUCH:
            touch = kinds.unpacked(record.payload, Touch)
            found = Touched(touch.utc, touch.screen, touch.machine, touch.x, touch.y)
        case kinds.LATENCY:
            shown = kinds.unpacked(record.payload, Latency)
            found = LatencyShown(shown.utc, machine, shown.now, shown.p50, shown.p99, shown.n)
        case _:
            return None
    return _as_sent(found)


def _as_sent(found: Seen) -> Seen:
    """What a panel would have been refused is nothing that a panel has told."""
    try:
        decoded: Seen = msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=type(found))
    except msgspec.MsgspecError as error:
        raise Damaged(f"no panel has told this: {error}") from error
    return decoded
