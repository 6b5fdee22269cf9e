"""Since when a value may have been what it is: the lower bound behind the latency on screen. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np

from hmi.model.clock import NO_TIME, Instant
from hmi.model.samples import I64
from hmi.sources.opcua.clock_offset import Estimate

_FAR: Final = 2**62
"""Further from now (ns, 146 years) no time is meant, and sums with it would not fit any more."""


def assembled_at(publish_time: int, asked: int, received: int, clock: Estimate | None) -> int:
    """Monotonic ns at or before which the server put an answer together, as late as can be defended.

    ``publish_time``  the answer's own, device UTC ns or ``NO_TIME``
    ``asked``, ``received``  monotonic ns: when the request went out, and when we came to read its answer.
                      That may be long after it arrived, let alone after the server spoke.
    Where the publish time cannot be true by what we know of the clock, only the request's time is sure.
    """
    if clock is None or publish_time == NO_TIME:
        return min(asked, received)
    on_our_clock = clock.to_monotonic(publish_time)
    if not asked - clock.uncertainty <= on_our_clock <= received + clock.uncertainty:
        return min(asked, received)
    return min(max(asked, on_our_clock - clock.uncertainty), received)


def back_to(monotonic: int, now: Instant) -> Instant:
    """The moment that was ``monotonic`` on the clock that shows ``now``."""
    return Instant(now.utc - (now.monotonic - monotonic), monotonic)


def not_before(
    source_time: I64,
    server_time: I64,
    sampling: I64,
    clock: Estimate | None,
    previous: int,
    received: int,
) -> I64:
    """Monotonic ns (i8[n]) before which each value cannot have changed at the machine.

    ``source_time``, ``server_time``  device UTC ns or ``NO_TIME``; the earlier of both counts, and the
                                      one that there is
    ``sampling``   i8[n] granted sampling intervals in ns: a change is seen that much later at worst
    ``previous``   monotonic ns: a time at or before the server put the previous notification together.
                   What came after was sampled after it, which is all that is known without a usable time
    A time that lies in the future beyond the offset's uncertainty is of a clock that we do not know; it
    would make the latency look smaller than it is, so it counts as none.
    """
    # NO_TIME lies before every time. The clock that we know is the server's: a value that the server gave
    # at its own time had not changed later than that, whatever a source with a fast clock says.
    both = (source_time != NO_TIME) & (server_time != NO_TIME)
    earlier, only = np.minimum(source_time, server_time), np.maximum(source_time, server_time)
    stamp = np.where(both, earlier, only)
    unstamped = np.minimum(previous, received) - sampling
    if clock is None:
        return np.asarray(np.minimum(unstamped, received), np.int64)
    known = (stamp != NO_TIME) & (np.abs(stamp.astype(np.float64) - clock.offset) < _FAR)
    on_our_clock = np.where(known, stamp, clock.offset) - clock.offset
    usable = known & (on_our_clock <= received + clock.uncertainty)
    stamped = on_our_clock - sampling - clock.uncertainty
    return np.asarray(np.minimum(np.where(usable, stamped, unstamped), received), np.int64)
