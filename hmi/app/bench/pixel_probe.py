"""``python -m hmi.app.bench.pixel_probe``: reads stamps off the real screen, as somebody watching would.

Prints one JSON line: how it looked (``probe``: ``memory`` or ``display``), the stamps that it saw
(`hmi.ui.stamp_code`), the UTC seconds that they are (``made``), and in ms for each the time to the end of the
look that found it (``latencies_ms``) and to the begin of the last look that did not (``absent_ms``).
A process of its own, so that it sees what the display has and not what the panel meant to paint. What it
adds itself (the pause between two looks and the look) is part of the first figure, which is therefore never
too small; the pixel was not there yet at the second.

It asks the display for the pixels, or reads them where a virtual screen keeps them (``--framebuffer``). The
display paints nothing while it answers, and answering a thousand times a second takes much of a processor:
on a small computer that is seen in what is measured.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import click
from PyQt6.QtGui import QGuiApplication

from hmi.app.bench.framebuffer import Framebuffer
from hmi.ui.stamp_code import CELL, CELLS, cells_in, read, seconds_between, stamp_of

_PAUSE: Final = 0.001

_Look = Callable[[], Sequence[bool]]


@click.command()
@click.option("--delay", type=float, default=0.0, help="Seconds before the first look.")
@click.option("--seconds", type=float, required=True, help="How long to look.")
@click.option("--x", default=0)
@click.option("--y", default=0)
@click.option("--framebuffer", type=Path, default=None, help="Where a virtual screen keeps its pixels.")
def main(delay: float, seconds: float, x: int, y: int, framebuffer: Path | None) -> None:
    """Look at the stamp strip whose corner is at X, Y."""
    stamps: list[int] = []
    made: list[float] = []
    latencies: list[float] = []
    absent: list[float] = []
    looks = unreadable = before = 0
    last: int | None = None
    with ExitStack() as opened:
        look = _asking(opened, x, y) if framebuffer is None else _reading(opened, framebuffer, x, y)
        time.sleep(delay)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begun = stamp_of(time.time())
            number = read(look())
            seen = stamp_of(now := time.time())
            looks += 1
            if number is None:
                unreadable += 1
            else:
                if last is not None and number != last:
                    stamps.append(number)
                    latency = seconds_between(number, seen)
                    made.append(now - latency)
                    latencies.append(1000 * latency)
                    absent.append(1000 * seconds_between(number, before))
                last, before = number, begun
            time.sleep(_PAUSE)
    if last is None:
        raise click.ClickException(
            f"no stamp was to be read at {x}, {y} in {looks} looks: is it the same display?"
        )
    probe = "display" if framebuffer is None else "memory"
    found = {"probe": probe, "stamps": stamps, "made": made, "latencies_ms": latencies, "absent_ms": absent}
    click.echo(json.dumps({**found, "looks": looks, "unreadable": unreadable}))


def _asking(opened: ExitStack, x: int, y: int) -> _Look:
    application = QGuiApplication(sys.argv[:1])
    opened.callback(application.quit)
    screen = application.primaryScreen()
    if screen is None:
        raise click.ClickException("no screen")

    def look() -> Sequence[bool]:
        picture = screen.grabWindow(0, x, y, CELLS * CELL, CELL)  # type: ignore[arg-type]
        return cells_in(picture.toImage())

    return look


def _reading(opened: ExitStack, file: Path, x: int, y: int) -> _Look:
    try:
        screen = opened.enter_context(Framebuffer(file))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"the virtual screen's pixels: {error}") from error
    middles, row = range(x + CELL // 2, x + CELLS * CELL, CELL), y + CELL // 2
    try:
        _white(screen, middles, row)
    except ValueError as error:
        raise click.ClickException(f"the virtual screen's pixels: {error}") from error
    return partial(_white, screen, middles, row)


def _white(screen: Framebuffer, x: range, y: int) -> Sequence[bool]:
    return [green > 127 for green in screen.greens(x, y)]


if __name__ == "__main__":
    main()
