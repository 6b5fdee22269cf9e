"""When a sample was taken, on our wall clock: the one rule that history, derived tags and screens share."""

from __future__ import annotations

from typing import Final

import numpy as np

from hmi.model.clock import NO_TIME, SECOND
from hmi.model.samples import I64

EARLIEST: Final = 946_684_800 * SECOND
"""2000-01-01. A device that says less has lost its clock (many begin at 1970 or 1601)."""

_FARTHEST: Final = 2**62
"""146 years: with an offset beyond, sums of times could wrap round."""


def sample_times(source: I64, received: I64, offset: int) -> I64:
    """UTC ns (i8[n], our clock) at which each sample counts as taken.

    The source time less the device clock's ``offset`` (device − ours, ns; 0 where it is not known); the
    receive time where there is no source time, or where that cannot be: before 2000, or later than the
    sample was received. Later ones are not refused by the offset's uncertainty on top: the receive time
    is within it of the truth too, and a rule without that step keeps the order of a device's samples.
    """
    if abs(offset) > _FARTHEST:
        return received
    # Compared on the device's clock: a subtraction from a time near the lanes' end could wrap round.
    plausible = (source != NO_TIME) & (source >= EARLIEST + offset) & (source <= received + offset)
    return np.where(plausible, np.where(plausible, source, 0) - offset, received)
