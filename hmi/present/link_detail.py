"""View model of all that is known of one link, written out: what its card has no room for."""

from __future__ import annotations

from hmi.model.samples import LinkState
from hmi.present import diagnostics, tag_detail
from hmi.present.pace import LivePaces
from hmi.present.quality import Look, Quality
from hmi.present.session import Frame, Session
from hmi.present.tag_detail import Line, TagDetail
from hmi.present.texts import Texts


def detail(
    session: Session, frame: Frame, key: tuple[str, str], texts: Texts, paces: LivePaces | None = None
) -> TagDetail:
    """Everything about the link of an endpoint, ``key`` its machine and name; ``texts`` are the site's."""
    machine, name = key
    rows = diagnostics.endpoints(
        session, frame.now, texts, machine, engine_alive=frame.engine_alive, paces=paces
    )
    row = next(each for each in rows if each.key == key)
    endpoint = session.machine(machine).endpoints[name]
    up = row.state == LinkState.UP
    said = {
        "link": row.since,
        "cause": "" if up else row.cause,
        "endpoint": tag_detail.where(endpoint),
        "security": tag_detail.security(endpoint, session.endpoints.get(key), texts),
        "pace": row.pace[0] if row.pace else "",
        "clock": row.offset if up else "",
        "counters": row.traffic,
        **_recording(session, machine),
    }
    lines = (
        Line(texts.text(f"diagnostics.detail.{each}"), text, True) for each, text in said.items() if text
    )
    return TagDetail(".".join(key), row.name, Quality(Look.LIVE if up else Look.FROZEN), tuple(lines))


def _recording(session: Session, machine: str) -> dict[str, str]:
    """Into which file the machine is recorded, or why not, and by which key."""
    found = session.recording.get(machine)
    return {} if found is None else {"recording": found.why or found.file, "recording_key": found.key}
