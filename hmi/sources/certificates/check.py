"""Whether a server's certificate will do, and if not, why: pure."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Final

from hmi.sources.certificates.facts import Facts, grouped, printable

KEY_BITS: Final = range(2048, 4096 + 1)
"""RSA keys that all three policies allow (OPC 10000-7, 6.6.165, 6.6.167 and 6.6.171)."""

STRONG: Final = frozenset({"sha256", "sha384", "sha512"})

TYPED: Final = 16
"""Hex digits of a fingerprint by which a certificate is named: 64 bits, which nobody matches by trying."""


def refusal(
    each: Facts, *, trusted: bool, uri: str, host: str | None, now: datetime, command: str = "twinpane trust"
) -> str:
    """Why a server's certificate is refused, or "": the steps of OPC 10000-4, 6.1.3.

    Whether it is trusted is asked last: nobody should be sent to a machine to compare the fingerprint of a
    certificate that will not do whoever confirms it.

    ``trusted``  whether a person has confirmed this very certificate
    ``uri``      the ApplicationUri that the server gives for itself
    ``host``     the host of the address that we connect to; None where the site does without that check
    ``command``  what a person has to type to confirm it, up to ``add``
    """
    if said := flaw(each, host=host, now=now):
        return said
    if uri not in each.uris:
        said = ", ".join(map(printable, each.uris)) or "none"
        return (
            f"the server calls itself {printable(uri)!r}, and its certificate is for another application "
            f"({said}): make it a certificate of its own"
        )
    if not trusted:
        return (
            f"the server's certificate is not trusted: compare its fingerprint {grouped(each.fingerprint)} "
            f"with the one at the machine, then run: {command} add {each.fingerprint[:TYPED]}"
        )
    return ""


def flaw(each: Facts, *, host: str | None, now: datetime) -> str:
    """What is wrong with a server's certificate by itself, whoever trusts it, or "".

    ``host`` as in `refusal`; None also where the address is not known.
    """
    if each.key_bits not in KEY_BITS:
        size = f"an RSA key of {each.key_bits} bits" if each.key_bits else "no RSA key"
        return f"the server's certificate has {size}, expected one of 2048 to 4096 bits: renew it there"
    if each.hash_name not in STRONG:
        return (
            f"the server's certificate is signed with {each.hash_name or 'an unknown hash'}, "
            "expected SHA-256 or better: renew it there"
        )
    if now < each.not_before:
        return (
            f"the server's certificate is not valid before {_day(each.not_before)}, and it is {_day(now)} "
            "here: one of the two clocks is wrong, or the certificate is"
        )
    if now > each.not_after:
        return f"the server's certificate has expired on {_day(each.not_after)}: renew it there"
    if host is not None and not _names(each, host):
        said = ", ".join(map(printable, each.hosts)) or "none"
        return (
            f"the server's certificate does not name the host {host} (it names {said}): use one of those "
            "names in `url`, renew the certificate there, or say `security: {check_host: false}` in the site"
        )
    if not each.for_servers:
        return "the server's certificate is not meant for servers (its key usage): renew it there"
    return ""


def _names(each: Facts, host: str) -> bool:
    try:
        wanted = ipaddress.ip_address(host)
    except ValueError:
        return host.rstrip(".").casefold() in (name.rstrip(".").casefold() for name in each.hosts)
    return any(_address(name) == wanted for name in each.hosts)


def _address(text: str) -> object:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _day(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC")
