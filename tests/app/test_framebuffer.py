"""The pixels of a virtual screen, read where it keeps them."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from hmi.app.bench.framebuffer import Framebuffer

VIRTUAL_SCREEN = Path(__file__).parents[2] / "packaging" / "virtual-screen"


def on_a_screen(size: str, script: str) -> str:
    """What a script says that runs on a screen of its own."""
    outside = {"DISPLAY", "QT_QPA_PLATFORM"}
    return subprocess.run(
        [VIRTUAL_SCREEN, "--size", size, sys.executable, "-c", script],
        env={name: value for name, value in os.environ.items() if name not in outside},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    ).stdout


SHOW_AND_READ = """
import os, sys, time
from pathlib import Path
from PyQt6.QtGui import QColor, QGuiApplication, QRasterWindow, QPainter
from hmi.app.bench.framebuffer import Framebuffer

class Window(QRasterWindow):
    def paintEvent(self, event):
        painter = QPainter(self)
        for x in range(8):
            painter.fillRect(x, 0, 1, 1, QColor(255 - x, 10 * x, x))
        painter.end()

application = QGuiApplication(sys.argv)
window = Window()
window.setGeometry(40, 30, 64, 64)
window.show()
display, file = os.environ["TWINPANE_FRAMEBUFFER"].split(" ")
assert display == os.environ["DISPLAY"]
end = time.monotonic() + 20
with Framebuffer(Path(file)) as screen:
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.001)
        found = screen.greens(range(40, 48, 2), 30)
        if found[1]:
            break
    print(screen.width, screen.height, found)
    for x, y in ((range(-1, 5), 0), (range(796, 801), 0), (range(0, 5), 600)):
        try:
            screen.greens(x, y)
        except ValueError:
            print("outside")
"""


@pytest.mark.gui
def test_what_a_window_shows_is_read_at_its_place() -> None:
    said = on_a_screen("800x600", SHOW_AND_READ)
    assert said.splitlines() == ["800 600 [0, 20, 40, 60]", *["outside"] * 3]


PAINT_AND_AWAIT = """
import os
from pathlib import Path
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget
from hmi.app.bench.framebuffer import Framebuffer
from hmi.present.theme import DARK
from hmi.ui.history import PendingHistory
from hmi.ui.parts import OwnParts
from hmi.ui.window import PanelWindow

class Patch(QWidget):
    green = 0

    def paintEvent(self, event):
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, self.green, 0))
        painter.end()

application = QApplication([])
window = PanelWindow(DARK, PendingHistory(), OwnParts(), language="en")
window.move(0, 0)
patch = Patch(window)
patch.setGeometry(QRect(0, 300, 1280, 400))
window.show()
# Nothing of a window is painted before the display has said that it can be seen.
assert QTest.qWaitForWindowExposed(window, 20_000)
missing = 0
with Framebuffer(Path(os.environ["TWINPANE_FRAMEBUFFER"].split(" ")[1])) as screen:
    at = patch.mapToGlobal(QPoint(5, 399))
    for number in range(300):
        patch.green = 10 + number % 200
        patch.update()
        window.flush()
        window.await_display()
        missing += screen.greens(range(at.x(), at.x() + 1), at.y()) != [patch.green]
print(missing)
"""


@pytest.mark.gui
def test_what_was_awaited_is_on_the_display() -> None:
    said = on_a_screen("1280x800", PAINT_AND_AWAIT)
    assert said == "0\n"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        struct.pack(">25I", 100, 6, 2, 24, 4, 4, 0, 0, 32, 0, 32, 32, 16, *[0] * 12),
        struct.pack(">25I", 100, 7, 2, 16, 4, 4, 0, 0, 32, 0, 32, 16, 8, *[0] * 12),
        struct.pack(">25I", 100, 7, 2, 24, 4, 4, 0, 1, 32, 0, 32, 32, 16, *[0] * 12),
        struct.pack(">25I", 100, 7, 2, 24, 4, 4, 0, 0, 32, 0, 32, 32, 16, *[0] * 12),
    ],
    ids=["empty", "older", "16 bits", "highest byte first", "cut off"],
)
def test_what_is_no_such_screen_is_refused(tmp_path: Path, head: bytes) -> None:
    file = tmp_path / "screen"
    file.write_bytes(head)
    with pytest.raises(ValueError, match=r"screen|buffer|dump"):
        Framebuffer(file)
