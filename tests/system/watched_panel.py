"""A panel in a process of its own, its engine, and one pixel of its notice line on the real display."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hmi.link.client import LinkClient
from hmi.link.errors import LinkUnavailable
from hmi.link.lock import holder
from hmi.link.messages import Welcome
from hmi.model.clock import SystemClock
from hmi.present.freshness import Freshness
from hmi.present.session import Session

LOOKS = 30
"""Seconds that the probe looks."""
PIXEL = ("6", "86")
"""Within the notice line of a panel of 1280 × 800 in the corner of the display, left of its sign."""
PROBE = (str(Path(__file__).with_name("notice_probe.py")), *PIXEL, str(LOOKS))


@contextmanager
def program(*words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *words],
        env=os.environ | {"QT_QPA_PLATFORM": "xcb"} | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def colour(probe: subprocess.Popen[str]) -> tuple[int, str]:
    """The next colour that the probe tells, and when it was there (monotonic ns)."""
    assert probe.stdout is not None
    at, _, seen = probe.stdout.readline().strip().partition(" ")
    assert seen, f"in {LOOKS} s the notice line did not change"
    return int(at), seen


def until_live(runs: Path, name: str = "demo-*") -> int:
    """Wait for an engine with live values in a run directory of that name; its pid."""
    end = time.monotonic() + 60
    client: LinkClient | None = None
    session: Session | None = None
    while time.monotonic() < end:
        time.sleep(0.05)
        directory = next(iter(runs.glob(name)), None)
        if client is None:
            with suppress(LinkUnavailable):
                client = LinkClient.connect(directory) if directory else None
            continue
        for message in client.receive():
            if isinstance(message, Welcome) and client.table:
                session = Session.begin(message, client.table.side_bytes)
        if session is not None and directory is not None:
            frame = session.refresh(client.table, SystemClock().now(), True)
            if (frame.freshness == Freshness.LIVE).all():
                client.close()
                found = holder(directory)
                assert found is not None
                return found.pid
    raise AssertionError("nothing became live")
