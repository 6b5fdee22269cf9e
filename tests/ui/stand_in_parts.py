"""Stand-ins for the larger parts of a screen: they count what they are asked to show."""

from __future__ import annotations

from typing import Any

from PyQt6.QtWidgets import QWidget

from hmi.present.session import Frame, Session


class StandIn(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.frames = 0
        self.machine = ""

    def refresh(self, frame: Frame) -> None:
        del frame
        self.frames += 1

    def show_machine(self, machine_id: str) -> None:
        self.machine = machine_id


class StandInParts:
    def __init__(self) -> None:
        self.made: list[StandIn] = []

    def follow(self, session: Session, frame: Frame) -> None:
        del session, frame

    def twin(self, *given: Any) -> QWidget:
        del given
        self.made.append(StandIn())
        return self.made[-1]

    trend_strip = trends = twin
