"""Finding tags by parts of what is known of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hmi.present import format as formats
from hmi.present.addresses import address
from hmi.present.session import Session
from hmi.present.texts import Texts


class TagSearch:
    """Searches one session's tags by id, label, address, semantic path and former names."""

    def __init__(self, session: Session, texts: Texts) -> None:
        self._session = session
        self._texts = texts
        self._known: list[str] = []

    def find(self, text: str) -> npt.NDArray[np.bool_] | None:
        """bool[n]: the tags of which every word of ``text`` is a part, in any case; None for no words."""
        words = text.casefold().split()
        if not words:
            return None
        if not self._known:
            self._known = [self._said(index) for index in range(len(self._session.epoch.tags))]
        return np.array([all(word in known for word in words) for known in self._known], np.bool_)

    def _said(self, index: int) -> str:
        tag = self._session.tag(index)
        label = formats.label(tag, self._texts.for_machine(tag.machine))
        parts = (tag.id, label, address(tag, self._texts), tag.semantic, *tag.aliases)
        return "\n".join(parts).casefold()
