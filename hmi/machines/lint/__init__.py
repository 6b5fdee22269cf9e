"""Checks across the files of a machine plugin, one module for each concern.

A check is ``(PluginFiles) -> Iterator[Problem]`` and looks only at files that are sound by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hmi.config.problems import Problem
from hmi.config.salvage import without_echoes
from hmi.machines.files import PluginFiles
from hmi.machines.lint import (
    addresses,
    calibration,
    derived,
    geometry,
    labels,
    ranges,
    references,
    texts,
    units,
)

Check = Callable[[PluginFiles], Iterator[Problem]]

SOUNDNESS = (
    units.check,
    references.check,
    labels.check,
    geometry.check,
    calibration.check,
    addresses.check,
    derived.check,
)
"""What would break a screen or the engine: checked at every start, quarantines the plugin."""

CARE = (texts.check, ranges.check)
"""What a person would notice: checked by ``twinpane lint`` alone."""


def unsound(files: PluginFiles) -> Iterator[Problem]:
    """All mistakes for which the plugin cannot run: within files, and across them."""
    yield from files.problems
    yield from _across(files, SOUNDNESS)


def all_problems(files: PluginFiles) -> Iterator[Problem]:
    """Every mistake of a plugin."""
    yield from unsound(files)
    yield from _across(files, CARE)


def _across(files: PluginFiles, checks: Iterable[Check]) -> Iterator[Problem]:
    """What is wrong across the files, also where there are mistakes within them."""
    left, missing = files.left(), files.missing
    for check in checks:
        yield from without_echoes(check(left), missing)
