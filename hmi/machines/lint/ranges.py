"""Ranges, normal bands and limits agree with each other."""

from __future__ import annotations

from collections.abc import Iterator

from hmi.config.problems import Problem
from hmi.machines.files import PluginFiles


def check(files: PluginFiles) -> Iterator[Problem]:
    """The normal band and the limits lie within the range; tiles have a range to draw."""
    for name, tag in files.entries.items():
        span = tag.range
        if span is None:
            continue
        if tag.normal is not None and not span.low <= tag.normal.low < tag.normal.high <= span.high:
            text = (
                f"tags.{name}.normal: found {tag.normal.low} … {tag.normal.high}, "
                f"expected within the range {span.low} … {span.high}"
            )
            yield files.tags.problem(text, "tags", name, "normal")
        for key, limit in tag.limits or ():
            if limit is not None and not span.low <= limit <= span.high:
                text = f"tags.{name}.limits.{key}: found {limit}, expected within {span.low} … {span.high}"
                yield files.tags.problem(text, "tags", name, "limits", key)
    yield from _check_tiles(files)


def _check_tiles(files: PluginFiles) -> Iterator[Problem]:
    if files.screen is None or files.screen.model is None:
        return
    for tile in files.screen.model.tiles:
        tag = files.entries.get(tile.tag)
        if tag is not None and tag.range is None:
            text = f"tags.{tile.tag}: no `range`, expected one: the tag is drawn on a tile's scale"
            yield files.tags.problem(text, "tags", tile.tag)
