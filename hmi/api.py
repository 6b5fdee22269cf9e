"""Everything that a machine plugin may import from Twinpane, besides `hmi.simulation` and, in its tests,
`hmi.testing`.

The promise: within one `API_VERSION` nothing here is removed, renamed or given another meaning; things
may be added. A plugin states the version that it was written for in machine.yaml (``api_version``); a
plugin of another version is quarantined, by name and with the reason, and the others run on.
Nothing else under ``hmi`` is promised. How to go about it: ``docs/how-to/write-a-machine-plugin.md``.

What there is:

* hooks: mark a function ``@hookimpl`` in the plugin's package; the one hook of this version is
  ``twinpane_simulator() -> Simulator | None`` (`Simulator` says what a simulator must do);
* values: `ValueType`, lanes (`to_lane`, `from_lane`), strings and arrays (`pack_side`, `unpack_side`);
* quality: `status`, the OPC UA StatusCodes, and `Severity`;
* time: `Instant`, `Clock`, and `SystemClock` or, in tests, `ManualClock`; ``MILLISECOND``, ``SECOND``;
* context: `ContextKey`, the questions about what a machine is working on.
"""

from __future__ import annotations

from hmi.machines.hookspecs import API_VERSION, Simulator, hookimpl
from hmi.model import status
from hmi.model.clock import MILLISECOND, NO_TIME, SECOND, Clock, Instant, ManualClock, SystemClock
from hmi.model.context import ContextKey
from hmi.model.status import Severity
from hmi.model.values import Scalar, Value, ValueType, from_lane, pack_side, to_lane, unpack_side

__all__ = [
    "API_VERSION",
    "MILLISECOND",
    "NO_TIME",
    "SECOND",
    "Clock",
    "ContextKey",
    "Instant",
    "ManualClock",
    "Scalar",
    "Severity",
    "Simulator",
    "SystemClock",
    "Value",
    "ValueType",
    "from_lane",
    "hookimpl",
    "pack_side",
    "status",
    "to_lane",
    "unpack_side",
]
