"""Which QTimers are running: Qt itself keeps no list, so their starts are noted.

Works only on what Python starts; nothing is loaded where Qt is not.
"""

from __future__ import annotations

import sys
import traceback
import weakref
from collections.abc import Callable, Hashable
from typing import Any, Final

from hmi.testing.leftovers import Found


class TimerWatch:
    """Notes each QTimer that is started once `install` found Qt loaded."""

    def __init__(self) -> None:
        self._started: Final[weakref.WeakKeyDictionary[Any, str]] = weakref.WeakKeyDictionary()
        self._original: Callable[..., None] | None = None

    def install(self) -> None:
        """Begin to note starts, if Qt is loaded by now; calling it again does nothing."""
        core = sys.modules.get("PyQt6.QtCore")
        if core is None or self._original is not None:
            return
        original = self._original = core.QTimer.start
        started = self._started

        def start(timer: Any, *arguments: Any) -> None:
            caller = traceback.extract_stack(limit=2)[0]
            started[timer] = f"{caller.filename}:{caller.lineno} in {caller.name}"
            original(timer, *arguments)

        core.QTimer.start = start

    def remove(self) -> None:
        """Give Qt back as it was."""
        if self._original is not None:
            sys.modules["PyQt6.QtCore"].QTimer.start = self._original
            self._original = None

    def running(self) -> Found:
        """The timers that still tick."""
        if self._original is None:
            return {}
        from PyQt6 import sip  # noqa: PLC0415 loaded already, see install
        from PyQt6.QtCore import QCoreApplication, QEvent  # noqa: PLC0415

        # What was given to deleteLater is as good as gone; without a running event loop it would wait.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        found: dict[Hashable, str] = {}
        for timer, where in list(self._started.items()):
            if not sip.isdeleted(timer) and timer.isActive():
                found[id(timer)] = f"QTimer every {timer.interval()} ms, started at {where}"
        return found
