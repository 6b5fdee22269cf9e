"""``twinpane trust``: a person says which certificates are those of the machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hmi.app.options import site_option

if TYPE_CHECKING:
    from hmi.sources.certificates.facts import Facts
    from hmi.sources.certificates.folder import CertificateFolder

_DIGITS_IN_LINE: Final = 32
"""Half of a fingerprint: eight groups of four, a line that can be read aloud."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    folder: CertificateFolder


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
    from hmi.app import state_folder
    from hmi.app.site import locate
    from hmi.sources.certificates.folder import CertificateFolder

    _, model = locate(site)
    context.obj = _Chosen(CertificateFolder(state_folder.certificates(model.id), model.id))
    if context.invoked_subcommand is None:
        context.invoke(listing)


@command.command("list")
@click.pass_obj
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
        _show(each.certificate, seen=each.url)
    _title("Trusted", len(trusted))
    for certificate in trusted:
        _show(certificate)


@command.command()
@click.argument("fingerprint", required=False)
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A server's certificate (DER or PEM) that was brought along, instead of one that waits.",
)
@click.pass_obj
def add(chosen: _Chosen, fingerprint: str | None, file: Path | None) -> None:
    """Trust the waiting certificate with this fingerprint; its first 16 digits will do."""
    from hmi.sources.certificates.trust import TrustList

    if (fingerprint is None) == (file is None):
        raise click.UsageError("expected either a FINGERPRINT or --file FILE")
    with _told():
        chosen.folder.prepare()
        trust = TrustList(chosen.folder)
        if file is not None:
            found = _from_file(file)
            trust.add_certificate(found)
        else:
            found = trust.add(fingerprint or "")
    click.echo("Trusted from now on:")
    _show(found)


@command.command()
@click.argument("fingerprint")
@click.pass_obj
def remove(chosen: _Chosen, fingerprint: str) -> None:
    """Trust a certificate no longer. A link that is up goes on until it is made anew."""
    from hmi.sources.certificates.trust import TrustList

    with _told():
        chosen.folder.prepare()
        found = TrustList(chosen.folder).remove(fingerprint)
    click.echo("No longer trusted:")
    _show(found)


@command.command()
@click.option(
    "--export",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the certificate (DER) to this file, to be trusted at a server.",
)
@click.pass_obj
def own(chosen: _Chosen, export: Path | None) -> None:
    """Show our own certificate, which servers have to trust; it is made now if there is none yet.

    The next one is made 90 days before this one ends, and used from then on: have it trusted before.
    """
    from hmi.sources.certificates.own import own_identity

    with _told():
        identity = own_identity(chosen.folder, datetime.now(UTC))
    click.echo(f"Our certificate at site {chosen.folder.site} in {chosen.folder.own}")
    _show(identity.facts)
    shown = identity.facts
    if identity.successor is not None:
        click.echo("The next one, to be trusted at the servers before this one ends:")
        _show(identity.successor)
        shown = identity.successor
    if export is not None:
        try:
            export.write_bytes(shown.der)
        except OSError as error:
            raise click.ClickException(f"{export} cannot be written: {error.strerror}") from error
        click.echo(f"Written to {export}")


def _from_file(file: Path) -> Facts:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    from hmi.config.private_file import read_bounded
    from hmi.sources.certificates.facts import facts

    content = read_bounded(file)
    if content.lstrip().startswith(b"-----BEGIN"):
        content = x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)
    return facts(content)


def _title(text: str, count: int) -> None:
    click.echo(f"\n{text}: {count or 'none'}")


def _show(each: Facts, seen: str = "") -> None:
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
