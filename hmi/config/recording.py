"""What becomes of a site's recordings, in site.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hmi.config.base import Config


class RecordingRules(Config):
    """How long recordings are kept. Where nothing is said, for ever: the panel warns before the disk is full.

    ``keep_days``       days after the day of its shift at which a recording is removed
    ``keep_gigabytes``  10**9 bytes that all recordings of the site may take: of more, the oldest are removed
    """

    keep_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    keep_gigabytes: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
