"""What all configuration models share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hmi.model.identity import is_name


class Config(BaseModel):
    """A frozen model that refuses keys it does not know and values of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError("expected a name of lower-case letters, digits and _, starting with a letter")
    return text


Name = Annotated[str, AfterValidator(_name)]
"""A machine id, a tag's name, a frame's name: ``[a-z][a-z0-9_]*``."""

TextId = Annotated[str, Field(min_length=1, max_length=200)]
"""The id of a text in ``texts/<language>.yaml``; no operator text stands in the YAML itself."""

Seconds = Annotated[float, Field(gt=0, le=86_400)]
"""A positive duration in seconds."""


class Span(Config):
    """A closed interval in the tag's unit."""

    low: float
    high: float

    def model_post_init(self, _context: object) -> None:
        """Refuse an empty interval."""
        if not self.low < self.high:
            raise ValueError(f"expected low < high, found {self.low} … {self.high}")
