"""``python -m hmi.app.reference``: the command line's reference page, made of the commands themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from hmi.app.cli import main

_HEAD = """\
# Command line

<!-- Made by `python -m hmi.app.reference`; a test holds it to the commands. -->

| exit code | meaning |
|---|---|
| 0 | done; the window was closed, or the program was ended by a signal that it honours |
| 1 | something is wrong and was said, with what to do; `lint`: there are problems, all of them listed |
| 2 | the command line was wrong: an option, a name or an address that does not fit; the choices were named |
| 70 | `panel`, `demo`, `engine`: a defect of its own ended it: nothing dead may look alive; start it again |
| 75 | `engine`: its run directory was taken away, so that another engine may run by now; start it again |

`twinpane` without a command lists them, `twinpane COMMAND --help` tells of one.

| environment variable | meaning |
|---|---|
| `TWINPANE_SITE` | the site folder, where `--site` is not given |
| `TWINPANE_RUN` | where an engine and its panels meet: on memory-backed storage, the path at most 90 bytes |
| `TWINPANE_STATE` | where keys and trusted certificates lie, as `SITE/certificates` |
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_sections(main, click.Context(main, info_name="twinpane"))]) + "\n"


def _sections(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None  # noqa: S101 a group knows what it lists
        below = click.Context(command, info_name=name, parent=context)
        yield from _section(command, below)
        if isinstance(command, click.Group):
            yield from _sections(command, below)


def _section(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## {context.command_path}\n"
    yield f"    {context.command_path} {' '.join(command.collect_usage_pieces(context))}\n"
    for paragraph in (command.help or "").split("\n\n"):
        yield " ".join(paragraph.split()) + "\n"
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    if options:
        yield "| option | meaning |\n|---|---|"
        yield from (_row(each, context) for each in options)
        yield ""


def _row(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    names, text = record if record is not None else (", ".join(option.opts), "")
    names = names.replace("|", ", ").replace(" RANGE", "")
    return f"| `{names}` | {' '.join(text.split()).replace('|', ', ')} |"


if __name__ == "__main__":
    sys.stdout.write(page())
