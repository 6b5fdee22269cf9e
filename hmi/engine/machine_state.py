"""A machine's part of a pipeline, taken out of it as data, and put into another one. Pure.

The recording begins with it, and replay goes on from it. Tags are counted among the machine's own, and so is
the side area: the pipeline that it is put into has that machine alone.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.epoch import Epoch
from hmi.engine.history import Marks
from hmi.engine.pipeline import EndpointState, Pipeline
from hmi.model.clock import Instant
from hmi.model.context import ContextEvent, ContextKey
from hmi.model.samples import ClockOffset, Irregular, LinkEvent
from hmi.recorder.errors import Damaged
from hmi.recorder.kinds import Context, Offset
from hmi.recorder.state import COLUMNS, EndpointKnown, MachineState
from hmi.twin.store import side_slots

_OF_THE_STORE: Final = (
    "raw",
    "value",
    "status",
    "source_time",
    "receive_time",
    "not_before",
    "confirmed",
)
_OFFSET: Final = np.uint64(32)


def state_of(pipeline: Pipeline, epoch: Epoch, machine: str) -> MachineState:
    """All that the pipeline of ``epoch`` knows of one machine, but for the samples of its history."""
    index = np.array(epoch.tags_of(machine), np.intp)
    columns, marks = pipeline.columns, pipeline.history.marks(index)
    found: dict[str, npt.NDArray[np.generic]] = {
        name: getattr(columns, name)[index] for name in _OF_THE_STORE
    }
    slots = side_slots(epoch.tags)
    mine = [slots[int(i)] for i in index if int(i) in slots]
    begin = mine[0][0] if mine else 0
    end = max((offset + _rounded(capacity) for offset, capacity in mine), default=begin)
    in_side = np.array([epoch.tags[int(i)].type.in_side_area for i in index], np.bool_)
    found["value"] = _moved(columns.value[index], in_side, -begin)
    found["granted_sampling"], found["granted_publishing"] = pipeline.granted[index].T
    found["history_latest"], found["history_in_gap"] = marks.latest, marks.in_gap
    found["history_began"] = marks.began
    found["history_first"], found["history_first_received"] = marks.first
    return MachineState(
        tags=len(index),
        columns={name: found[name].astype(dtype).tobytes() for name, dtype in COLUMNS.items()},
        changed=columns.changed[index].astype("<u8").tobytes(),
        side=columns.side[begin:end].tobytes(),
        endpoints=tuple(_known(each) for each in pipeline.endpoints if each.machine == machine),
        context=tuple(
            Context(str(each.key), each.value, each.utc)
            for each in pipeline.context.current
            if each.machine == machine
        ),
    )


def restore(pipeline: Pipeline, state: MachineState, machine: str) -> None:
    """Put a state into the pipeline of that machine alone, in which nothing has happened yet.

    Raises:
        Damaged: the state is not one of this pipeline's machine.
    """
    columns = pipeline.columns
    if state.tags != len(columns) or len(state.side) != len(columns.side):
        raise Damaged(f"a state of {state.tags} tags, the configuration has {len(columns)}")
    found = {name: np.frombuffer(state.columns[name], dtype) for name, dtype in COLUMNS.items()}
    for name in _OF_THE_STORE:
        getattr(columns, name)[:] = found[name]
    columns.changed[:] = np.frombuffer(state.changed, "<u8")
    columns.side[:] = np.frombuffer(state.side, np.uint8)
    pipeline.granted[:, 0], pipeline.granted[:, 1] = found["granted_sampling"], found["granted_publishing"]
    pipeline.history.restore(
        Marks(
            found["history_latest"].astype(np.int64),
            found["history_in_gap"].astype(np.bool_),
            found["history_began"].astype(np.int64),
            np.array([found["history_first"], found["history_first_received"]], np.int64),
        )
    )
    known = {each.name: each for each in state.endpoints}
    if sorted(known) != sorted(each.name for each in pipeline.endpoints):
        raise Damaged(f"a state of the endpoints {sorted(known)}")
    for endpoint in pipeline.endpoints:
        _restore(endpoint, known[endpoint.name])
    try:
        events = [ContextEvent(machine, ContextKey(each.key), each.value, each.utc) for each in state.context]
    except ValueError as error:
        raise Damaged(f"a state with a context of another kind: {error}") from error
    pipeline.context.restore(events)


def _known(endpoint: EndpointState) -> EndpointKnown:
    link, offset = endpoint.link, endpoint.offset
    return EndpointKnown(
        name=endpoint.name,
        state=link.state,
        utc=link.at.utc,
        monotonic=link.at.monotonic,
        cause=link.cause,
        secured=link.secured,
        offset=None if offset is None else _offset(offset),
        samples=endpoint.samples,
        lost=endpoint.lost,
        unknown_losses=endpoint.unknown_losses,
        connects=endpoint.connects,
        irregular={str(kind): count for kind, count in endpoint.irregular.items()},
        told=endpoint.told,
        outage=endpoint.outage.kinds,
    )


def _offset(offset: ClockOffset) -> Offset:
    return Offset(offset.offset, offset.uncertainty, offset.at.utc, offset.at.monotonic)


def _restore(endpoint: EndpointState, known: EndpointKnown) -> None:
    at = Instant(known.utc, known.monotonic)
    endpoint.link = LinkEvent(known.state, at, known.cause, known.secured)
    endpoint.offset = None
    if (offset := known.offset) is not None:
        measured = Instant(offset.utc, offset.monotonic)
        endpoint.offset = ClockOffset(offset.offset, offset.uncertainty, measured)
    endpoint.samples, endpoint.lost = known.samples, known.lost
    endpoint.unknown_losses, endpoint.connects = known.unknown_losses, known.connects
    try:
        endpoint.irregular = Counter({Irregular(kind): n for kind, n in known.irregular.items()})
    except ValueError as error:
        raise Damaged(f"a state with an irregularity of another kind: {error}") from error
    endpoint.told = known.told
    endpoint.outage.restore(known.outage)


def _moved(lanes: npt.NDArray[np.uint64], in_side: npt.NDArray[np.bool_], by: int) -> npt.NDArray[np.uint64]:
    """Lanes that point into the side area, pointing ``by`` bytes further on; those of no value stay 0."""
    pointing = in_side & (lanes != 0)
    moved = lanes.copy()
    moved[pointing] = ((lanes[pointing] >> _OFFSET).astype(np.int64) + by).astype(np.uint64) << _OFFSET | (
        lanes[pointing] & np.uint64(0xFFFF_FFFF)
    )
    return moved


def _rounded(capacity: int) -> int:
    return -(-capacity // 8) * 8
