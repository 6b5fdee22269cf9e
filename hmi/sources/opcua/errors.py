"""What can go wrong with a link, in words for an engineer."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from asyncua import ua

UNDECODABLE: Final = (
    struct.error,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RecursionError,
)
"""What asyncua raises, beside its own errors, on bytes or an address that are not what they should be."""


class LinkLostError(Exception):
    """The link cannot go on; the text is the cause as shown."""


class LoginRefusedError(LinkLostError):
    """The server does not take the user name, password or user certificate."""


class GivenUpError(LinkLostError):
    """We end the link: the server is alive, and would keep session and subscriptions if it is not told."""


class UndecodableError(GivenUpError):
    """The server is there, but what it said makes no sense: a value in it may be to blame."""


class CountedKeepAliveError(GivenUpError):
    """A notification is missing whose number a keep-alive had: a server may count those as well."""


class ServiceFaultError(Exception):
    """The server answered a request with a fault: it did not do it, and the link is alive."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.status = code


@contextmanager
def blaming(url: str, what: str) -> Iterator[None]:
    """Turn every failure of the transport while doing ``what`` into a `LinkLostError` that names both."""
    try:
        yield
    except ua.UaStatusCodeError as error:
        raise LinkLostError(f"{url}: {what}: {fault_text(error)}") from error
    except TimeoutError as error:
        raise LinkLostError(f"{url}: no answer while {what}") from error
    except (OSError, ua.UaError, *UNDECODABLE) as error:
        raise LinkLostError(f"{url}: {what}: {_text(error)}") from error


def fault_text(error: ua.UaStatusCodeError) -> str:
    """Name and meaning of the StatusCode that an answer carried."""
    code = ua.StatusCode(error.code)
    return f"{code.name} ({code.doc})"


def _text(error: Exception) -> str:
    match error:
        case ConnectionRefusedError():
            return "connection refused: no server listens there"
        case socket.gaierror():
            return "the host name is not known"
        case ConnectionResetError() | ConnectionAbortedError() | BrokenPipeError():
            return "the connection was cut"
        case asyncio.IncompleteReadError():
            return "the server closed the connection"
        case ConnectionError():
            return "the server closed the connection"
        case _:
            return str(error) or type(error).__name__
