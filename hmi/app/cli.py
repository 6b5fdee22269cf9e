"""The command line ``twinpane``. Each command is loaded only when it runs, so that ``--help`` is quick
and the engine's process never loads Qt."""

from __future__ import annotations

import importlib
from typing import Final

import click

from hmi import __version__

_COMMANDS: Final = {
    "demo": "Open the panel on the demo site, with simulated machines over real protocols.",
    "panel": "Open the operator panel of a site.",
    "engine": "Run a site's engine: acquisition without a screen.",
    "replay": "Open the panel on a recording.",
    "export": "Write a recording's samples as CSV or Parquet.",
    "excerpt": "Write some minutes of a recording as a recording of its own.",
    "verify": "Check recordings: whether anybody touched them, and whether one is missing.",
    "recordings": "List a site's recordings, and manage the key that signs them.",
    "lint": "Check a site or a machine plugin and say every mistake as file:line.",
    "trust": "Confirm which OPC UA servers are the machines, by their certificates' fingerprints.",
    "machines": "List machine types and the machines of a site.",
    "simulate": "Run one machine type's simulator on loopback.",
    "bench": "Measure, and print JSON.",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"hmi.app.commands.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 our own module
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="twinpane")
def main() -> None:
    """Twinpane: an operator HMI with a live twin of the machine.

    Exit codes: 0 done, 1 something is wrong and was said, 2 the command line was wrong, 70 (panel, demo,
    engine) a defect of its own, 75 (engine) its run directory was taken away.
    """
