"""Operator texts by message id: language, then English, then the id itself.

A catalogue is plain data (``language → id → text``). A text may hold ``{name}`` placeholders and nothing
else of Python's format language: no attributes, no indexes, no conversions, so that a text of a plugin
can show what it is given and reach nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

import yaml

from hmi.config.epoch import Epoch

Catalogue = Mapping[str, Mapping[str, str]]

FALLBACK: Final = "en"
_PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@cache
def own_catalogue() -> Catalogue:
    """The panel's own texts, in every language that it speaks."""
    folder = resources.files("hmi.present") / "texts"
    # libyaml's loader is as safe and takes milliseconds of a panel's start instead of tenths of a second.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {
        each.name.removesuffix(".yaml"): yaml.load(each.read_text("utf-8"), loader)["texts"]  # noqa: S506
        for each in folder.iterdir()
        if each.name.endswith(".yaml")
    }


_RECORDED: Final = "recorded."


@cache
def _recorded_catalogue() -> Catalogue:
    """The panel's own texts that a replay has in the place of others: what was live then is not live now."""
    return {
        language: {
            each.removeprefix(_RECORDED): text for each, text in texts.items() if each.startswith(_RECORDED)
        }
        for language, texts in own_catalogue().items()
    }


class Texts:
    """The texts of one language, looked up through catalogues from the nearest to the widest.

    ``catalogues`` nearest first: the site's, the panel's. ``machines`` holds the catalogues that
    `for_machine` puts in front, ``nearest`` the one that stands there now.
    """

    def __init__(
        self,
        language: str,
        catalogues: tuple[Catalogue, ...] = (),
        machines: Mapping[str, Catalogue] | None = None,
        nearest: Catalogue | None = None,
    ) -> None:
        self.language = language
        self._catalogues = catalogues
        self._machines = machines or {}
        self._nearest = nearest or {}
        self._found: dict[str, str | None] = {}
        self._of_machine: dict[str, Texts] = {}

    @classmethod
    def of(cls, epoch: Epoch, language: str | None = None, *, replay: bool = False) -> Texts:
        """The texts of an epoch: the site's and the panel's, each machine's by `for_machine`.

        ``replay``: it is a recording, and words that say that something is live say that it was.
        """
        own = (_recorded_catalogue(), own_catalogue()) if replay else (own_catalogue(),)
        return cls(
            language or epoch.language,
            (epoch.texts, *own),
            {machine.id: machine.texts for machine in epoch.machines},
        )

    @classmethod
    def own(cls, language: str = FALLBACK) -> Texts:
        """The panel's own texts alone: what can be said before there is a site."""
        return cls(language, (own_catalogue(),))

    def for_machine(self, machine_id: str) -> Texts:
        """These texts with the machine's in front (of no other machine's); an unknown one has none."""
        if machine_id not in self._of_machine:
            made = Texts(self.language, self._catalogues, self._machines, self._machines.get(machine_id))
            self._of_machine[machine_id] = made
        return self._of_machine[machine_id]

    def text(self, text_id: str, /, **values: object) -> str:
        """The text of an id with its placeholders filled; the id itself where nobody wrote a text.

        A placeholder for which no value is given stays as it is written, so that the gap is seen.
        """
        found = self._find(text_id)
        return text_id if found is None else fill(found, values)

    def has(self, text_id: str) -> bool:
        """Whether anybody wrote a text for the id."""
        return self._find(text_id) is not None

    def _find(self, text_id: str) -> str | None:
        if text_id not in self._found:
            self._found[text_id] = self._search(text_id)
        return self._found[text_id]

    def _search(self, text_id: str) -> str | None:
        for language in dict.fromkeys((self.language, FALLBACK)):
            for catalogue in (self._nearest, *self._catalogues):
                text = catalogue.get(language, {}).get(text_id)
                if text is not None:
                    return text
        return None


def fill(text: str, values: Mapping[str, object]) -> str:
    """``text`` with every ``{name}`` that is in ``values`` replaced by its ``str``, all else untouched."""
    if "{" not in text:
        return text
    return _PLACEHOLDER.sub(lambda m: str(values[m[1]]) if m[1] in values else m[0], text)
