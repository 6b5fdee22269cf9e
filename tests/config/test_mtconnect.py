"""MTConnect in configuration files: what is taken, what is refused in which words, how it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hmi.config.mtconnect import MtconnectAddress, MtconnectEndpoint
from hmi.config.tags import Scaling, Tag, TagDescription
from hmi.machines.endpoints import moved
from hmi.machines.wire import misfit
from hmi.model.values import ValueType
from hmi.present.addresses import address as shown
from hmi.present.texts import Texts

ENDPOINT = MtconnectEndpoint(protocol="mtconnect", url="http://10.0.7.7:5000/", device="OKUMA")


def address(**given: Any) -> MtconnectAddress:
    return MtconnectAddress.model_validate(given)


@pytest.mark.parametrize("url", ["http://h:1", "http://h:5000/mills/one/", "http://[::1]:5000"])
def test_urls_of_agents(url: str) -> None:
    assert MtconnectEndpoint(protocol="mtconnect", url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "10.0.7.7:5000", "http://h", "https://h:5000", "http://h:70000", "http://h:1/?x=1"),
        *("http://h:1/ä", "http://h:1/a b", "opc.tcp://h:1", "http://[::1:5"),
    ],
)
def test_what_is_no_url_of_an_agent(url: str) -> None:
    with pytest.raises(ValidationError, match="expected http://host:port/"):
        MtconnectEndpoint(protocol="mtconnect", url=url)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        MtconnectEndpoint(protocol="mtconnect", url="http://me:hunter2@h:5000/")
    assert "hunter2" not in str(caught.value.errors()[0]["msg"])


@pytest.mark.parametrize("device", ["", "a b", "a/b", "a?b", "x" * 201])
def test_what_is_no_device(device: str) -> None:
    with pytest.raises(ValidationError):
        MtconnectEndpoint(protocol="mtconnect", url="http://h:1", device=device)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "exactly one of `item` and `component`"),
        ({"item": "a", "component": ("Axes",), "type": "LOAD"}, "exactly one of"),
        ({"component": ("Axes",)}, "`type` beside `component`"),
        ({"item": "a", "type": "LOAD"}, "beside `component` only"),
        ({"component": ("Axes[",), "type": "LOAD"}, "match"),
        ({"component": ("",), "type": "LOAD"}, "at least 1"),
        ({"item": "a", "part": "units"}, "'value', 'code' or 'message'"),
    ],
)
def test_what_is_no_address(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        address(**given)


def test_another_place_for_an_agent() -> None:
    at = moved(ENDPOINT, "127.0.0.1:5001")
    assert isinstance(at, MtconnectEndpoint)
    assert (at.url, at.device) == ("http://127.0.0.1:5001", "OKUMA")
    with pytest.raises(ValueError, match="expected http://host:port/"):
        moved(ENDPOINT, "127.0.0.1")


def test_messages_are_texts_and_values_may_be_scaled() -> None:
    assert misfit(TagDescription(type=ValueType.FLOAT, scaling=Scaling(gain=60)), address(item="a")) == ""
    assert misfit(TagDescription(type=ValueType.STRING), address(item="a", part="message")) == ""
    assert "expected type string" in misfit(
        TagDescription(type=ValueType.ENUM), address(item="a", part="code")
    )
    text = TagDescription(type=ValueType.FLOATS, scaling=Scaling(gain=60))
    assert "a scaled value is a float" in misfit(text, address(item="a"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"item": "Xact"}, "Xact"),
        ({"item": "system", "part": "message"}, "system · message"),
        (
            {"component": ("Axes", "Linear[X]"), "type": "POSITION", "subtype": "ACTUAL"},
            "Axes/Linear[X]/POSITION ACTUAL",
        ),
    ],
)
def test_an_address_is_shown_as_an_engineer_would_look_it_up(given: dict[str, Any], said: str) -> None:
    tag = Tag(id="m/t", machine="m", name="t", wire=ValueType.FLOAT, address=address(**given))
    assert shown(tag, Texts("en")) == said
