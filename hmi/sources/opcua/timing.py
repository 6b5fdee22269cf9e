"""Since when a value may have been what it is: the lower bound behind the latency on screen. Pure."""

from __future__ import annotations

import numpy as np

from hmi.model.clock import NO_TIME
from hmi.model.samples import I64
from hmi.sources.opcua.clock_offset import Estimate


def not_before(
    source_time: I64,
    server_time: I64,
    sampling: I64,
    clock: Estimate | None,
    previous: int,
    received: int,
) -> I64:
    """Monotonic ns (i8[n]) before which each value cannot have changed at the machine.

    ``source_time``, ``server_time``  device UTC ns or ``NO_TIME``; the server's stands in for a missing
                                      source time
    ``sampling``   i8[n] granted sampling intervals in ns: a change is seen that much later at worst
    ``previous``   monotonic ns: a time at or before the server put the previous notification together.
                   What came after was sampled after it, which is all that is known without a usable time
    A time that lies in the future beyond the offset's uncertainty is of a clock that we do not know; it
    would make the latency look smaller than it is, so it counts as none.
    """
    stamp = np.where(source_time != NO_TIME, source_time, server_time)
    unstamped = np.minimum(previous, received) - sampling
    if clock is None:
        return np.asarray(np.minimum(unstamped, received), np.int64)
    known = stamp != NO_TIME
    on_our_clock = np.where(known, stamp, 0) - clock.offset
    usable = known & (on_our_clock <= received + clock.uncertainty)
    stamped = on_our_clock - sampling - clock.uncertainty
    return np.asarray(np.minimum(np.where(usable, stamped, unstamped), received), np.int64)
