"""When a sample was taken, on this computer's wall clock."""

from __future__ import annotations

from hmi.model.clock import NO_TIME
from hmi.present.session import Session


def sample_time(session: Session, index: int) -> int:
    """UTC ns of a tag's last sample: its source time less the device clock's offset, else when it came.

    A source time counts only once the offset of the device's clock is known; NO_TIME before any sample.
    """
    source = int(session.columns.source_time[index])
    received = int(session.columns.receive_time[index])
    tag = session.tag(index)
    news = session.endpoints.get((tag.machine, tag.endpoint))
    if source == NO_TIME or received == NO_TIME or news is None or news.offset is None:
        return received
    return source - news.offset
