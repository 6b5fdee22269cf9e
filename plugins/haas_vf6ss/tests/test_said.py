"""What is told to clients: changes alone, each at its pace, and nothing new from a sensor that fails."""

from __future__ import annotations

import itertools
from collections import Counter

from twinpane_haas_vf6ss.faults import VIBRATION, Spells
from twinpane_haas_vf6ss.model import Mill
from twinpane_haas_vf6ss.simulator import LEAD_IN, Said

from hmi.api import Value, status


class Recorder:
    def __init__(self) -> None:
        self.updates: list[tuple[str, Value, int, int | None]] = []

    def set(self, node: str, value: Value, status: int, source_time: int | None) -> None:
        self.updates.append((node, value, status, source_time))

    def of(self, node: str) -> list[tuple[Value, int]]:
        return [(value, code) for name, value, code, _ in self.updates if name == node]


def told(seconds: int) -> Recorder:
    mill, recorder, spells = Mill(), Recorder(), Spells(seed=1)
    said = Said(recorder)
    mill.step(LEAD_IN)
    for tick in range(seconds * 40):
        mill.step(0.025)
        said.tell(mill, tick / 40, spells, tick)
    return recorder


def test_live_signals_come_at_40_hz_and_only_changes_are_told() -> None:
    recorder = told(5)
    counts = Counter(node for node, *_ in recorder.updates)
    assert counts["Monitoring.Axes.X.WorkPosition"] > 100
    assert 5 <= counts["Monitoring.Spindle.Temperature"] <= 26
    assert counts["Production.Job.PartName"] == 1
    for node in counts:
        pairs = recorder.of(node)
        assert all(a != b for a, b in itertools.pairwise(pairs)), node


def test_a_sensor_that_fails_keeps_its_last_value() -> None:
    pairs = told(40).of(VIBRATION)
    bad = [i for i, (_, code) in enumerate(pairs) if code == status.BAD_SENSOR_FAILURE]
    assert len(bad) == 1
    assert pairs[bad[0]][0] == pairs[bad[0] - 1][0]
    assert pairs[-1][1] == status.GOOD
