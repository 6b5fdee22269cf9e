"""texts/<language>.yaml: what operators read, by text id."""

from __future__ import annotations

from hmi.config.base import Config, TextId


class TextsFile(Config):
    """The texts of one language; the file's name is the language (``en.yaml``)."""

    texts: dict[TextId, str]
