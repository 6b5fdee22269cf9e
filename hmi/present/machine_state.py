"""What a machine is doing, as far as its state tag can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hmi.config.epoch import Machine
from hmi.config.machine import Tone
from hmi.model.clock import SECOND
from hmi.model.samples import LinkState
from hmi.present import format as formats
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts


@dataclass(frozen=True, slots=True)
class StateView:
    """The state's text and its tone; tone ``unknown`` where the state is not known to be the present one."""

    label: str
    tone: Tone | Literal["unknown"]


@dataclass(frozen=True, slots=True)
class LinkLoss:
    """A machine's worst endpoint without a link: ``seconds`` since, and why."""

    state: LinkState
    seconds: float
    endpoint: str
    cause: str


def state(session: Session, frame: Frame, machine: Machine, texts: Texts) -> StateView:
    """The state of a machine; ``texts`` are the machine's."""
    if loss(session, frame, machine.id, whole=True) is not None:
        return StateView(texts.text("state.no_link"), "unknown")
    binding = machine.type.state
    if binding is None:
        return StateView(texts.text("state.present"), "idle")
    index = session.index(machine.id, binding.tag)
    match Freshness(int(frame.freshness[index])):
        case Freshness.NEVER:
            return StateView(texts.text("state.no_data"), "unknown")
        case Freshness.STALE:
            return StateView(texts.text("state.stale"), "unknown")
        case Freshness.BAD:
            return StateView(texts.text("state.unknown"), "unknown")
    tag = session.tag(index)
    value = session.value(index)
    if isinstance(value, str | tuple):
        return StateView(formats.value(value, tag, texts), "idle")
    name = tag.labels.get(int(value), "")
    return StateView(formats.value(value, tag, texts), binding.tones.get(name, "idle"))


def loss(session: Session, frame: Frame, machine: str, *, whole: bool = False) -> LinkLoss | None:
    """The endpoint of a machine that has been without a link for longest, if any.

    ``whole``: only where no endpoint of the machine has a link.
    """
    of_machine = [key for key in session.endpoints if key[0] == machine]
    down = [key for key in of_machine if key in session.unlinked]
    if not down or (whole and len(down) < len(of_machine)):
        return None
    worst = min(down, key=lambda key: session.unlinked[key])
    news = session.endpoints[worst]
    seconds = max(0.0, (frame.now.monotonic - session.unlinked[worst]) / SECOND)
    return LinkLoss(news.state, seconds, worst[1], news.cause)
