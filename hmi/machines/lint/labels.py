"""Labels of enums, and the tones that states give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hmi.config.problems import Problem, listing, suggestion
from hmi.machines.files import PluginFiles
from hmi.model.values import ValueType


def check(files: PluginFiles) -> Iterator[Problem]:
    """Enums and only enums have labels, each label once; every label of the state tag has a tone."""
    for name, tag in files.entries.items():
        if (tag.type is ValueType.ENUM) != bool(tag.labels):
            what = "an enum without `labels`" if not tag.labels else f"`labels` on a tag of type {tag.type}"
            expected = (
                "expected a label for each number" if not tag.labels else "expected them on an enum only"
            )
            yield files.tags.problem(f"tags.{name}: {what}, {expected}", "tags", name, "labels")
        for label, count in Counter(tag.labels.values()).items():
            if count > 1:
                text = f"tags.{name}.labels: the label {label} stands {count} times, expected once"
                yield files.tags.problem(text, "tags", name, "labels")
    yield from _check_tones(files)


def _check_tones(files: PluginFiles) -> Iterator[Problem]:
    machine = files.type.model
    if machine is None or machine.state is None or machine.state.tag not in files.entries:
        return
    labels = sorted(files.entries[machine.state.tag].labels.values())
    if not labels:
        return
    tones = machine.state.tones
    for label in tones:
        if label not in labels:
            hint = suggestion(label, labels) or f", expected one of {listing(labels)}"
            text = f"state.tones.{label}: `{machine.state.tag}` has no such label{hint}"
            yield files.type.problem(text, "state", "tones", label)
    if missing := [label for label in labels if label not in tones]:
        text = f"state.tones: no tone for {listing(missing)}, expected one for each label"
        yield files.type.problem(text, "state", "tones")
