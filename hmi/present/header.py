"""View model of the header bar: which machine, what it does, on what, and for how long yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hmi.config.epoch import Machine
from hmi.model.context import ContextKey
from hmi.present import format as formats
from hmi.present import health, machine_state, simulated, unsecured
from hmi.present.freshness import Freshness
from hmi.present.health import Condition, Health
from hmi.present.machine_state import StateView
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts

SEPARATOR = " · "
_LEVEL_SEPARATOR = " / "


@dataclass(frozen=True, slots=True)
class Job:
    """What the machine works on, in two lines; ``live`` is False where that may no longer be so.

    ``details`` are for the second line, most telling first: what has no room there is left out whole.
    ``short`` is the most telling part of it, for where there is one line; it says itself that it is old.
    """

    title: str
    details: tuple[str, ...]
    live: bool
    short: str = ""


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """``3:42`` and ``left of 9:10``."""

    figure: str
    text: str


@dataclass(frozen=True, slots=True)
class HeaderView:
    """The header bar without its latency pill. ``path``: what it is, and its ISA-95 area and line.

    ``mark`` stands beside the title where the engine makes the machine's values up, ``lock`` with an open
    lock where a link of it is not secured.
    """

    title: str
    path: str
    state: StateView | None
    job: Job | None
    left: TimeLeft | None
    clock: str
    date: str
    mark: str = ""
    lock: str = ""


def of_machine(session: Session, frame: Frame, machine: Machine, texts: Texts) -> HeaderView:
    """The header while one machine is in view; ``texts`` are the machine's."""
    # Enterprise and site are on the Site screen; here they would only push out what tells machines apart.
    path = _LEVEL_SEPARATOR.join(each for each in (machine.area, machine.line) if each)
    kind = type_name(machine, texts)
    return HeaderView(
        title=texts.text(machine.name),
        path=SEPARATOR.join(each for each in (kind, path) if each),
        state=machine_state.state(session, frame, machine, texts),
        job=job(session, frame, machine, texts),
        left=time_left(session, frame, machine, texts),
        clock=formats.clock(frame.now.utc),
        date=formats.date(frame.now.utc, texts),
        mark=simulated.mark(machine.endpoints.values(), texts),
        lock=unsecured.lock(machine.endpoints.values(), texts),
    )


def of_site(session: Session, frame: Frame, texts: Texts) -> HeaderView:
    """The header while the whole site is in view."""
    epoch = session.epoch
    total = len(epoch.machines) + len(epoch.quarantined)
    found = [health.of(session, frame, each.id) for each in epoch.machines]
    tones = [
        machine_state.state(session, frame, each, texts.for_machine(each.id)).tone for each in epoch.machines
    ]
    running, unknown = tones.count("running"), tones.count("unknown") + len(epoch.quarantined)
    said = "header.running_unknown" if unknown else "header.running"
    count = texts.text("header.one_machine" if total == 1 else "header.machines", total=total)
    return HeaderView(
        title=texts.text(epoch.name),
        path=_LEVEL_SEPARATOR.join(
            dict.fromkeys(each.enterprise for each in epoch.machines if each.enterprise)
        ),
        state=_freshness(found, total, texts),
        job=Job(
            texts.text(said, running=running, total=total, unknown=unknown),
            (count,),
            frame.engine_alive,
        ),
        left=None,
        clock=formats.clock(frame.now.utc),
        date=formats.date(frame.now.utc, texts),
    )


def type_name(machine: Machine, texts: Texts) -> str:
    """What kind of machine it is: the plugin's text, else manufacturer and model, else the type's id."""
    if texts.has(machine.type.name):
        return texts.text(machine.type.name)
    return f"{machine.type.manufacturer} {machine.type.model}".strip() or machine.type.id


def job(session: Session, frame: Frame, machine: Machine, texts: Texts) -> Job | None:
    """The job line of a machine from its context; None where its type has no context at all.

    What the machine said last stays while it cannot say anything, and is told to be that.
    """
    if not machine.type.context and not session.context.get(machine.id):
        return None
    context, live = _context(session, frame, machine)
    order = _said(context, ContextKey.ORDER, "job.order", texts)
    program = context.get(ContextKey.PROGRAM, "")
    part = context.get(ContextKey.PART, "")
    first = [program or order, "" if part in program else part]  # many controls have the part in the name
    second = [
        part_count(context, texts),
        _said(context, ContextKey.OPERATION, "job.operation", texts),
        _said(context, ContextKey.TOOL, "job.tool", texts),
        order if program else "",
        _said(context, ContextKey.LOT, "job.lot", texts),
        context.get(ContextKey.MATERIAL, ""),
    ]
    title, details = SEPARATOR.join(filter(None, first)), [*filter(None, second)]
    if not title and not details:
        return Job(texts.text("job.none" if live else "job.unknown"), (), live)
    title = title or texts.text("job.none" if live else "job.unknown")
    short = details[0] if details else title
    if not live:
        details.insert(0, texts.text("job.last_known"))
        short = texts.text("job.not_live", job=short)
    return Job(title, tuple(details), live, short)


def _context(session: Session, frame: Frame, machine: Machine) -> tuple[dict[ContextKey, str], bool]:
    """The context to show, and whether all of it is what the machine says now."""
    now, last = session.context.get(machine.id, {}), session.last_context.get(machine.id, {})
    alive = frame.engine_alive and health.loss(session, frame, machine.id, whole=True) is None
    shown: dict[ContextKey, str] = {}
    mute = old = False
    for key in dict.fromkeys((*machine.type.context, *now, *last)):
        name = machine.type.context.get(key)
        index = None if name is None else session.index(machine.id, name)
        speaks = alive and (index is None or int(frame.freshness[index]) <= Freshness.UNCERTAIN)
        told = key in now
        if speaks and told and not now[key] and index is not None:
            told = session.value(index) in ("", ())  # else the news of what it says is still under way
        shown[key] = now.get(key, "") if speaks and told else last.get(key, "")
        mute = mute or not speaks
        old = old or bool(shown[key] and not (speaks and told))
    return shown, not old and (not mute or any(shown.values()))


def part_count(context: Mapping[ContextKey, str], texts: Texts) -> str:
    """``Part 17 of 40``, as far as it is known."""
    count, planned = context.get(ContextKey.PART_COUNT, ""), context.get(ContextKey.PLANNED_COUNT, "")
    if count and planned:
        return texts.text("job.part_of", count=count, planned=planned)
    return texts.text("job.part", count=count) if count else ""


def time_left(session: Session, frame: Frame, machine: Machine, texts: Texts) -> TimeLeft | None:
    """What is left of the running cycle; None where that is not known now."""
    progress = machine.type.progress
    if progress is None:
        return None
    remaining = seconds(session, frame, machine.id, progress.remaining)
    if remaining is None:
        return None
    total = None if progress.total is None else seconds(session, frame, machine.id, progress.total)
    text = texts.text(progress.text)
    if total is not None:
        text = texts.text(progress.text, total=formats.duration(total))
    elif "{total}" in text:
        text = texts.text("progress.remaining_only")
    return TimeLeft(formats.duration(remaining), text)


def seconds(session: Session, frame: Frame, machine: str, tag: str) -> float | None:
    """A tag's value as a number, only while it is live."""
    index = session.index(machine, tag)
    if frame.freshness[index] > Freshness.UNCERTAIN:
        return None
    value = session.value(index)
    return None if isinstance(value, str | tuple) else float(value)


def _said(context: Mapping[ContextKey, str], key: ContextKey, text_id: str, texts: Texts) -> str:
    value = context.get(key, "")
    return texts.text(text_id, value=value) if value else ""


def _freshness(found: Sequence[Health], total: int, texts: Texts) -> StateView:
    """How many machines are live, and what of the site's values is not although its machine is.

    One dead sensor is no dead machine, nor is it nothing: only a site of which everything is live is
    shown in the tone of a site that runs.
    """
    live = sum(each.live for each in found)
    dead = sum(each.dead for each in found)
    partly = any(each.condition is Condition.PARTLY for each in found)
    text_id = "header.site_fresh"
    if partly:
        text_id = "header.site_one_value" if dead == 1 else "header.site_values"
    label = texts.text(text_id, live=live, total=total, dead=dead)
    if live < total:
        return StateView(label, "unknown")
    return StateView(label, "idle" if partly else "running")
