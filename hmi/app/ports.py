"""TCP ports that a person names on the command line, checked before a server meets them."""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping

import click

_HIGHEST = 65_535


def wanted_ports(given: Collection[str], endpoints: Collection[str]) -> dict[str, int]:
    """``ENDPOINT=PORT`` texts → port by endpoint; 0, any free one, where nothing is given.

    Raises:
        click.BadParameter: not of this form, no such endpoint, or no port that can be listened on.
    """
    ports = dict.fromkeys(endpoints, 0)
    for text in given:
        endpoint, _, number = text.partition("=")
        if not (number.isascii() and number.isdigit()):
            raise _wrong(f"found {text!r}, expected ENDPOINT=PORT, as main=48407")
        if endpoint not in ports:
            raise _wrong(f"there is no endpoint {endpoint!r}, expected one of {', '.join(ports)}")
        if int(number) > _HIGHEST:
            raise _wrong(
                f"{endpoint}: found the port {number}, expected 1 to {_HIGHEST}, or 0 for a free one"
            )
        ports[endpoint] = int(number)
    return ports


def require_free(ports: Mapping[str, int]) -> None:
    """Accept ports on which a server can listen now.

    Raises:
        click.ClickException: one is in use, or this user may not listen on it.
    """
    for endpoint, port in ports.items():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: no wait for old ends
            try:
                probe.bind(("127.0.0.1", port))
                probe.listen()
            except OSError as error:
                raise click.ClickException(
                    f"{endpoint}: cannot listen on 127.0.0.1:{port} ({error.strerror}): name another port by "
                    f"--port {endpoint}=PORT, or leave it out for any free one"
                ) from error


def _wrong(text: str) -> click.BadParameter:
    return click.BadParameter(text, param_hint="--port")
