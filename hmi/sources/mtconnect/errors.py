"""What can go wrong with an agent, in words for an engineer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import h11


class LinkLostError(Exception):
    """The link cannot go on; the text is the cause as shown."""


class DocumentError(Exception):
    """What the agent sent is no MTConnect document that can be read; the text says why."""


class AgentError(Exception):
    """The agent answered with an MTConnectError document.

    ``codes``  its ``errorCode`` attributes, such as ``OUT_OF_RANGE`` (MTConnect Part 1)
    """

    def __init__(self, codes: tuple[str, ...], text: str) -> None:
        super().__init__(text)
        self.codes = codes


@contextmanager
def blaming(url: str, what: str) -> Iterator[None]:
    """Turn every failure while doing ``what`` into a `LinkLostError` that names address and deed."""
    try:
        yield
    except TimeoutError as error:
        raise LinkLostError(f"{url}: no answer while {what}") from error
    except h11.ProtocolError as error:
        raise LinkLostError(f"{url}: {what}: this is no HTTP: {error}") from error
    except DocumentError as error:
        raise LinkLostError(f"{url}: {what}: {error}") from error
    except AgentError as error:
        raise LinkLostError(f"{url}: {what}: the agent refuses: {error}") from error
    except UnicodeError as error:
        raise LinkLostError(f"{url}: {what}: the host name is none that can be looked up") from error
    except OSError as error:
        raise LinkLostError(f"{url}: {what}: {_text(error)}") from error


def _text(error: OSError) -> str:
    match error:
        case ConnectionRefusedError():
            return "connection refused: no server listens there"
        case socket.gaierror():
            return "the host name is not known"
        case ConnectionResetError() | ConnectionAbortedError() | BrokenPipeError():
            return "the connection was cut"
        case _:
            return str(error) or type(error).__name__
