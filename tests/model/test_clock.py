"""The machine's clock: one scale for ages that a suspend does not stop."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from hmi.model.clock import SECOND, SystemClock


def test_ages_go_on_while_the_machine_is_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    asleep = 3600 * SECOND
    real = time.clock_gettime_ns
    before = SystemClock().now().monotonic
    monkeypatch.setattr(
        time, "clock_gettime_ns", lambda of: real(of) + (asleep if of == time.CLOCK_BOOTTIME else 0)
    )
    assert SystemClock().now().monotonic - before >= asleep


def test_the_scale_is_one_for_all_processes() -> None:
    before = SystemClock().now().monotonic
    script = "from hmi.model.clock import SystemClock; print(SystemClock().now().monotonic)"
    told = int(subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True).stdout)
    assert before < told < SystemClock().now().monotonic
