"""The panel against the real link: sockets, doorbell, shared memory; engines that come, hang and go."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from hmi.link.client import LinkClient
from hmi.link.messages import EndpointNews, HistoryReply, ToClient, Welcome
from hmi.model.clock import MILLISECOND, Instant, SystemClock
from hmi.model.samples import LinkState
from hmi.present import notices
from hmi.present.session import Session
from hmi.present.theme import DARK
from hmi.ui.history import WAITING, PendingHistory
from hmi.ui.panel import PanelConnection
from hmi.ui.screens.diagnostics import DiagnosticsScreen
from hmi.ui.window import PanelWindow
from tests.ui.builders import epoch, history_reply, machine, tag
from tests.ui.stand_in_engine import StandInEngine
from tests.ui.stand_in_parts import StandInParts

WAIT = 20_000
EPOCH = epoch([machine("mill")], [tag("mill", "load", pace="live", max_age=60.0)])


@dataclass(frozen=True)
class End:
    code: int
    said: tuple[str, ...]
    fenced: bool
    at: Instant


class Told:
    def __init__(self) -> None:
        self.last_exit: End | None = None
        self.unresponsive: list[Instant] = []
        self.ticks = 0

    def engine_unresponsive(self, now: Instant) -> None:
        self.unresponsive.append(now)

    def tick(self, now: Instant) -> None:
        del now
        self.ticks += 1


class Stand:
    def __init__(self, qtbot: QtBot, directory: Path, language: str = "en") -> None:
        self.qtbot = qtbot
        self.directory = directory
        self.engines: list[StandInEngine] = []
        self.supervisor = Told()
        self.history = PendingHistory()
        self.window = PanelWindow(DARK, self.history, StandInParts(), language=language)
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.panel = PanelConnection(
            lambda: LinkClient.connect(directory), self.window, SystemClock(), self.supervisor, self.history
        )

    def engine(self, made: StandInEngine | None = None) -> StandInEngine:
        up = EndpointNews("mill", "main", LinkState.UP, 0, SystemClock().now().monotonic)
        self.engines.append(made or StandInEngine(self.directory, EPOCH, (up,)))
        return self.engines[-1].start()

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def notice(self) -> str:
        return "" if self.window.notice.view is None else self.window.notice.view.title

    def detail(self) -> str:
        return "" if self.window.notice.view is None else self.window.notice.view.detail

    def events(self) -> list[str]:
        """What happened, but that a link was made."""
        told = [] if self.panel.session is None else [each.text_id for each in self.panel.session.notices]
        return [each for each in told if each != "event.link_first"]

    def is_over(self) -> bool:
        """What happened to the engine is past, and told as such."""
        view = self.window.notice.view
        return view is not None and view.calm and view.title.startswith("Data service ")

    def value(self) -> object:
        return None if self.panel.session is None else self.panel.session.value(0)

    def pill_is_live(self) -> bool:
        view = self.window.header.latency.view
        return view is not None and view.live


@pytest.fixture
def stand(qtbot: QtBot, tmp_path: Path) -> Iterator[Stand]:
    made = Stand(qtbot, tmp_path)
    yield made
    made.panel.stop()
    for engine in made.engines:
        if engine._thread.is_alive():
            engine.stop()


def test_a_change_comes_from_the_table_to_the_screen_and_is_timed(stand: Stand) -> None:
    engine = stand.engine()
    stand.panel.start()
    engine.put("mill/load", 40.0)
    stand.until(lambda: stand.value() == 40.0)
    for value in (41.0, 42.0, 43.0):
        engine.put("mill/load", value)
        stand.until(lambda value=value: stand.value() == value)  # type: ignore[misc]
    stand.until(stand.pill_is_live)
    book = stand.window.book
    assert book is not None
    stand.until(lambda: book.view("mill", SystemClock().now().monotonic).n >= 3)
    assert stand.panel.frames.durations_ms()["n"] > 0


def test_a_latency_reaches_to_where_the_display_has_the_paint(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = 150 * MILLISECOND

    def display() -> None:
        end = SystemClock().now().monotonic + slow
        while SystemClock().now().monotonic < end:
            pass

    monkeypatch.setattr(stand.window, "await_display", display)
    engine = stand.engine()
    stand.panel.start()
    engine.put("mill/load", 1.0)
    stand.until(stand.pill_is_live)
    engine.put("mill/load", 2.0)
    stand.until(lambda: stand.value() == 2.0)
    book = stand.window.book
    assert book is not None
    now = stand.panel.frames.began
    stand.until(lambda: (book.view("mill", now).now or 0) >= slow / MILLISECOND)


def test_an_engine_that_stays_inside_its_table_is_told_on_its_card(stand: Stand) -> None:
    engine = stand.engine()
    stand.panel.start()
    engine.put("mill/load", 40.0)
    stand.until(lambda: stand.value() == 40.0)
    stand.window.show_screen("diagnostics")

    def said() -> str:
        screen = stand.window.findChild(DiagnosticsScreen)
        view = None if screen is None else screen.engine.view
        return "" if view is None else view.traffic

    stand.until(lambda: "restarts" in said())
    engine.stay_inside()
    stand.until(lambda: "stuck while writing" in said())
    engine.come_out()
    engine.put("mill/load", 41.0)
    stand.until(lambda: stand.value() == 41.0)
    stand.until(lambda: "stuck" not in said())


def test_an_engine_that_is_not_there_yet_is_waited_for(stand: Stand) -> None:
    stand.panel.start()
    stand.until(lambda: stand.supervisor.ticks > 2)
    assert stand.notice() == "Waiting for the data service"
    assert stand.supervisor.unresponsive == []
    stand.engine()
    stand.until(lambda: stand.panel.alive)
    stand.until(lambda: stand.notice() == "machine.mill: no data")
    stand.engines[0].put("mill/load", 40.0)
    stand.until(lambda: stand.notice() == "No notices")


def test_an_engine_that_hangs_is_said_reported_while_it_does_and_comes_back_by_itself(stand: Stand) -> None:
    engine = stand.engine()
    stand.panel.start()
    engine.put("mill/load", 40.0)
    stand.until(stand.pill_is_live)
    engine.beating = False
    stand.until(lambda: stand.notice().startswith("Data service not responding since"))
    stand.until(lambda: not stand.pill_is_live())
    told = len(stand.supervisor.unresponsive)
    stand.until(lambda: len(stand.supervisor.unresponsive) > told + 5)
    stand.until(lambda: "It has been silent for " in stand.detail())
    said = stand.detail()
    stand.until(lambda: stand.detail() != said)  # it goes on saying for how long
    engine.beating = True
    stand.until(stand.is_over)
    assert stand.events() == ["event.engine_lost", "event.engine_back"]
    stand.until(stand.pill_is_live)


def test_an_engine_that_dies_is_said_and_the_next_one_is_shown(stand: Stand) -> None:
    engine = stand.engine()
    stand.panel.start()
    engine.put("mill/load", 40.0)
    stand.until(lambda: stand.value() == 40.0)
    first = stand.panel.session
    engine.stop()
    stand.until(lambda: stand.notice().startswith("Data service not responding since"))
    assert stand.value() == 40.0  # frozen, not gone
    assert not stand.panel.alive
    told, ticks = len(stand.supervisor.unresponsive), stand.supervisor.ticks
    stand.until(lambda: stand.supervisor.ticks > ticks + 10)
    # Whoever starts now must not be fenced for the silence of the one that died.
    assert len(stand.supervisor.unresponsive) == told
    stand.until(
        lambda: stand.detail().endswith("It is not running; the panel goes on by itself when it is back.")
    )
    since = stand.notice()
    stand.supervisor.last_exit = End(70, ("Error: a task ended",), False, SystemClock().now())
    stand.until(lambda: "It has stopped and restarts by itself" in stand.detail())
    assert stand.notice() == since  # counted from the first loss
    stand.engine()
    stand.until(lambda: stand.panel.alive)
    session = stand.panel.session
    assert session is not None
    told = [each.text for each in notices.entries(session, stand.window.texts)]
    assert "ended with code 70: Error: a task ended" in told
    assert session is not first
    assert stand.value() == 40.0  # the last that was known, and not live
    assert not stand.pill_is_live()
    stand.engines[-1].put("mill/load", 50.0)
    stand.until(lambda: stand.value() == 50.0)
    stand.until(stand.is_over)
    assert stand.events() == ["event.engine_lost", "event.engine_exit", "event.engine_new", "event.link_up"]


def test_a_link_that_broke_to_an_engine_that_lives_is_no_new_engine(stand: Stand) -> None:
    engine = stand.engine()
    stand.panel.start()
    engine.put("mill/load", 40.0)
    stand.until(stand.pill_is_live)
    client = stand.panel._client
    assert client is not None
    client._stream.shutdown(socket.SHUT_RDWR)
    stand.until(lambda: stand.events() == ["event.engine_lost", "event.engine_back"])
    stand.until(stand.pill_is_live)


def test_an_engine_of_another_version_is_said_to_be_one_until_it_is_another(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = stand.engine()
    stand.panel.start()
    engine.put("mill/load", 40.0)
    stand.until(lambda: stand.value() == 40.0)
    session = stand.panel.session
    assert session is not None
    right = engine._server._greeting
    greetings: list[int] = []

    def spoiled() -> list[ToClient]:
        greetings.append(1)
        welcome, *_ = right()
        assert isinstance(welcome, Welcome)
        # What comes with it is of that engine's machines, which the old session does not know.
        news = EndpointNews("another", "main", LinkState.UP, 0, 0)
        return [msgspec.structs.replace(welcome, epoch=b"no epoch"), news]

    taken: list[object] = []
    monkeypatch.setattr(Session, "take", lambda _session, message: taken.append(message))
    engine._server._greeting = spoiled
    engine._call(engine._server.regreet)
    said = "It is of another version than this panel; install the same version on both."
    stand.until(lambda: stand.detail().endswith(said))
    others: list[str] = []
    monkeypatch.setattr(stand.window, "engine_lost", lambda _since, reason: others.append(reason))
    stand.until(lambda: len(greetings) >= 3)
    assert others == [], "nothing else in between"
    monkeypatch.undo()
    assert not [each for each in taken if isinstance(each, EndpointNews) and each.machine == "another"]
    told = [each.text for each in notices.entries(session, stand.window.texts)]
    assert any("the epoch cannot be inflated" in each for each in told)
    engine._server._greeting = right
    stand.until(lambda: stand.panel.alive)
    stand.until(lambda: "another version" not in stand.detail())


def test_an_engine_that_ends_before_it_was_ever_reached_says_why(stand: Stand) -> None:
    stand.supervisor.last_exit = End(1, ("Error: site.yaml:3: no such plugin",), False, SystemClock().now())
    stand.panel.start()
    stand.until(lambda: stand.detail() == "It ended with code 1: Error: site.yaml:3: no such plugin")
    assert stand.notice() == "Waiting for the data service"
    stand.engine()
    stand.until(lambda: stand.events()[:1] == ["event.engine_exit"])


def test_what_is_wrong_with_the_engine_is_said_in_german(qtbot: QtBot, tmp_path: Path) -> None:
    made = Stand(qtbot, tmp_path, language="de")
    engine = made.engine()
    try:
        made.panel.start()
        made.until(lambda: made.panel.alive)
        engine.beating = False
        made.until(lambda: made.notice().startswith("Datendienst antwortet nicht seit "))
        assert made.detail().startswith("Auf diesem Schirm ist nichts live. Er schweigt seit ")
    finally:
        made.panel.stop()
        engine.stop()


def test_news_reach_the_session(stand: Stand) -> None:
    engine = stand.engine()
    stand.panel.start()
    stand.until(lambda: stand.panel.session is not None)
    engine.broadcast(
        EndpointNews("mill", "main", LinkState.DOWN, 0, SystemClock().now().monotonic, "refused")
    )
    stand.until(lambda: "no link" in stand.notice())


def test_history_comes_to_who_asked(stand: Stand) -> None:
    engine = stand.engine()
    stand.panel.start()
    stand.until(lambda: stand.panel.session is not None)
    got: list[HistoryReply] = []
    stand.history.request(0, 5, 9, 100, got.append)
    stand.until(lambda: bool(got))
    assert (got[0].index, got[0].complete_from) == (0, 5)
    assert [(each.begin, each.end, each.points) for each in engine.requests] == [(5, 9, 100)]


class Asked:
    def __init__(self) -> None:
        self.count = 0

    def request_history(self, index: int, begin: int, end: int, points: int) -> int:
        del index, begin, end, points
        self.count += 1
        return self.count


def test_a_request_without_a_link_is_never_answered_and_never_kept() -> None:
    history = PendingHistory()
    got: list[HistoryReply] = []
    history.request(0, 0, 1, 10, got.append)
    history.attach(Asked())
    history.answer(history_reply(1))
    assert got == []


def test_requests_of_another_link_or_epoch_are_forgotten_and_their_number_is_bounded() -> None:
    history, link = PendingHistory(), Asked()
    got: list[HistoryReply] = []
    history.attach(link)
    for _ in range(WAITING + 1):
        history.request(0, 0, 1, 10, got.append)
    history.answer(history_reply(1))  # the oldest had to go
    assert got == []
    history.answer(history_reply(WAITING + 1))
    history.answer(history_reply(WAITING + 1))  # answered once
    assert len(got) == 1
    history.refuse(2)
    history.answer(history_reply(2))
    history.attach(Asked())
    history.answer(history_reply(3))
    assert len(got) == 1
