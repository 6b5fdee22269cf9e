"""Command-line options that several commands share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

site_option = click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False),
    help="Site folder. Else TWINPANE_SITE, the user's or the machine's site folder, the demo site.",
)


def _pairs(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, separator, address = text.partition("=")
        if not separator or name.count(".") != 1 or not address:
            # An address may hold a password that does not belong there: not shown.
            shown = f"found {text!r}, " if "@" not in text else ""
            raise click.BadParameter(
                f"{shown}expected MACHINE.ENDPOINT=ADDRESS, as mill07.main=opc.tcp://HOST:PORT/"
            )
        pairs[name] = address
    return pairs


def endpoint_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--endpoint MACHINE.ENDPOINT=ADDRESS``, any number of times; gives a dict."""
    return click.option(
        "--endpoint",
        "endpoints",
        multiple=True,
        callback=_pairs,
        metavar="MACHINE.ENDPOINT=ADDRESS",
        help="Another address for one endpoint of the site: opc.tcp://HOST:PORT/ or HOST:PORT.",
    )(function)


def _language(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    if given is not None:
        from hmi.present.texts import own_catalogue

        if given not in own_catalogue():
            raise click.BadParameter(f"found {given!r}, expected one of {', '.join(sorted(own_catalogue()))}")
    return given


def _picture(_context: click.Context, _parameter: click.Parameter, given: Path | None) -> Path | None:
    """Refuse now what would fail at the end, when the panel has run."""
    if given is not None:
        if given.suffix.lower() != ".png":
            raise click.BadParameter(f"found {str(given)!r}, expected a file name that ends in .png")
        folder = given.absolute().parent
        try:
            if not folder.is_dir():
                raise click.BadParameter(f"{given}: expected an existing folder, {given.parent} is none")
            writable = os.access(given if given.exists() else folder, os.W_OK)
        except OSError as error:
            raise click.BadParameter(f"{given}: {error.strerror}") from error
        if not writable:
            raise click.BadParameter(f"{given}: expected a file that you may write")
    return given


LEAST_SIZE: Final = (1024, 600)
"""Of `hmi.ui.window`, which is not asked: it brings Qt along, which is loaded while the engine starts."""

_MOST: Final = 8192
"""Pixels of one side: more has no screen, and a picture of it would take the memory away."""

_SIZE: Final = re.compile(r"(\d{1,9})[xX×](\d{1,9})", re.ASCII)


def _size(context: click.Context, _parameter: click.Parameter, given: str | None) -> tuple[int, int] | None:
    if given is None:
        return None
    if context.params.get("fullscreen"):
        raise click.BadParameter("either --size or --fullscreen, not both")
    found = _SIZE.fullmatch(given)
    if found is None:
        raise click.BadParameter(f"found {given!r}, expected WIDTHxHEIGHT in pixels, as 1920x1080")
    width, height = int(found[1]), int(found[2])
    if not (LEAST_SIZE[0] <= width <= _MOST and LEAST_SIZE[1] <= height <= _MOST):
        least = "x".join(map(str, LEAST_SIZE))
        raise click.BadParameter(f"found {given!r}, expected from {least} to {_MOST}x{_MOST} pixels")
    return width, height


def panel_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that opens a panel."""
    for option in reversed(
        (
            click.option("--machine", metavar="ID", help="Begin on this machine's screen."),
            click.option(
                "--screen",
                type=click.Choice(["site", "machine", "trends", "diagnostics"]),
                help="Begin on this screen.",
            ),
            click.option(
                "--theme",
                type=click.Choice(["dark", "light"]),
                default="dark",
                show_default=True,
                help="Colours of the panel.",
            ),
            click.option(
                "--language",
                metavar="LANGUAGE",
                callback=_language,
                help="Language of the panel, as en or de; else the site's.",
            ),
            click.option(
                "--fullscreen",
                is_flag=True,
                is_eager=True,  # so that --size can tell
                help="Fill the screen, as on a panel at a machine.",
            ),
            click.option(
                "--size",
                metavar="WIDTHxHEIGHT",
                callback=_size,
                help="Size of the window in pixels, as 1920x1080; else 1280x800.",
            ),
            click.option("--seconds", type=click.FloatRange(min=0.1), help="Close after so many seconds."),
            click.option(
                "--screenshot",
                type=click.Path(path_type=Path, dir_okay=False),
                callback=_picture,
                help="Write a picture of the panel to this PNG file before closing.",
            ),
        )
    ):
        function = option(function)
    return function
