"""Which moments of a bench the host of a virtual computer did not disturb: pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence


class Thefts:
    """The moments (UTC seconds, rising) at which the kernel was seen to have counted more stolen time."""

    def __init__(self, moments: Sequence[float]) -> None:
        self._moments = moments

    def none_around(self, moments: Iterable[float], before: float, after: float) -> list[bool]:
        """For each moment whether nothing was stolen from ``before`` seconds before it to ``after`` after it.

        The window is the same for all, however long each of them took: a longer one would meet a theft
        sooner, and the rest look better than it is. It is not free of that: only who wants a processor can
        be robbed of it, so what takes more processor time is left out a little more often. Where most
        moments are kept that is nothing; where few are, the rest says little.
        """
        return [
            bisect_left(self._moments, each - before) == bisect_left(self._moments, each + after)
            for each in moments
        ]
