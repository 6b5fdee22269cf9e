"""Looks at one pixel of the real display as often as it can, and says each change of its colour.

    python notice_probe.py X Y SECONDS

One line for the colour at the begin and for each change: monotonic ns, colour as #rrggbb.
"""

import sys
import time

from PyQt6.QtGui import QGuiApplication


def main() -> None:
    application = QGuiApplication(sys.argv[:1])
    screen = application.primaryScreen()
    assert screen is not None
    x, y, seconds = map(int, sys.argv[1:])
    last = ""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        image = screen.grabWindow(0, x, y, 1, 1).toImage()  # type: ignore[arg-type]
        now = time.monotonic_ns()
        color = image.pixelColor(0, 0).name()
        if color != last:
            sys.stdout.write(f"{now} {color}\n")
            sys.stdout.flush()
            last = color
        time.sleep(0.001)


if __name__ == "__main__":
    main()
