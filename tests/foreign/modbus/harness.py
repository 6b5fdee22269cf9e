"""The contract's device over libmodbus, a Modbus stack in C that is not ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from hmi.model.values import Scalar, Value
from hmi.sources.modbus import codec
from tests.sources.contract.modbus_harness import ADDRESSES, COUNT, FIRST, ModbusHarness

_BECOME = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"
"""The device is started by Python and is then the program itself, under the same pid."""


def foreign(program: Path, line: Callable[[int], Sequence[str]]) -> Callable[[int], list[str]]:
    """The command of the device; ``line`` gives what says where it serves."""
    return lambda port: ["-c", _BECOME, str(program), *line(port), str(FIRST), str(COUNT)]


class LibmodbusHarness(ModbusHarness):
    """A `ModbusHarness` whose device takes registers, and lines of words."""

    async def _ask(self, what: str, name: str, value: Value | None = None) -> int:
        address = ADDRESSES[name]
        words = [what, str(address.address)]
        if value is not None:
            assert isinstance(value, Scalar)
            words += map(str, _registers(name, value))
        return int((await self._device.ask({"line": " ".join(words)}))["writes"])


def _registers(name: str, value: Scalar) -> list[int]:
    if name == "a_bool":
        return [codec.to_masked(value, ADDRESSES[name])[1]]
    return codec.to_registers(value, ADDRESSES[name])
