"""``twinpane lint``: every mistake in sites and machine plugins, at once, as file:line."""

from __future__ import annotations

from pathlib import Path

import click

from hmi.config.lookup import NotFoundError, find_site
from hmi.config.problems import Problem
from hmi.machines.lint.report import Report, lint_found, lint_path


@click.command("lint")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--site", type=click.Path(path_type=Path), help="Check this site and all installed plugins.")
def command(paths: tuple[Path, ...], site: Path | None) -> None:
    """Check sites and machine plugins and say every mistake as file:line.

    PATHS are site folders (with site.yaml), plugin folders (with machine.yaml) or trees that hold
    such folders. Without PATHS: the site that is found (or --site) and every installed plugin.

    Exit code 0: no problem. 1: problems, all of them listed. 2: wrong usage.
    """
    report = Report()
    for path in paths:
        report += lint_path(path)
    if site is not None or not paths:
        try:
            report += lint_found(find_site(site))
        except NotFoundError as error:
            raise click.ClickException(str(error)) from None
    for problem in report.problems:
        click.echo(_shown(problem))
    for note in report.notes:
        click.echo(note)
    count = len(report.problems) + len(report.notes)
    click.echo(
        f"{_counted(len(report.files), 'file')}, {_counted(count, 'problem') if count else 'no problem'}"
    )
    if count:
        raise SystemExit(1)


def _shown(problem: Problem) -> str:
    """With the path as a person in this folder would write it."""
    here = Path.cwd()
    file = problem.file.relative_to(here) if problem.file.is_relative_to(here) else problem.file
    return str(Problem(file, problem.line, problem.text))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


if __name__ == "__main__":
    command()
