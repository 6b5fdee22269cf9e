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

SHOW_AND_READ = """
import os, sys
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
with Framebuffer(Path(os.environ["TWINPANE_FRAMEBUFFER"])) as screen:
    for _ in range(10_000):
        application.processEvents()
        found = screen.greens(range(40, 48, 2), 30)
        if found[1]:
            break
    print(screen.width, screen.height, found)
"""


@pytest.mark.gui
def test_what_a_window_shows_is_read_at_its_place() -> None:
    done = subprocess.run(
        [VIRTUAL_SCREEN, "--size", "800x600", sys.executable, "-c", SHOW_AND_READ],
        env={name: value for name, value in os.environ.items() if name not in {"DISPLAY", "QT_QPA_PLATFORM"}},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "800 600 [0, 20, 40, 60]\n"


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
