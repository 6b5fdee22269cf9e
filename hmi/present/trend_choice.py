"""Which tags are in a plot, each with a colour that is its own as long as it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MOST: Final = 6
"""As many as a theme has colours for trends: no two lines look alike."""


def toggled(chosen: Mapping[str, int], tag_id: str) -> dict[str, int]:
    """Tag ids with their colour's number, oldest first, after one was put in or taken out.

    One too many takes the place of the oldest; the others keep their colours.
    """
    kept = {each: colour for each, colour in chosen.items() if each != tag_id}
    if tag_id in chosen:
        return kept
    if len(kept) >= MOST:
        del kept[next(iter(kept))]
    free = min(set(range(MOST)) - set(kept.values()))
    return kept | {tag_id: free}
