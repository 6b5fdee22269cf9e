"""How the positions that a machine reports become places in its drawing, as somebody measured it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from hmi.config.base import Config, Name

Fit = Literal["shift", "rigid", "affine"]


def _day(given: object) -> object:
    if not isinstance(given, str):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ValueError(f"expected a day like 2026-09-14, found {given!r}") from None


Day = Annotated[date, BeforeValidator(_day)]
"""A calendar day, written ``2026-09-14``."""

Coordinates = Annotated[tuple[float | int, ...], Field(min_length=1, max_length=3)]


class PointPair(Config):
    """One place twice: as the position tags read it, and where it stands in the drawing."""

    machine: Coordinates
    drawing: Coordinates


class Calibration(Config):
    """A measured relation between reported positions and the drawing's coordinates.

    ``axes``       the position tags that it holds for, in the order of the pairs' numbers; several sets
                   where several carriers are read on one scale
    ``fit``        what the points are fitted with: an offset of each axis; turned and shifted as one;
                   or any straight relation (scale and squareness errors too)
    ``tolerance``  the largest residual that is acceptable, in the geometry's unit
    ``reference``  who measured it with what, for an auditor
    """

    axes: Annotated[
        tuple[Annotated[tuple[Name, ...], Field(min_length=1, max_length=3)], ...], Field(min_length=1)
    ]
    fit: Fit
    date: Day
    due: Day
    tolerance: Annotated[float, Field(gt=0)]
    reference: Annotated[str, Field(min_length=1, max_length=200)]
    points: Annotated[tuple[PointPair, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _agrees(self) -> Calibration:
        size = len(self.points[0].machine)
        for number, pair in enumerate(self.points):
            if len(pair.machine) != size or len(pair.drawing) != size:
                raise ValueError(
                    f"points.{number}: expected {size} coordinates on both sides, as in the first point"
                )
        for tags in self.axes:
            if len(tags) != size:
                raise ValueError(f"axes: expected {size} tags, one for each coordinate of the points")
        if self.due <= self.date:
            raise ValueError(f"due: expected a day after {self.date}, found {self.due}")
        return self
