"""An epoch goes through the link whole, and what is none is said to be none."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.link import epoch_text
from hmi.link.errors import FrameError
from hmi.machines.resolve import resolve_site

DEMO = Path(__file__).parents[2] / "tags" / "demo"


def test_the_demo_site_arrives_as_it_was() -> None:
    epoch = resolve_site(DEMO).epoch
    packed = epoch_text.packed(epoch)
    again = epoch_text.unpacked(packed)
    assert again == epoch
    assert again.digest == epoch.digest
    assert len(packed) < len(epoch.model_dump_json()) / 4


@given(st.binary(max_size=200))
def test_what_is_no_epoch_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        epoch_text.unpacked(data)


def test_half_an_epoch_or_one_that_inflates_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = epoch_text.packed(resolve_site(DEMO).epoch)
    with pytest.raises(FrameError, match="not whole"):
        epoch_text.unpacked(packed[:-10])
    monkeypatch.setattr(epoch_text, "LONGEST", 1000)
    with pytest.raises(FrameError, match="longer than 1000 bytes"):
        epoch_text.unpacked(packed)


def test_an_epoch_of_another_version_is_told_in_a_line_however_many_tags_it_has() -> None:
    epoch = resolve_site(DEMO).epoch.model_dump(mode="json")
    for tag in epoch["tags"]:
        tag["colour"] = "red"
    with pytest.raises(FrameError, match=r"mistakes, first tags\.0\.colour") as told:
        epoch_text.unpacked(zlib.compress(json.dumps(epoch).encode()))
    assert len(str(told.value)) < 200


def test_what_follows_an_epoch_is_not_swallowed() -> None:
    with pytest.raises(FrameError, match="4 bytes behind"):
        epoch_text.unpacked(epoch_text.packed(resolve_site(DEMO).epoch) + b"junk")
