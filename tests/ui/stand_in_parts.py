"""Stand-ins for the larger parts of a screen: they count what they are asked to show."""

from __future__ import annotations

from typing import Any

from PyQt6.QtWidgets import QWidget

from hmi.present.drawn import Drawn
from hmi.present.session import Frame, Session


class StandIn(QWidget):
    def __init__(self, tags: int) -> None:
        super().__init__()
        self.tags = tags
        self.frames = 0
        self.machine = ""

    def refresh(self, frame: Frame) -> None:
        del frame
        self.frames += 1

    def drawn(self) -> Drawn:
        return Drawn.nothing(self.tags)

    def show_machine(self, machine_id: str) -> None:
        self.machine = machine_id


class StandInParts:
    def __init__(self) -> None:
        self.made: list[StandIn] = []
        self.forgotten = 0

    def follow(self, session: Session, frame: Frame) -> None:
        del session, frame

    def forget(self) -> None:
        self.forgotten += 1

    def twin(self, *given: Any) -> QWidget:
        (session,) = (each for each in given if isinstance(each, Session))
        self.made.append(StandIn(len(session.epoch.tags)))
        return self.made[-1]

    trend_strip = trends = twin
