"""What the machine is working on: orders, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Order:
    """A production order on this machine. ``done`` parts of ``planned``."""

    number: str
    part_name: str
    operation: str
    lot: str
    planned: int
    done: int

    @property
    def complete(self) -> bool:
        """Whether all planned parts are made."""
        return self.done >= self.planned

    @property
    def part_in_work(self) -> int:
        """The number of the part in the machine, from 1."""
        return min(self.done + 1, self.planned)


FIRST: Final = Order("WO-260118", "Bracket left", "20", "A6082-7731", planned=40, done=16)
_NEXT_NUMBER: Final = 7
_PLANNED: Final = (24, 40, 32)


def next_order(order: Order) -> Order:
    """The order that follows: the same part, another lot."""
    count = int(order.number.removeprefix("WO-"))
    lot = int(order.lot.rsplit("-", 1)[1])
    return Order(
        f"WO-{count + _NEXT_NUMBER}",
        order.part_name,
        order.operation,
        f"A6082-{lot + 1}",
        planned=_PLANNED[lot % len(_PLANNED)],
        done=0,
    )


def part_made(order: Order) -> Order:
    """The order after one more part; the next order after its last part."""
    counted = replace(order, done=order.done + 1)
    return next_order(counted) if counted.complete else counted
