"""Work for the line: orders cut into lots, one lot a rack, from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

from twinpane_anodizing_line.model.recipes import BLACK, BOND, Job, Recipe

_PARTS: dict[Recipe, tuple[tuple[str, int, float, float], ...]] = {
    # part, parts per rack, dm² each, kg each
    BLACK: (
        ("6061 housing", 24, 31.2, 2.4),
        ("6082 heat sink", 40, 19.0, 1.1),
        ("6061 cover", 60, 12.4, 0.6),
    ),
    BOND: (("7075 bracket", 80, 9.4, 0.5), ("6061 panel", 12, 62.0, 3.6)),
}
_RACK_AREA, _RACK_MASS = 20.0, 28.0
"""dm² and kg of the aluminium rack itself, which takes current and heat too (assumed)."""


def jobs(seed: int) -> Iterator[Job]:
    """Jobs without end: dyed and bonding work by turns, each order in lots of one rack."""
    random = Random(seed)  # noqa: S311 - a simulated order book
    streams = [_lots(BLACK, 55_120, random), _lots(BOND, 61_007, random)]
    for turn in count():
        yield next(streams[turn % 2])


def _lots(recipe: Recipe, first: int, random: Random) -> Iterator[Job]:
    for order in count(first, 3):
        part, per_rack, area, mass = _PARTS[recipe][(order - first) // 3 % len(_PARTS[recipe])]
        lots = random.randint(8, 12)
        for lot in range(1, lots + 1):
            parts = per_rack if lot < lots else random.randint(per_rack * 3 // 4, per_rack)
            yield Job(
                order=f"{order // 1000} {order % 1000:03}",
                part=part,
                lot=lot,
                lots=lots,
                parts=parts,
                area=parts * area + _RACK_AREA,
                mass=parts * mass + _RACK_MASS,
                recipe=recipe,
            )
