# ruff: noqa: D102 - each test's name is its sentence of the contract
"""What the engine must see of a machine plugin's running simulator."""

from __future__ import annotations

import asyncio
import math
from typing import ClassVar, Final

import pytest

from hmi.machines.files import PluginFiles
from hmi.machines.simulators import simulator_of
from hmi.model import status
from hmi.model.status import Severity
from hmi.testing.plugin_run import Seen, by_cause, watch
from hmi.testing.plugin_under_test import PATIENCE, PluginUnderTest, installed

MISTAKES: Final = frozenset(
    (
        status.BAD_CONFIGURATION_ERROR,
        status.BAD_DECODING_ERROR,
        status.BAD_ENCODING_LIMITS_EXCEEDED,
        status.BAD_NODE_ID_INVALID,
        status.BAD_NODE_ID_UNKNOWN,
        status.BAD_NOT_SUPPORTED,
        status.BAD_TYPE_MISMATCH,
    )
)
"""What no device says of itself: the tag map and the machine do not fit each other."""

DELIBERATE: Final = frozenset(
    (
        status.BAD_DEVICE_FAILURE,
        status.BAD_NOT_CONNECTED,
        status.BAD_OUT_OF_SERVICE,
        status.BAD_SENSOR_FAILURE,
    )
)
"""What a device says of a single item: a simulator that sends these means it."""

_CODE: Final = 0xFFFF_0000
"""The part of a StatusCode that names it; below are flags (OPC 10000-4, 7.39)."""


class RunningMachineContract(PluginUnderTest):
    """Each test states one sentence of the contract, over one run of the machine.

    ``watched``  seconds for which the machine is watched after every tag has had a value. A minute shows
                 more; a plugin may keep that for the longer of two test classes.
    """

    watched: ClassVar[float] = 60.0

    @pytest.fixture(scope="class")
    @classmethod
    def seen(cls, tmp_path_factory: pytest.TempPathFactory) -> Seen:
        """What the engine saw of the simulator, which ran in a process of its own."""
        plugin = installed(cls.plugin_id)
        simulator = simulator_of(plugin)
        assert simulator is not None, "the plugin's hook twinpane_simulator gives none"
        folder, endpoints = tmp_path_factory.mktemp("contract"), dict(simulator.endpoints)
        return asyncio.run(watch(plugin, endpoints, folder, patience=PATIENCE, seconds=cls.watched))

    def test_every_tag_gets_a_value(self, seen: Seen) -> None:
        """A good or an uncertain one, or one that is Bad by what the device says of it."""
        without = [
            name
            for name, tag in seen.tags.items()
            if not any(
                status.severity(code) is not Severity.BAD or code & _CODE in DELIBERATE
                for code in tag.statuses
            )
        ]
        assert not without, f"{by_cause(seen, without)}; last news: {seen.news[-5:]}"

    def test_every_tag_fits_what_is_on_the_wire(self, seen: Seen) -> None:
        wrong = [
            name for name, tag in seen.tags.items() if {code & _CODE for code in tag.statuses} & MISTAKES
        ]
        assert not wrong, by_cause(seen, wrong)
        cut = [name for name, tag in seen.tags.items() if tag.cut]
        assert not cut, f"longer than the tag's capacity: {cut}"

    def test_every_value_is_within_its_range(self, seen: Seen, files: PluginFiles) -> None:
        outside = {}
        for name, tag in files.entries.items():
            span, found = tag.range, seen.tags[name]
            if span is not None and math.isfinite(found.low):
                slack = 1e-9 * max(abs(span.low), abs(span.high))  # scaling by 0.1 and back
                if found.low < span.low - slack or found.high > span.high + slack:
                    outside[name] = f"{found.low} … {found.high}, range {span.low} … {span.high}"
        assert not outside

    def test_every_state_that_is_seen_has_a_label(self, seen: Seen, files: PluginFiles) -> None:
        for name, tag in files.entries.items():
            found = seen.tags[name]
            if tag.labels and math.isfinite(found.low):
                assert min(tag.labels) <= found.low <= found.high <= max(tag.labels), name
