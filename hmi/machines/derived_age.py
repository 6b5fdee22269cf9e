"""How long a derived tag may go without being vouched for: no longer than any tag that it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from hmi.expressions import compile_expression, evaluation_order, label_constants
from hmi.machines.files import PluginFiles


def max_ages(files: PluginFiles) -> Mapping[str, float]:
    """Tag name → max_age in seconds; of a derived one the least of its own and its inputs'.

    Else a result could be shown as live while one of its inputs is shown as stale.
    """
    entries = files.entries
    constants = label_constants({name: tag.labels for name, tag in entries.items()})
    inputs = {
        name: compile_expression(tag.derived, entries.keys(), constants).inputs
        for name, tag in entries.items()
        if tag.derived is not None
    }
    ages = {name: tag.max_age for name, tag in entries.items()}
    for name in evaluation_order(inputs):
        ages[name] = min([ages[name], *(ages[each] for each in inputs[name])])
    return ages
