"""Which faults a soak throws in: the same from the same seed, all kinds, none beside another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hmi.app.bench.soak.plan import AT_A_SERVER, ENDS_THE_ENGINE, Kind, plan

MACHINES = ("mill07", "anodizing1", "load")
HOUR = 3600.0
LEAD = 3.0


@given(seed=st.integers(0, 2**32), seconds=st.floats(10, HOUR))
def test_faults_come_one_after_the_other_within_the_run(seed: int, seconds: float) -> None:
    faults = plan(seed, seconds, MACHINES, LEAD)
    assert faults == plan(seed, seconds, MACHINES, LEAD)
    end = LEAD
    for fault in faults:
        assert fault.at >= end
        end = fault.at + fault.seconds
        assert (fault.target in MACHINES) if fault.kind in AT_A_SERVER else fault.target == ""
    assert end <= max(LEAD, seconds - LEAD) + 0.01


def test_another_seed_is_another_plan() -> None:
    assert plan(1, HOUR, MACHINES, LEAD) != plan(2, HOUR, MACHINES, LEAD)


@given(seed=st.integers(0, 2**32))
def test_an_hour_has_all_kinds_at_all_machines(seed: int) -> None:
    faults = plan(seed, HOUR, MACHINES, LEAD)
    assert {fault.kind for fault in faults} == set(Kind)
    for kind in AT_A_SERVER:
        assert sum(fault.kind is kind for fault in faults) >= 10
    # Engines live long enough between for their memory to show where it goes.
    assert 0 < sum(fault.kind in ENDS_THE_ENGINE for fault in faults) < len(faults) / 12
