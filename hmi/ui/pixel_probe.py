"""``python -m hmi.ui.pixel_probe``: reads stamps off the real screen, as somebody watching would.

Prints one JSON line: the stamps that it saw (`hmi.ui.stamp_code`), and in ms for each the time to the end
of the look that found it (``latencies_ms``) and to the begin of the last look that did not (``absent_ms``).
A process of its own, so that it sees what the display has and not what the panel meant to paint. What it
adds itself (the pause between two looks and the look) is part of the first figure, which is therefore never
too small; the pixel was not there yet at the second.
"""

from __future__ import annotations

import json
import sys
import time

import click
from PyQt6.QtGui import QGuiApplication

from hmi.ui.stamp_code import CELL, CELLS, read, seconds_between, stamp_of

_PAUSE = 0.001


@click.command()
@click.option("--delay", type=float, default=0.0, help="Seconds before the first look.")
@click.option("--seconds", type=float, required=True, help="How long to look.")
@click.option("--x", default=0)
@click.option("--y", default=0)
def main(delay: float, seconds: float, x: int, y: int) -> None:
    """Look at the stamp strip whose corner is at X, Y."""
    application = QGuiApplication(sys.argv[:1])
    screen = application.primaryScreen()
    if screen is None:
        raise click.ClickException("no screen")
    stamps: list[int] = []
    latencies: list[float] = []
    absent: list[float] = []
    looks = unreadable = before = 0
    last: int | None = None
    time.sleep(delay)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = stamp_of(time.time())
        number = read(screen.grabWindow(0, x, y, CELLS * CELL, CELL).toImage())  # type: ignore[arg-type]
        seen = stamp_of(time.time())
        looks += 1
        if number is None:
            unreadable += 1
        else:
            if last is not None and number != last:
                stamps.append(number)
                latencies.append(1000 * seconds_between(number, seen))
                absent.append(1000 * seconds_between(number, before))
            last, before = number, begun
        time.sleep(_PAUSE)
    found = {"stamps": stamps, "latencies_ms": latencies, "absent_ms": absent}
    click.echo(json.dumps({**found, "looks": looks, "unreadable": unreadable}))


if __name__ == "__main__":
    main()
