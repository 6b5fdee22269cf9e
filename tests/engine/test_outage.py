"""An outage is told once for each kind of cause: as an event, and in the log for who has no screen."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.tags import TagDescription
from hmi.engine.history import History
from hmi.engine.link_log import LinkLog
from hmi.engine.outage import MOST, Outage
from hmi.engine.pipeline import Pipeline
from hmi.link.messages import STILL_DOWN, Notice
from hmi.link.table import TableWriter
from hmi.model.clock import SECOND, Instant, ManualClock
from hmi.model.samples import LinkEvent, LinkState
from hmi.testing.epochs import epoch_of
from hmi.twin.store import side_bytes

EPOCH = epoch_of({"load": TagDescription()})
AT = Instant(0, 0)


def down(cause: str, at: Instant = AT) -> LinkEvent:
    return LinkEvent(LinkState.DOWN, at, cause)


UP, CONNECTING = LinkEvent(LinkState.UP, AT), LinkEvent(LinkState.CONNECTING, AT)


def test_each_kind_of_cause_is_news_once_until_the_link_is_up() -> None:
    outage = Outage()
    told = [
        each
        for each in (
            CONNECTING,
            down("refused"),
            down("no answer within 2.5 s"),
            down("refused"),
            down("no answer within 12 s"),
            UP,
            down("refused"),
        )
        if outage.is_news(each)
    ]
    assert [each.cause for each in told] == ["refused", "no answer within 2.5 s", "refused"]


@given(st.lists(st.text(max_size=4).map(down) | st.just(UP)))
def test_no_outage_is_told_more_often_than_it_may(events: list[LinkEvent]) -> None:
    outage, told = Outage(), 0
    for each in events:
        told = 0 if each is UP else told
        first = told == 0
        news = outage.is_news(each)
        told += news
        assert told <= MOST
        assert outage.told == told
        assert news or not (first and each.state is LinkState.DOWN), "the first cause is always told"


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(each.levelname, each.getMessage()) for each in caplog.records]


def test_the_log_says_why_there_is_no_link_and_that_there_is_one(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = LinkLog("mill07.main")
    for event in (
        CONNECTING,
        down("not trusted"),
        down("not trusted"),
        down("the agent refuses: a\nb"),
        LinkEvent(LinkState.UP, AT, secured="Basic256Sha256, ABCD"),
        down("refused"),
    ):
        log.note(event)
    assert lines(caplog) == [
        ("WARNING", "mill07.main: no link: not trusted"),
        ("WARNING", "mill07.main: no link: the agent refuses: a b"),
        ("INFO", "mill07.main: link up (Basic256Sha256, ABCD)"),
        ("WARNING", "mill07.main: no link: refused"),
    ]


def test_a_device_of_many_words_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = LinkLog("m.main")
    for number in range(100):
        log.note(down("x" * number))
    assert len(lines(caplog)) == MOST + 1
    assert lines(caplog)[-1][1].endswith("further causes are not logged until the link has been up")


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    table = TableWriter(tmp_path / "table", len(EPOCH.tags), side_bytes(EPOCH.tags), EPOCH.digest, 1)
    clock = ManualClock()
    yield Pipeline(EPOCH, table, History(EPOCH.tags, 1000, clock.now().utc), clock.now())
    table.close()


def test_screens_are_told_another_cause_when_it_begins_and_the_first_by_the_links_news(
    pipeline: Pipeline,
) -> None:
    clock, (endpoint,) = ManualClock(), pipeline.endpoints
    lost, told = clock.now(), []
    for cause in ("closed", "refused", "refused"):
        news = pipeline.step(endpoint, down(cause, lost), clock.now())
        told.append([each for each in news if isinstance(each, Notice)])
        clock.advance(SECOND)
    assert told == [[], [Notice(lost.utc + SECOND, "m.main", "refused", STILL_DOWN)], []]
