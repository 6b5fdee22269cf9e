"""Whether Qt would find a screen, asked before anything is started: without one it aborts the process."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

_NEED_NONE: Final = frozenset(("offscreen", "minimal", "vnc", "linuxfb", "eglfs"))
"""Qt's platforms that paint without a display server, by QT_QPA_PLATFORM."""

_ADVICE: Final = (
    "start it in a graphical session (over ssh: ssh -X), or on a virtual screen: the same command behind "
    "`xvfb-run -a`, in a checkout behind `packaging/virtual-screen`; `panel` and `demo` leave a picture of "
    "it with --seconds 15 --screenshot twinpane.png"
)


def require_display(environment: Mapping[str, str] | None = None) -> None:
    """Return where a window can be opened. ``environment`` defaults to the process's own.

    Raises:
        click.ClickException: there is no display, it does not answer, or a library of Qt is missing.
    """
    if not sys.platform.startswith("linux"):
        return
    environment = os.environ if environment is None else environment
    platform = environment.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    if platform in _NEED_NONE:
        return
    if cause := _cause(environment):
        raise click.ClickException(f"{cause}; {_ADVICE}")
    if missing := _missing_library():
        raise click.ClickException(
            f"a library that Qt's windows need is missing ({missing}); packaging/demo installs it on Debian, "
            "by hand: apt-get install libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1"
        )


def _cause(environment: Mapping[str, str]) -> str:
    """Why there is no display, "" where there is one."""
    wayland, x11 = environment.get("WAYLAND_DISPLAY", ""), environment.get("DISPLAY", "")
    if not wayland and not x11:
        return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"
    if wayland and _wayland_answers(Path(environment.get("XDG_RUNTIME_DIR", "/"), wayland)):
        return ""
    if x11 and _x11_answers(x11):
        return ""
    return f"the display {x11 or wayland} does not answer (no such display, or no permission for it)"


def _wayland_answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _x11_answers(display: str) -> bool:
    """Ask as Qt does, by libxcb: it knows the forms of a display's name and the keys to it."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # what is missing is said by the libraries' check
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(os.fsencode(display), None)
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)


def _missing_library() -> str:
    """What the loader says of Qt's X11 plugin, "" where it can be loaded (or is not where wheels have it)."""
    spec = importlib.util.find_spec("PyQt6")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        plugin = Path(location, "Qt6", "plugins", "platforms", "libqxcb.so")
        if plugin.is_file():
            try:
                ctypes.CDLL(str(plugin))
            except OSError as error:
                return str(error)
    return ""
