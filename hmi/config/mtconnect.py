"""MTConnect: how an agent is reached and which of its data items a tag is."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from hmi.config.base import Config, Seconds
from hmi.config.endpoint_parts import Paces, without_secrets


def _agent_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme == "http" and bool(parts.hostname) and bool(parts.port)
        sound &= not (parts.query or parts.fragment) and url.isascii() and url.isprintable()
    except ValueError:  # brackets that do not match, a port past 65535
        sound = False
    if not sound or any(each.isspace() for each in url):
        expected = "http://host:port/ with a port from 1 to 65535 (5000 is the usual one)"
        raise ValueError(f"found '{url}', expected {expected}")
    return url


class MtconnectEndpoint(Config):
    """An MTConnect agent.

    ``device``  name or uuid of one device of an agent that serves several; without it all are searched
    ``count``   observations that the agent may put into one answer
    """

    protocol: Literal["mtconnect"]
    url: Annotated[str, AfterValidator(without_secrets), AfterValidator(_agent_url)]
    device: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s/?#]+$")] | None = None
    paces: Paces = Paces()
    count: Annotated[int, Field(ge=1, le=10_000)] = 1000
    timeout: Seconds = 2.0


Step = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z_][\w:.-]*(\[[^\]]+\])?$")]
"""One component on the way from the device: its element, and its name where that is needed, ``Linear[X]``."""


class MtconnectAddress(Config):
    """A data item of an agent's device model. Exactly one of ``item`` and ``component`` is given.

    ``item``       the data item's id, else its name
    ``component``  for agents whose ids change: the components from the device down, and beside it
                   ``type``, ``subtype`` ("" where the item has none) and, where two items still share
                   these, ``composition`` (its type)
    ``part``       ``value``: the observation; of a condition its worst level (NORMAL, WARNING, FAULT).
                   ``code``: its native codes, ``message``: its texts, of a condition those that are active
    """

    protocol: Literal["mtconnect"] = "mtconnect"
    item: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    component: tuple[Step, ...] | None = None
    type: str = ""
    subtype: str = ""
    composition: str = ""
    part: Literal["value", "code", "message"] = "value"

    def model_post_init(self, _context: object) -> None:
        """Refuse an address that is not exactly one of the two kinds."""
        if (self.item is None) == (self.component is None):
            raise ValueError("expected exactly one of `item` and `component`")
        if self.component is not None and not self.type:
            raise ValueError("expected `type` beside `component`")
        if self.item is not None and (self.type or self.subtype or self.composition):
            raise ValueError("expected `type`, `subtype` and `composition` beside `component` only")
