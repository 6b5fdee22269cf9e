"""When a sample was taken, on this computer's wall clock."""

from __future__ import annotations

from hmi.present.session import Session
from hmi.twin.sample_time import sample_times


def sample_time(session: Session, index: int) -> int:
    """UTC ns of a tag's last sample, by the rule of `hmi.twin.sample_time`; NO_TIME before any sample.

    The engine's history goes by the same rule (an offset that is not known counts as 0), so that both
    can be joined.
    """
    tag = session.tag(index)
    news = session.endpoints.get((tag.machine, tag.endpoint))
    # A derived tag's times come from the engine, on our clock already.
    offset = 0 if news is None or tag.derived is not None else news.offset or 0
    row = slice(index, index + 1)
    return int(sample_times(session.columns.source_time[row], session.columns.receive_time[row], offset)[0])
