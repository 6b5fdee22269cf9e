"""View model of the notice line: the one thing that a person should know now, the worst first.

Until there are alarms, this is about the panel's own trustworthiness: the engine, the links, what was left
out, and the latency.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from hmi.model.samples import LinkState
from hmi.present import format as formats
from hmi.present import machine_state
from hmi.present.freshness import Freshness
from hmi.present.latency import BUDGET_MS, LatencyBook
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts


@dataclass(frozen=True, slots=True)
class NoticeView:
    """``calm`` where nothing is wrong; ``detail`` what it means; ``more`` how many others wait."""

    title: str
    detail: str = ""
    calm: bool = False
    more: str = ""


def engine_lost(since_utc: int, reason: str, texts: Texts) -> NoticeView:
    """The engine does not answer since a moment (UTC ns)."""
    title = texts.text("notice.engine_lost", time=formats.clock(since_utc))
    detail = texts.text("notice.engine_lost_detail")
    return NoticeView(title, f"{detail} ({reason})" if reason else detail)


def engine_awaited(texts: Texts) -> NoticeView:
    """No engine was reached yet."""
    return NoticeView(
        texts.text("notice.engine_starting"), texts.text("notice.engine_starting_detail"), calm=True
    )


def notice(session: Session, frame: Frame, book: LatencyBook, machine: str, texts: Texts) -> NoticeView:
    """What to say while the engine is alive; ``machine`` (or "") is in view and comes first."""
    found = [
        *(
            each
            for name in _in_order(session, machine)
            for each in _of_machine(session, frame, book, name, texts)
        ),
        *(
            NoticeView(texts.text("notice.quarantined", name=each.name), each.cause)
            for each in session.epoch.quarantined
        ),
    ]
    if not found:
        return NoticeView(texts.text("notice.none"), _calm_detail(frame, texts), calm=True)
    more = texts.text("notice.more", count=len(found) - 1) if len(found) > 1 else ""
    return replace(found[0], more=more)


def _calm_detail(frame: Frame, texts: Texts) -> str:
    dead = int(np.count_nonzero(frame.freshness > Freshness.UNCERTAIN))
    if dead == 1:
        return texts.text("notice.one_not_live")
    return texts.text("notice.not_live", count=dead) if dead else texts.text("notice.all_live")


def _in_order(session: Session, machine: str) -> list[str]:
    """The machines in site order, the one in view first."""
    return sorted((each.id for each in session.epoch.machines), key=lambda each: each != machine)


def _of_machine(
    session: Session, frame: Frame, book: LatencyBook, machine: str, texts: Texts
) -> Iterator[NoticeView]:
    name = texts.text(session.machine(machine).name)
    loss = machine_state.loss(session, frame, machine)
    if loss is not None:
        text_id = "notice.connecting" if loss.state is LinkState.CONNECTING else "notice.link_down"
        title = texts.text(text_id, machine=name, age=formats.duration(loss.seconds))
        yield NoticeView(title, loss.cause)
    late = book.view(machine, frame.now.monotonic)
    if late.over:
        yield NoticeView(
            texts.text("notice.late", machine=name, budget=BUDGET_MS),
            texts.text("notice.late_detail", now=late.recent or late.now, p99=late.p99),
        )
