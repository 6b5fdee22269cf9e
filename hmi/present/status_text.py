"""What a status, a link state and a truth value are called in the language of the panel."""

from __future__ import annotations

from hmi.model import status
from hmi.model.samples import LinkState
from hmi.present.texts import Texts


def words(code: int, texts: Texts) -> str:
    """A StatusCode in words, "Sensor failure"; its OPC UA name where nobody wrote a text for it."""
    text_id = f"status.{status.name(code)}"
    return texts.text(text_id) if texts.has(text_id) else status.name(code)


def named(code: int, texts: Texts) -> str:
    """A StatusCode in words and by its OPC UA name, "Sensor failure (BadSensorFailure)"."""
    name, said = status.name(code), words(code, texts)
    return said if said == name else f"{said} ({name})"


def link(state: LinkState, texts: Texts) -> str:
    """A link state, "connecting"."""
    return texts.text(f"link.{state.value}")


def boolean(value: bool, texts: Texts) -> str:
    """A truth value as it is on the wire, "true"; a tag's own value reads by `hmi.present.format.value`."""
    return texts.text("raw.true" if value else "raw.false")
