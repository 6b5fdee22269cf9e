"""What a machine was working on, as events in the same stream as the samples."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class ContextKey(StrEnum):
    """The questions that every sample can be asked afterwards ("during which order, on which lot?")."""

    ORDER = "order"
    OPERATION = "operation"
    PROGRAM = "program"
    PART = "part"
    PART_COUNT = "part_count"
    PLANNED_COUNT = "planned_count"
    LOT = "lot"
    MATERIAL = "material"
    TOOL = "tool"
    QUALITY_SPECIFICATION = "quality_specification"
    OPERATOR_ROLE = "operator_role"
    SHIFT = "shift"


class ContextEvent(msgspec.Struct, frozen=True):
    """One change of context. ``value`` is empty where the machine no longer says."""

    machine: str
    key: ContextKey
    value: str
    utc: int
