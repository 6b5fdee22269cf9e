"""Which tags a screen shows: what the latency on screen may be counted from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """bool[n] over all tags of the epoch; not to be changed.

    ``shown``    tags whose present value has a place in what a person sees
    ``current``  those of them that the last refresh brought up to date; the others wait for a later one
    """

    shown: npt.NDArray[np.bool_]
    current: npt.NDArray[np.bool_]

    @classmethod
    def at_once(cls, tags: int, indexes: Iterable[int]) -> Drawn:
        """What follows every frame: these of ``tags`` tags are shown and up to date."""
        mask = np.zeros(tags, np.bool_)
        mask[list(indexes)] = True
        return cls(mask, mask)

    @classmethod
    def nothing(cls, tags: int) -> Drawn:
        """What nobody sees."""
        return cls.at_once(tags, ())

    def __or__(self, other: Drawn) -> Drawn:
        """Side by side on one screen: a value is seen where the first of the two shows it."""
        return Drawn(self.shown | other.shown, self.current | other.current)
