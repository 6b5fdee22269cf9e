"""``twinpane verify``."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--key", "keys", multiple=True, metavar="FINGERPRINT", help="Expect this key, or one of these.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(files: tuple[Path, ...], keys: tuple[str, ...], as_json: bool) -> None:
    """Check recordings: their chain, their signatures, and that no file of a series is missing.

    FILES are recordings, or folders of them. For each it says what was checked and what was found, and at the
    end what that proves.

    Exit code 0: closed and intact. 2: intact, but not whole (still recorded, cut off, a crash, an excerpt),
    or no such file. 1: touched: something was changed, removed, added or moved, or the key is another one.
    """
    from hmi.app.verify_report import as_plain, as_text, code_of
    from hmi.recorder.layout import SUFFIX
    from hmi.recorder.verify import verify_file, verify_series

    paths = [
        each for file in files for each in (sorted(file.rglob(f"*{SUFFIX}")) if file.is_dir() else [file])
    ]
    if not paths:
        raise click.ClickException(f"no recording (*{SUFFIX}) in {', '.join(map(str, files))}")
    found = [verify_file(path) for path in paths]
    wrong = verify_series(found)
    expected = frozenset("".join(key.split()).upper() for key in keys)
    if as_json:
        import json

        click.echo(json.dumps(as_plain(found, wrong, expected), indent=2))
    else:
        click.echo(as_text(found, wrong, expected))
    sys.exit(code_of(found, wrong, expected))
