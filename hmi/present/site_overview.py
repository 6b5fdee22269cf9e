"""View models of the Site screen: one card per machine, also for those that were left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hmi.config.epoch import Machine
from hmi.present import causes, header, health, machine_state, simulated, tile, unsecured
from hmi.present import format as formats
from hmi.present.health import Condition, Health
from hmi.present.machine_state import StateView
from hmi.present.pace import LivePaces
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.tile import TileView


@dataclass(frozen=True, slots=True)
class MachineCard:
    """A machine on the Site screen.

    ``machine``   its id; "" for one that was left out and cannot be opened
    ``figures``   the headline figures, most telling first
    ``progress``  done share 0 … 1 of the cycle, None where not known
    ``news``      how fresh the machine is as a whole; ``calm`` whether that is as it should be
    ``cover``     why nothing of the card is live ("no link since 14:07:32"); "" while it is
    ``cause``     for the person who will repair it
    ``mark``      stands beside the name where the engine makes the values up
    ``lock``      stands there with an open lock where a link of the machine is not secured
    ``pace``      what was granted to its live values, the shortest words last
    """

    machine: str
    name: str
    type_name: str
    state: StateView | None
    figures: tuple[TileView, ...]
    job: str
    progress: float | None
    news: str
    calm: bool
    cover: str
    cause: str
    mark: str = ""
    lock: str = ""
    pace: tuple[str, ...] = ()


def cards(
    session: Session, frame: Frame, texts: Texts, paces: LivePaces | None = None
) -> tuple[MachineCard, ...]:
    """The cards in site order, those left out at the end; without ``paces`` they say nothing of them."""
    shown = (card(session, frame, each, texts.for_machine(each.id), paces) for each in session.epoch.machines)
    out = (
        MachineCard(
            "", each.name, "", None, (), "", None, "", False, texts.text("card.quarantined"), each.cause
        )
        for each in session.epoch.quarantined
    )
    return (*shown, *out)


def card(
    session: Session, frame: Frame, machine: Machine, texts: Texts, paces: LivePaces | None = None
) -> MachineCard:
    """The card of one machine; ``texts`` are the machine's."""
    job = header.job(session, frame, machine, texts)
    found = health.of(session, frame, machine.id)
    cover, cause = _cover(found, frame.now.utc, texts)
    news, calm = _news(found, texts)
    return MachineCard(
        machine=machine.id,
        name=texts.text(machine.name),
        type_name=header.type_name(machine, texts),
        state=machine_state.state(session, frame, machine, texts),
        figures=tuple(figure(session, frame, machine, name, texts) for name in machine.type.headline),
        job="" if job is None else job.short or job.title,
        progress=_progress(session, frame, machine),
        news=news,
        calm=calm,
        cover=cover,
        cause=cause,
        mark=simulated.mark(machine.endpoints.values(), texts),
        lock=unsecured.lock(machine.endpoints.values(), texts),
        pace=() if paces is None else paces.words(machine.id, texts),
    )


def figure(session: Session, frame: Frame, machine: Machine, name: str, texts: Texts) -> TileView:
    """A headline figure: the tag's tile, times that are left as minutes and seconds."""
    index = session.index(machine.id, name)
    shown = tile.tile(session, frame, index, texts)
    progress = machine.type.progress
    value = session.value(index)
    timed = progress is not None and name in (progress.remaining, progress.total)
    if timed and shown.readout.value and isinstance(value, int | float):
        readout = replace(shown.readout, value=formats.duration(float(value)), unit="")
        return replace(shown, readout=readout)
    return shown


def _progress(session: Session, frame: Frame, machine: Machine) -> float | None:
    progress = machine.type.progress
    if progress is None or progress.total is None:
        return None
    remaining = header.seconds(session, frame, machine.id, progress.remaining)
    total = header.seconds(session, frame, machine.id, progress.total)
    if remaining is None or total is None or not total > 0:
        return None
    return round(min(1.0, max(0.0, 1.0 - remaining / total)), 3)


def _cover(found: Health, now: int, texts: Texts) -> tuple[str, str]:
    match found.condition:
        case Condition.ENGINE_LOST:
            return texts.text("card.engine_lost"), ""
        case Condition.NO_DATA:
            return texts.text("card.no_data"), ""
    if found.loss is None:
        return "", ""
    text_id = "card.connecting" if found.condition is Condition.CONNECTING else "card.no_link"
    since = formats.since(found.loss.since, now, texts)
    return texts.text(text_id, time=since), causes.in_words(found.loss.cause, texts)


def _news(found: Health, texts: Texts) -> tuple[str, bool]:
    if found.dead:
        return texts.text("card.not_live", count=found.dead, total=found.total), False
    return texts.text("card.all_live", total=found.total), True
