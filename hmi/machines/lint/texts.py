"""Every text id that the plugin's files use has a text, in every language that the plugin has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hmi.config.problems import Problem, listing
from hmi.config.yaml_file import Loaded
from hmi.machines.files import PluginFiles

TYPE_NAME = "type.name"


def check(files: PluginFiles) -> Iterator[Problem]:
    """Texts for the type, tags, labels, views and geometry labels; English at least."""
    if "en" not in files.texts:
        yield Problem(files.folder / "texts" / "en.yaml", 1, "the file is missing, expected English texts")
    yield from check_texts(wanted(files), files.texts)


def check_texts(ids: Mapping[str, str], texts: Mapping[str, Loaded[Any]]) -> Iterator[Problem]:
    """One problem for each language that lacks some of ``ids`` (text id → what uses it)."""
    for loaded in texts.values():
        if loaded.model is None:
            continue
        missing = [text_id for text_id in ids if not loaded.model.texts.get(text_id, "").strip()]
        for text_id in missing[:20]:
            text = f"texts: no text for `{text_id}`, expected one: {ids[text_id]}"
            yield loaded.problem(text, "texts", text_id)
        if missing[20:]:
            yield loaded.problem(f"texts: no text for {listing(missing[20:], 100)} either", "texts")


def wanted(files: PluginFiles) -> dict[str, str]:
    """Text id → what uses it."""
    ids = {TYPE_NAME: "the machine type's name"}
    machine = files.type.model
    if machine is not None:
        ids[machine.name] = "the machine type's name"
        if machine.progress is not None and machine.progress.text != "progress.remaining":
            ids[machine.progress.text] = "machine.yaml progress"
    for name, tag in files.entries.items():
        ids[f"tag.{name}"] = f"the label of tag {name}"
        ids |= {f"{name}.{label}": f"a value of tag {name}" for label in tag.labels.values()}
    geometry = files.geometry.model if files.geometry else None
    if geometry is not None:
        ids |= {view.title: f"the title of view {view.name}" for view in geometry.views}
        ids |= {label.text: "a label in geometry.yaml" for label in geometry.labels if label.text}
    return ids
