"""Frames, views and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterator

from hmi.config.geometry import Geometry
from hmi.config.problems import Problem, listing, suggestion
from hmi.machines.files import PluginFiles

BASE = "base"


def check(files: PluginFiles) -> Iterator[Problem]:
    """Frames that are named exist and hang on ``base``; views that are named exist, each once."""
    loaded = files.geometry
    views: list[str] = []
    if loaded is not None and loaded.model is not None:
        views = [view.name for view in loaded.model.views]
        for path, text in (*_frames(loaded.model), *_views(loaded.model, views)):
            yield loaded.problem(f"{'.'.join(map(str, path))}: {text}", *path)
    screen = files.screen
    if screen is None or screen.model is None or (loaded is not None and loaded.model is None):
        return
    for i, name in enumerate(screen.model.views):
        if name not in views:
            yield screen.problem(f"views.{i}: {_no_view(name, views)}", "views", i)


def _no_view(name: str, views: list[str]) -> str:
    expected = (
        suggestion(name, views) or f", expected one of {listing(views) or 'geometry.yaml, which has none'}"
    )
    return f"there is no view `{name}`{expected}"


Found = tuple[tuple[str | int, ...], str]


def _views(geometry: Geometry, views: list[str]) -> Iterator[Found]:
    for i, name in enumerate(views):
        if name in views[:i]:
            yield ("views", i, "name"), f"the view `{name}` stands twice, expected once"
    for part, shown in (
        ("shapes", geometry.shapes),
        ("labels", geometry.labels),
        ("trails", geometry.trails),
    ):
        for i, each in enumerate(shown):
            for j, name in enumerate(each.views):
                if name not in views:
                    yield (part, i, "views", j), _no_view(name, views)


def _frames(geometry: Geometry) -> Iterator[Found]:
    known = [BASE, *geometry.frames]

    def missing(name: str) -> str:
        return f"there is no frame `{name}`{suggestion(name, known) or f', expected one of {listing(known)}'}"

    if BASE in geometry.frames:
        yield ("frames", BASE), "the frame `base` always exists, expected another name"
    for name, frame in geometry.frames.items():
        if frame.parent is not None and frame.parent not in known:
            yield ("frames", name, "parent"), missing(frame.parent)
        elif _circular(name, geometry):
            yield ("frames", name, "parent"), "the frame hangs on itself, expected a way to `base`"
    for part, placed in (
        ("shapes", geometry.shapes),
        ("labels", geometry.labels),
        ("trails", geometry.trails),
    ):
        for i, each in enumerate(placed):
            if each.frame not in known:
                yield (part, i, "frame"), missing(each.frame)
    for i, trail in enumerate(geometry.trails):
        if trail.seen_from not in known:
            yield ("trails", i, "seen_from"), missing(trail.seen_from)


def _circular(start: str, geometry: Geometry) -> bool:
    seen: set[str] = set()
    name: str | None = start
    while name is not None and name in geometry.frames:
        if name in seen:
            return True
        seen.add(name)
        name = geometry.frames[name].parent
    return False
