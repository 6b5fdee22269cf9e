"""``twinpane lint``: every mistake in sites and machine plugins, at once, as file:line."""

from __future__ import annotations

from pathlib import Path

import click

from hmi.machines.files import load_plugin
from hmi.machines.lint import all_problems


@click.command("lint")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(paths: tuple[Path, ...]) -> None:
    """Check sites and machine plugins: every mistake as file:line, exit code 1 if there is any.

    PATHS are plugin folders (with machine.yaml, or a distribution's root) or site folders.
    """
    problems, files = [], 0
    for path in paths:
        for folder in [
            found.parent for found in sorted(path.rglob("machine.yaml")) if found.parent.name != "screens"
        ]:
            loaded = load_plugin(folder)
            problems += list(all_problems(loaded))
            files += sum(1 for _ in loaded.all())
    for problem in sorted(set(problems)):
        click.echo(str(problem))
    click.echo(f"{files} files, {len(set(problems)) or 'no'} problem{'s' if len(set(problems)) > 1 else ''}")
    if problems:
        raise SystemExit(1)


if __name__ == "__main__":
    command()
