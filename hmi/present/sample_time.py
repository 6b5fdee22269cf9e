"""When a sample was taken, on this computer's wall clock."""

from __future__ import annotations

from hmi.model.clock import NO_TIME
from hmi.present.session import Session


def sample_time(session: Session, index: int) -> int:
    """UTC ns of a tag's last sample: its source time less the device clock's offset, else when it came.

    The engine's history goes by the same rule (an offset that is not known counts as 0), so that both
    can be joined. NO_TIME before any sample.
    """
    source = int(session.columns.source_time[index])
    if source == NO_TIME:
        return int(session.columns.receive_time[index])
    tag = session.tag(index)
    news = session.endpoints.get((tag.machine, tag.endpoint))
    return source - (0 if news is None else news.offset or 0)
