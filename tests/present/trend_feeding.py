"""A trend that is fed by hand, and an engine's past that answers when the test says so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hmi.config.tags import TagDescription
from hmi.link.messages import HistoryReply
from hmi.model.values import ValueType
from hmi.present.trend_feed import TrendFeed
from hmi.testing.hand_fed import HandFed


class Past:
    """An engine's history of one rising signal, answered when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, int, Callable[[HistoryReply], None]]] = []

    def request(
        self, index: int, begin_utc: int, end_utc: int, points: int, reply: Callable[[HistoryReply], None]
    ) -> None:
        self.asked.append((index, begin_utc, end_utc, reply))

    def answer(
        self, times: list[int], values: list[float], bad: tuple[int, ...] = (), since: int = 0
    ) -> None:
        index, _, _, reply = self.asked.pop(0)
        severity = np.zeros(len(times), np.uint8)
        severity[list(bad)] = 2
        reply(
            HistoryReply(
                1,
                index,
                np.array(times, "<i8").tobytes(),
                np.array(values, "<f8").tobytes(),
                severity.tobytes(),
                since,
            )
        )


def feeding() -> tuple[HandFed, Past, TrendFeed]:
    fed = HandFed({"t": TagDescription(max_age=1.0), "s": TagDescription(type=ValueType.STRING)})
    past = Past()
    feed = TrendFeed(fed.session, past)
    feed.follow([0])
    return fed, past, feed
