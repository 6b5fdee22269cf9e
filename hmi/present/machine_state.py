"""What a machine is doing, as far as its state tag can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hmi.config.epoch import Machine
from hmi.config.machine import Tone
from hmi.present import format as formats
from hmi.present import health, quality
from hmi.present.freshness import Freshness
from hmi.present.health import Condition, LinkLoss, loss
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts

__all__ = ["LinkLoss", "StateView", "loss", "state"]


@dataclass(frozen=True, slots=True)
class StateView:
    """The state's text and its tone; tone ``unknown`` where the state is not known to be the present one."""

    label: str
    tone: Tone | Literal["unknown"]


def state(session: Session, frame: Frame, machine: Machine, texts: Texts) -> StateView:
    """The state of a machine; ``texts`` are the machine's."""
    condition = health.of(session, frame, machine.id).condition
    if condition in (Condition.NO_LINK, Condition.CONNECTING):
        return _unknown("state.no_link", texts)
    if condition is Condition.NO_DATA:
        return _unknown("state.no_data", texts)
    binding = machine.type.state
    if binding is None:
        if condition in (Condition.LIVE, Condition.PARTLY):
            return StateView(texts.text("state.present"), "idle")
        return _unknown("state.not_live", texts)
    index = session.index(machine.id, binding.tag)
    match Freshness(int(frame.freshness[index])):
        case Freshness.NEVER:
            return _unknown("state.no_data", texts)
        case Freshness.STALE:
            return _unknown("state.stale", texts)
        case Freshness.BAD:
            unheard = quality.bad_text(int(session.columns.status[index])) == "quality.no_link"
            return _unknown("state.no_link" if unheard else "state.unknown", texts)
    tag = session.tag(index)
    value = session.value(index)
    if isinstance(value, str | tuple):
        return StateView(formats.value(value, tag, texts), "idle")
    name = tag.labels.get(int(value), "")
    return StateView(formats.value(value, tag, texts), binding.tones.get(name, "idle"))


def _unknown(text_id: str, texts: Texts) -> StateView:
    return StateView(texts.text(text_id), "unknown")
