"""``twinpane trust``: a person says which certificates are those of the machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from hmi.app.options import site_option

if TYPE_CHECKING:
    from hmi.config.site import Site
    from hmi.sources.certificates.facts import Facts
    from hmi.sources.certificates.folder import CertificateFolder

_STANDARD_OUTPUT: Final = "-"

_DIGITS_IN_LINE: Final = 32
"""Half of a fingerprint: eight groups of four, a line that can be read aloud."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    folder: CertificateFolder
    model: Site

    @classmethod
    def of(cls, site: Path | None) -> _Chosen:
        from hmi.app import state_folder
        from hmi.app.site import locate
        from hmi.sources.certificates.folder import CertificateFolder

        _, model = locate(site)
        return cls(CertificateFolder(state_folder.certificates(model.id), model.id), model)

    def host(self, url: str) -> str | None:
        """The host that a certificate shown at this address must name; None where the site asks for none."""
        from urllib.parse import urlsplit

        from hmi.config.opcua import OpcUaEndpoint

        for machine in self.model.machines:
            for each in machine.endpoints.values():
                if isinstance(each, OpcUaEndpoint) and each.url == url and each.security.check_host:
                    return urlsplit(url).hostname
        return None


def _on_site(function: Callable[..., None]) -> Callable[..., None]:
    """Call with the site that stands behind this word or, else, before it."""

    @site_option
    @click.pass_context
    @wraps(function)
    def called(context: click.Context, /, site: Path | None, **given: Any) -> None:
        function(_Chosen.of(site if site is not None else context.obj), **given)

    return called


@click.group(invoke_without_command=True)
@site_option
@click.pass_context
def command(context: click.Context, site: Path | None) -> None:
    """Say which OPC UA servers are the machines; without a further word, list what is known of them.

    A server that nobody has confirmed is not connected to: its certificate waits here, and the panel shows
    its fingerprint. Compare it with the one at the machine, then `twinpane trust add FINGERPRINT`. Nothing
    is ever trusted by itself, and a renewed certificate is a new one.

    Run it as the user that runs the engine: keys and certificates are that user's alone.
    """
    context.obj = site
    if context.invoked_subcommand is None:
        context.invoke(listing)


@command.command("list")
@_on_site
def listing(chosen: _Chosen) -> None:
    """List the certificates that wait to be confirmed, and those that are trusted."""
    from hmi.sources.certificates.trust import TrustList

    with _told():
        chosen.folder.prepare()
        trust = TrustList(chosen.folder)
        waiting, trusted = trust.waiting(), trust.trusted()
    click.echo(f"Certificates of site {chosen.folder.site} in {chosen.folder.root}")
    _title("Waiting to be confirmed", len(waiting))
    for each in waiting:
        _show(each.certificate, seen=each.url, host=chosen.host(each.url))
    _title("Trusted", len(trusted))
    for certificate in trusted:
        _show(certificate)


@command.command()
@click.argument("fingerprint", nargs=-1)
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A server's certificate (DER or PEM) that was brought along, instead of one that waits.",
)
@_on_site
def add(chosen: _Chosen, fingerprint: tuple[str, ...], file: Path | None) -> None:
    """Trust the waiting certificate with this fingerprint; its first 16 digits will do, spaced or not."""
    from hmi.sources.certificates.trust import TrustList

    if bool(fingerprint) == (file is not None):
        raise click.UsageError("expected either a FINGERPRINT or --file FILE")
    with _told():
        chosen.folder.prepare()
        trust = TrustList(chosen.folder)
        shown_at = {each.certificate.fingerprint: each.url for each in trust.waiting()}
        if file is not None:
            found = _from_file(file)
            trust.add_certificate(found)
        else:
            found = trust.add(" ".join(fingerprint))
    click.echo(f"Trusted at site {chosen.folder.site} from now on:")
    _show(found, host=chosen.host(shown_at.get(found.fingerprint, "")))


@command.command()
@click.argument("fingerprint", nargs=-1, required=True)
@_on_site
def remove(chosen: _Chosen, fingerprint: tuple[str, ...]) -> None:
    """Trust a certificate no longer. A link that is up goes on until it is made anew."""
    from hmi.sources.certificates.trust import TrustList

    with _told():
        chosen.folder.prepare()
        found = TrustList(chosen.folder).remove(" ".join(fingerprint))
    click.echo(f"No longer trusted at site {chosen.folder.site}:")
    _show(found, mark=False)


@command.command()
@click.option(
    "--export",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write the certificate (DER) to this file, to be trusted at a server; -: to standard output, alone.",
)
@_on_site
def own(chosen: _Chosen, export: Path | None) -> None:
    """Show our own certificate, which servers have to trust; it is made now if there is none yet.

    The next one is made 90 days before this one ends, and used from then on: have it trusted before.
    """
    from hmi.sources.certificates.own import own_identity

    with _told():
        identity = own_identity(chosen.folder, datetime.now(UTC))
    shown = identity.successor or identity.facts
    if export is not None and str(export) == _STANDARD_OUTPUT:
        click.echo(shown.der, nl=False)
        return
    click.echo(f"Our certificate at site {chosen.folder.site} in {chosen.folder.own}")
    _show(identity.facts, mark=False)
    if identity.successor is not None:
        click.echo("The next one, to be trusted at the servers before this one ends:")
        _show(identity.successor, mark=False)
    if export is not None:
        try:
            export.write_bytes(shown.der)
        except OSError as error:
            raise click.ClickException(
                f"{export} cannot be written as this user ({error.strerror}): `--export - > FILE` can"
            ) from error
        click.echo(f"Written to {export}")


def _from_file(file: Path) -> Facts:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    from hmi.config.private_file import read_bounded
    from hmi.sources.certificates.facts import NotACertificate, facts

    content = read_bounded(file)
    try:
        if b"-----BEGIN" in content:  # some tools write what the certificate says in words before it
            content = x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)
        return facts(content)
    except ValueError:  # NotACertificate is one; what the parsers say of it is for their makers
        raise NotACertificate(
            f"{file} is no certificate that can be understood, expected a server's in DER or PEM form"
        ) from None


def _title(text: str, count: int) -> None:
    click.echo(f"\n{text}: {count or 'none'}")


def _show(each: Facts, seen: str = "", *, host: str | None = None, mark: bool = True) -> None:
    """Print one. ``mark``: and why no link could be made with it, to ``host`` where that is known."""
    from hmi.sources.certificates.check import flaw
    from hmi.sources.certificates.facts import grouped

    first, second = each.fingerprint[:_DIGITS_IN_LINE], each.fingerprint[_DIGITS_IN_LINE:]
    click.echo(f"\n  {each.subject or '(no name)'}")
    click.echo(f"    SHA-256      {grouped(first)}")
    click.echo(f"                 {grouped(second)}")
    click.echo(f"    issuer       {'itself' if each.issuer == each.subject else each.issuer}")
    click.echo(f"    valid        {each.not_before:%Y-%m-%d} to {each.not_after:%Y-%m-%d}")
    click.echo(f"    application  {_names(each.uris)}")
    click.echo(f"    hosts        {_names(each.hosts)}")
    if seen:
        click.echo(f"    shown at     {seen}")
    if mark and (wrong := flaw(each, host=host, now=datetime.now(UTC))):
        click.echo(f"    WILL NOT DO  {wrong}")


def _names(names: tuple[str, ...]) -> str:
    from hmi.sources.certificates.facts import printable

    return ", ".join(map(printable, names)) or "none"


@contextmanager
def _told() -> Iterator[None]:
    """Errors as a sentence for the person at the command line."""
    from hmi.config.private_file import PrivateFileError
    from hmi.sources.certificates.folder import CertificateFolderError
    from hmi.sources.certificates.trust import UnknownFingerprint

    try:
        yield
    except (CertificateFolderError, PrivateFileError, UnknownFingerprint, ValueError) as error:
        raise click.ClickException(str(error)) from error
