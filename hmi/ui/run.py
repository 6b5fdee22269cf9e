"""The panel as a program: application, window, connection."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from hmi.link.client import LinkClient
from hmi.model.clock import SystemClock
from hmi.present.theme import DARK, LIGHT, Theme
from hmi.ui.fonts import load_fonts
from hmi.ui.history import PendingHistory
from hmi.ui.panel import PanelConnection, Supervisor
from hmi.ui.parts import OwnParts
from hmi.ui.settled import Settling
from hmi.ui.window import PanelWindow

FAULT = 70
"""Exit code after a defect of the panel itself (sysexits: internal software error)."""

_ENDING = (signal.SIGINT, signal.SIGTERM)
_log = logging.getLogger(__name__)

_AHEAD_MS = 500
"""One screen is made ahead in so many ms: rarely enough that no finger and no frame waits for it."""
THEMES: dict[str, Theme] = {"dark": DARK, "light": LIGHT}


def run_panel(
    connect: Callable[[], LinkClient],
    *,
    supervisor: Supervisor,
    machine: str | None = None,
    screen: str | None = None,
    theme: str = "dark",
    language: str | None = None,
    fullscreen: bool = False,
    seconds: float | None = None,
    screenshot: Path | None = None,
    size: tuple[int, int] | None = None,
    started: Callable[[PanelConnection, PanelWindow], None] | None = None,
) -> int:
    """Run the panel until its window is closed, or for some seconds; the exit code.

    ``machine`` and ``screen`` come into view first. ``screenshot`` is written at the end. ``started`` is
    called once before the first frame, for a bench that wants to look inside.

    Raises:
        OSError: the screenshot could not be written.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    load_fonts()
    history = PendingHistory()
    window = PanelWindow(THEMES[theme], history, OwnParts(), language=language)
    window.machine_id = machine or ""
    window.show_screen(screen or ("machine" if machine else "site"))
    connection = PanelConnection(connect, window, SystemClock(), supervisor, history)
    if size is not None:
        window.resize(*size)
    if fullscreen:
        screen_of_window = window.screen()
        if screen_of_window is not None:
            # Without a window manager, as on a kiosk, nobody else makes it as large as the screen.
            window.setGeometry(screen_of_window.geometry())
        window.showFullScreen()
    else:
        window.show()
    if started is not None:
        started(connection, window)
    handled = {number: signal.signal(number, lambda *_: application.quit()) for number in _ENDING}
    hook = sys.excepthook
    sys.excepthook = _fault
    ahead = QTimer()
    ahead.setInterval(_AHEAD_MS)
    settling = Settling(window)
    ahead.timeout.connect(settling.look)
    ahead.start()
    end = QTimer()
    end.setSingleShot(True)
    end.timeout.connect(application.quit)
    if seconds is not None:
        end.start(round(seconds * 1000))
    connection.start()
    try:
        code = application.exec()
        if screenshot is not None and not window.grab().save(str(screenshot)):
            raise OSError(f"{screenshot}: the screenshot could not be written")
    finally:
        ahead.stop()
        end.stop()
        connection.stop()
        window.close()
        settling.end()
        sys.excepthook = hook
        for number, previous in handled.items():
            signal.signal(number, previous)
    return code


def _fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A defect in a slot or a paint: end, visibly, with a code by which the panel is started anew.

    Going on would leave what the defect could not repaint on the screen, looking alive.
    """
    _log.critical("the panel ends by a defect of its own", exc_info=(kind, error, trace))
    QApplication.exit(FAULT)
