"""Small epochs for tests, made without files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hmi.config.endpoints import Endpoint
from hmi.config.epoch import Epoch, Machine
from hmi.config.machine import MachineType
from hmi.config.simulated import SimulatedAddress, SimulatedEndpoint
from hmi.config.tags import Tag, TagDescription
from hmi.model.clock import NO_TIME, Instant
from hmi.model.context import ContextKey
from hmi.model.samples import Batch
from hmi.model.status import GOOD
from hmi.model.values import Value, ValueType, pack_side, side_lane, to_lane


def epoch_of(
    tags: Mapping[str, TagDescription],
    *,
    machine: str = "m",
    wires: Mapping[str, ValueType] | None = None,
    context: Mapping[ContextKey, str] | None = None,
    endpoint: Endpoint | None = None,
) -> Epoch:
    """An epoch with one machine that has these tags, by name; simulated constants unless derived."""
    made = tuple(
        Tag(
            id=f"{machine}/{name}",
            machine=machine,
            name=name,
            wire=(wires or {}).get(name, description.type),
            address=None if description.derived else SimulatedAddress(kind="constant"),
            **{key: getattr(description, key) for key in TagDescription.model_fields},
        )
        for name, description in tags.items()
    )
    kind = MachineType(
        id="test_type",
        api_version=1,
        protocols=("simulated",),
        headline=(next(iter(tags)),),
        context=dict(context or {}),
    )
    return Epoch(
        site="test",
        machines=(
            Machine(
                id=machine,
                name=f"machine.{machine}",
                type=kind,
                endpoints={"main": endpoint or SimulatedEndpoint(protocol="simulated")},
            ),
        ),
        tags=made,
    )


def batch_of(
    epoch: Epoch,
    samples: Sequence[tuple[str, Value] | tuple[str, Value, int] | tuple[str, Value, int, int]],
    received: Instant,
    *,
    machine: str = "m",
    not_before: int = NO_TIME,
) -> Batch:
    """A batch of (tag name, wire value[, status[, source time]])."""
    index, raw, status, times, side = [], [], [], [], b""
    for name, value, *rest in samples:
        number = epoch.index[f"{machine}/{name}"]
        wire = epoch.tags[number].wire
        index.append(number)
        if isinstance(value, str | tuple):
            payload = pack_side(value, wire)
            raw.append(side_lane(len(side), len(payload)))
            side += payload
        else:
            raw.append(to_lane(value, wire))
        status.append(rest[0] if rest else GOOD)
        times.append(rest[1] if len(rest) > 1 else NO_TIME)
    return Batch(
        index=np.array(index, np.uint32),
        raw=np.array(raw, np.uint64),
        status=np.array(status, np.uint32),
        source_time=np.array(times, np.int64),
        not_before=np.full(len(index), not_before, np.int64),
        received=received,
        side=side,
    )
