"""Names that stay: machine ids, tag ids, and where a machine stands in the works."""

from __future__ import annotations

import re
from typing import Final

import msgspec

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


def is_name(text: str) -> bool:
    """Whether a text may be a machine id or the tag part of a tag id: ``[a-z][a-z0-9_]*``, at most 64."""
    return _NAME.fullmatch(text) is not None


def tag_id(machine: str, tag: str) -> str:
    """The stable id of a tag, ``machine/tag``.

    Raises:
        ValueError: one of the parts is not a name (see `is_name`).
    """
    if not (is_name(machine) and is_name(tag)):
        raise ValueError(f"{machine!r}/{tag!r} is no tag id: lower-case letters, digits and _ only")
    return f"{machine}/{tag}"


class EquipmentPath(msgspec.Struct, frozen=True):
    """A machine's place in the ISA-95 (IEC 62264-1) equipment hierarchy; empty levels are left out."""

    enterprise: str = ""
    site: str = ""
    area: str = ""
    line: str = ""

    def levels(self) -> tuple[str, ...]:
        """The levels that are filled, outermost first."""
        return tuple(level for level in (self.enterprise, self.site, self.area, self.line) if level)
