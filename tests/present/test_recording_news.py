"""That a machine is not recorded stands on the panel, and that it is again; and that the disk fills up."""

from __future__ import annotations

import pytest

from hmi.config.tags import TagDescription
from hmi.link.messages import RecordingNews, RecordingRoom
from hmi.present import link_detail, notices
from hmi.present.latency import LatencyBook
from hmi.present.texts import Texts
from hmi.testing.hand_fed import MACHINE, HandFed


@pytest.fixture
def fed() -> HandFed:
    made = HandFed({"load": TagDescription()})
    made.put(load=1.0)
    return made


def standing(fed: HandFed, language: str = "en") -> list[tuple[str, str]]:
    texts = Texts.of(fed.epoch, language)
    found = notices.standing(fed.session, fed.frame(0.1), LatencyBook(fed.session), "", texts)
    return [(each.title, each.detail) for each in found]


def events(fed: HandFed) -> list[tuple[str, bool]]:
    texts = Texts.of(fed.epoch, "en")
    return [(each.text, each.severe) for each in notices.entries(fed.session, texts) if "record" in each.text]


def news(fed: HandFed, why: str = "", missing: int = 0) -> None:
    since = fed.clock.now().utc
    fed.session.take(RecordingNews(MACHINE, since, "000001_x.twinpane", "AB12", why, missing))


def test_a_machine_that_is_recorded_is_no_news(fed: HandFed) -> None:
    news(fed)
    assert standing(fed) == []
    assert events(fed) == []


def test_one_that_is_not_stands_until_it_is_again(fed: HandFed) -> None:
    news(fed)
    news(fed, why="/r/x.twinpane: database or disk is full")
    ((title, detail),) = standing(fed)
    assert "not recorded since" in title
    assert detail == "/r/x.twinpane: database or disk is full"
    assert "nicht aufgezeichnet seit" in standing(fed, "de")[0][0]
    news(fed, why="/r/x.twinpane: database or disk is full")
    news(fed, missing=1234)
    assert standing(fed) == []
    assert events(fed) == [
        ("recorded again; samples missing: 1234", False),
        ("not recorded any more: /r/x.twinpane: database or disk is full", True),
    ]


def test_little_room_is_told_before_it_is_gone(fed: HandFed) -> None:
    fed.session.take(RecordingRoom(10**12, None, False))
    assert standing(fed) == []
    fed.session.take(RecordingRoom(2_345_000_000, 7.6, True))
    ((title, detail),) = standing(fed)
    assert title == "Little room for recordings: 2.3 GB left"
    assert "about 8 hours" in detail
    fed.session.take(RecordingRoom(100, None, True))
    assert "Without room nothing is recorded" in standing(fed)[0][1]


def test_the_detail_of_a_link_says_where_its_machine_is_recorded(fed: HandFed) -> None:
    texts = Texts.of(fed.epoch, "en")

    def said() -> dict[str, str]:
        found = link_detail.detail(fed.session, fed.frame(0.1), (MACHINE, "main"), texts)
        return {each.name: each.said for each in found.lines}

    assert "Recording" not in said()
    news(fed)
    assert (said()["Recording"], said()["Key of recordings"]) == ("000001_x.twinpane", "AB12")
