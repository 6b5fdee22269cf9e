"""OPC UA: how a server is reached and where a tag lies in it."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator

from hmi.config.base import Config, Seconds
from hmi.config.endpoint_parts import CredentialReference, Paces, without_secrets


def _opcua_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme == "opc.tcp" and bool(parts.hostname) and bool(parts.port)
    except ValueError:  # brackets that do not match, a port past 65535
        sound = False
    if not sound or any(each.isspace() for each in url):
        expected = "opc.tcp://host:port/ with a port from 1 to 65535 (4840 is the usual one)"
        raise ValueError(f"found '{url}', expected {expected}")
    return url


class OpcUaEndpoint(Config):
    """An OPC UA server. ``publishing`` overrides the publishing interval, else the pace's interval."""

    protocol: Literal["opcua"]
    url: Annotated[str, AfterValidator(without_secrets), AfterValidator(_opcua_url)]
    security: Literal["none"] = "none"
    credentials: CredentialReference | None = None
    paces: Paces = Paces()
    publishing: Seconds | None = None
    timeout: Seconds = 2.0


class OpcUaAddress(Config):
    """A variable in an OPC UA server. Exactly one of ``node`` and ``path`` is given.

    ``node``  ExpandedNodeId text with the namespace as URI: ``nsu=http://example.org/;s=Spindle.Load``
              (or ``i=2258`` in namespace 0). Namespace *indexes* (``ns=2``) change when a server is
              restarted and are refused.
    ``path``  browse path from the Objects folder, one ``{namespace URI}BrowseName`` per step, or
              ``Name`` alone for namespace 0.
    """

    protocol: Literal["opcua"] = "opcua"
    node: str | None = None
    path: tuple[str, ...] | None = None

    def model_post_init(self, _context: object) -> None:
        """Refuse an address that is not exactly one of the two kinds."""
        if (self.node is None) == (self.path is None):
            raise ValueError("expected exactly one of `node` and `path`")
        if self.node is not None and self.node.startswith("ns="):
            raise ValueError("namespace indexes change at a restart: expected nsu=<namespace URI>;…")
