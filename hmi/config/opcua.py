"""OPC UA: how a server is reached and where a tag lies in it."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from hmi.config.base import Config, Seconds
from hmi.config.endpoint_parts import CredentialReference, Paces, without_secrets

MAX_KEEP_ALIVE: Final = 0.5
"""Seconds: a silent but healthy subscription says so at least this often, where the server lets it."""

_FEWEST_WORDS: Final = 4


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


def _reason(text: str) -> str:
    if len(text.split()) < _FEWEST_WORDS:
        raise ValueError(
            f"expected the reason in a sentence of at least {_FEWEST_WORDS} words, for who audits the site"
        )
    return text


def _not_just_a_word(given: object) -> object:
    if isinstance(given, str):
        raise ValueError(
            f"found '{given}', expected a mapping: {{policy: auto, mode: sign_and_encrypt}}, which is what "
            "holds without the key; or {unsecured_because: …} with the reason in words, for a link that "
            "anybody on the network may read and forge"
        )
    return given


class OpcUaSecurity(Config):
    """How the channel to a server is secured (OPC 10000-7, 6.6); the defaults are the safe ones.

    ``policy``       ``auto``: the best of the three that the server offers, never none
    ``mode``         ``sign``: others may read what is said, and cannot change it
    ``check_host``   whether the host of the address must stand in the server's certificate
    ``unsecured_because``  the reason, in words, why this link is not secured at all
    """

    policy: Literal["auto", "Aes256_Sha256_RsaPss", "Aes128_Sha256_RsaOaep", "Basic256Sha256"] = "auto"
    mode: Literal["sign_and_encrypt", "sign"] = "sign_and_encrypt"
    check_host: bool = True
    unsecured_because: Annotated[str, AfterValidator(_reason)] | None = None

    def model_post_init(self, _context: object) -> None:
        """Refuse a link that is both."""
        if self.unsecured_because is not None and (self.policy, self.mode) != ("auto", "sign_and_encrypt"):
            raise ValueError("expected `policy` and `mode`, or `unsecured_because`, not both")

    @property
    def open(self) -> bool:
        """Whether the link is neither encrypted nor signed: what comes over it may be anybody's."""
        return self.unsecured_because is not None


class OpcUaEndpoint(Config):
    """An OPC UA server. ``publishing`` overrides the publishing interval, else the pace's interval."""

    protocol: Literal["opcua"]
    url: Annotated[str, AfterValidator(without_secrets), AfterValidator(_opcua_url)]
    security: Annotated[OpcUaSecurity, BeforeValidator(_not_just_a_word)] = OpcUaSecurity()
    credentials: CredentialReference | None = None
    paces: Paces = Paces()
    publishing: Seconds | None = None
    timeout: Seconds = 2.0

    def keep_alive(self, max_age: float) -> float:
        """Seconds within which a silent subscription says that it lives; ``max_age`` the least of its tags.

        A keep-alive is certain to be no older than its request, which waits for up to two of them.
        """
        return min(MAX_KEEP_ALIVE, max_age / 4)

    def publishing_of(self, pace: str, max_age: float) -> float:
        """Seconds between two publishes to ask for, of the tags of one pace; ``max_age`` their least.

        Without an explicit interval they are published at their pace, or faster where keep-alives must come
        faster than that.
        """
        return self.publishing or min(self.paces.of(pace), self.keep_alive(max_age))


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
