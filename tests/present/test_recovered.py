"""What is over is told in the past and calmly; what stands is told as present and severely."""

from __future__ import annotations

import re

import msgspec
import pytest

from hmi.model.clock import SECOND
from hmi.model.samples import LinkState
from hmi.present import notices
from hmi.present.latency import LatencyBook
from hmi.present.notices import NoticeView
from hmi.present.session import ENGINE, Event, Session
from hmi.present.texts import Texts
from tests.ui.builders import OPCUA, SIDE, FakeTable, Shop, epoch, machine, tag

CLOCK = r"\d\d:\d\d:\d\d"


def running(*, endpoints: tuple[str, ...] = ("main",), language: str = "en") -> Shop:
    one = machine("m", endpoints=dict.fromkeys(endpoints, OPCUA))
    made = Shop(epoch([one], [tag("m", "load", max_age=1000.0)], language=language))
    for name in endpoints:
        made.link("m", LinkState.UP, endpoint=name)
    made.put("m/load", 1.0)
    return made


def said(made: Shop) -> NoticeView:
    return notices.notice(made.session, made.frame(), LatencyBook(made.session), "", Texts.of(made.epoch))


def test_a_lost_link_is_severe_while_it_is_lost_and_then_one_calm_sentence() -> None:
    made = running()
    made.link("m", LinkState.DOWN, cause="refused")
    made.clock.advance(10 * SECOND)
    assert not said(made).calm
    made.link("m", LinkState.UP)
    view = said(made)
    found = re.fullmatch(rf"machine\.m: link was lost ({CLOCK})–({CLOCK}), live again", view.title)
    assert found is not None
    begin, end = (
        sum(int(n) * s for n, s in zip(t.split(":"), (3600, 60, 1), strict=True)) for t in found.groups()
    )
    assert (end - begin) % 86_400 == 10
    assert (view.calm, view.more, view.detail) == (True, "", "All links up, every value live")
    made.clock.advance(61 * SECOND)
    assert said(made).title == "No notices"


def test_a_link_that_is_lost_again_is_no_recovery() -> None:
    made = running()
    for state in (LinkState.DOWN, LinkState.UP, LinkState.DOWN):
        made.link("m", state)
        made.clock.advance(SECOND)
    view = said(made)
    assert not view.calm
    assert "was lost" not in view.title


def test_one_of_several_links_is_named() -> None:
    made = running(endpoints=("main", "probe"))
    made.link("m", LinkState.DOWN, endpoint="probe")
    made.clock.advance(SECOND)
    made.link("m", LinkState.UP, endpoint="probe")
    assert said(made).title.startswith("machine.m / probe: link was lost ")


@pytest.mark.parametrize(
    ("events", "title"),
    [
        (
            ("engine_lost", "engine_exit", "engine_new"),
            rf"Data service restarted {CLOCK} \(stopped {CLOCK}\)",
        ),
        (("engine_lost", "engine_back"), rf"Data service did not answer {CLOCK}–{CLOCK}, answers again"),
        (("engine_new",), rf"Data service restarted {CLOCK}"),
        (("engine_exit",), "No notices"),
    ],
)
def test_an_engine_that_is_back_is_calm(events: tuple[str, ...], title: str) -> None:
    made = running()
    for each in events:
        made.session.tell(Event(made.clock.now().utc, ENGINE, "by signal 9", f"event.{each}"))
        made.clock.advance(SECOND)
    view = said(made)
    assert view.calm
    assert re.fullmatch(title, view.title)


def test_the_engine_comes_before_the_links_that_it_brings_back() -> None:
    made = running()
    started = msgspec.structs.replace(made.session.welcome, started=made.clock.now().utc)
    made.session = Session.begin(started, SIDE, made.session)
    made.table = FakeTable(made.epoch)
    made.session.tell(Event(made.clock.now().utc, ENGINE, "", "event.engine_new"))
    made.link("m", LinkState.CONNECTING)
    made.clock.advance(SECOND)
    made.link("m", LinkState.UP)
    made.put("m/load", 1.0)
    assert said(made).title.startswith("Data service restarted ")


def test_a_recovery_is_told_in_german() -> None:
    made = running(language="de")
    made.link("m", LinkState.DOWN)
    made.link("m", LinkState.UP)
    assert re.fullmatch(rf"machine\.m: getrennt {CLOCK}–{CLOCK}, wieder live", said(made).title)
