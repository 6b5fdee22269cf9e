"""What a site file may say and hardly means: milliseconds for seconds, a slip in a rate, one device twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hmi.config.endpoints import Endpoint
from hmi.config.modbus import ModbusEndpoint
from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.problems import Problem
from hmi.config.site import Site, SiteMachine
from hmi.config.yaml_file import Loaded
from hmi.config.yaml_text import DataPath
from hmi.machines.lint.same_device import device_of

LONGEST: Final[Mapping[str, float]] = {
    "paces.live": 10,
    "paces.normal": 60,
    "paces.slow": 900,
    "publishing": 10,
    "timeout": 60,
}
"""Seconds from which on a duration was hardly meant: an operator would look at a value that is older."""

RATES: Final = (
    *(300, 600, 1200, 1800, 2400, 4800, 9600, 14_400, 19_200, 28_800, 38_400, 56_000, 57_600, 76_800),
    *(115_200, 125_000, 128_000, 230_400, 250_000, 256_000, 460_800, 500_000, 576_000, 921_600),
    *(1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000, 4_000_000),
)
"""Bit rates that serial ports and devices are set to."""

_SLIP: Final = 0.02
"""A rate nearer than this to a usual one is meant to be that; ports bear about as much between two clocks."""


def check(site: Loaded[Site]) -> Iterator[Problem]:
    """What is told by ``twinpane lint`` alone: the engine does as the file says."""
    if site.model is None:
        return
    seen: dict[tuple[object, ...], DataPath] = {}
    for position, machine in enumerate(site.model.machines):
        for name, endpoint in machine.endpoints.items():
            here: DataPath = ("machines", position, "endpoints", name)
            yield from _durations(site, here, endpoint)
            yield from _rate(site, here, endpoint)
            if (device := _items(machine, name, endpoint)) is None:
                continue
            there = seen.setdefault(device, here)
            if there != here:
                yield _twice(site, here, there)


def _durations(site: Loaded[Site], here: DataPath, endpoint: Endpoint) -> Iterator[Problem]:
    said = endpoint.model_dump()
    for key, longest in LONGEST.items():
        outer, _, inner = key.partition(".")
        seconds = said.get(outer)
        if inner and isinstance(seconds, dict):
            seconds = seconds[inner]
        if isinstance(seconds, float) and seconds >= longest:
            path = (*here, *key.split("."))
            text = (
                f"{'.'.join(map(str, path))}: found {seconds:g} seconds, expected less than {longest:g} (if "
                f"milliseconds are meant: {seconds / 1000:g})"
            )
            yield site.problem(text, *path)


def _rate(site: Loaded[Site], here: DataPath, endpoint: Endpoint) -> Iterator[Problem]:
    if not isinstance(endpoint, ModbusEndpoint) or endpoint.serial is None:
        return
    baud = endpoint.serial.baud
    usual = min(RATES, key=lambda rate: abs(rate - baud))
    if 0 < abs(usual - baud) <= _SLIP * usual:
        path = (*here, "serial", "baud")
        yield site.problem(f"{'.'.join(map(str, path))}: found {baud}, did you mean {usual}?", *path)


def _items(machine: SiteMachine, name: str, endpoint: Endpoint) -> tuple[object, ...] | None:
    """Equal where two machines read the very same items; None: nothing is known to be shared."""
    if any("address" in override for override in machine.tags.values()):
        return None  # the site itself tells them apart
    if isinstance(endpoint, MtconnectEndpoint):
        device: tuple[object, ...] | None = (endpoint.url.rstrip("/").casefold(), endpoint.device)
    else:
        device = device_of(endpoint)
    if device is None:
        return None
    unit = endpoint.unit if isinstance(endpoint, ModbusEndpoint) else None
    return (machine.plugin, name, *device, 1 if unit is None else unit)


def _twice(site: Loaded[Site], here: DataPath, there: DataPath) -> Problem:
    text = (
        f"{'.'.join(map(str, here))}: leads to the same device as {'.'.join(map(str, there))} "
        f"({site.document.file.name}:{site.document.line(*there)}), and both machines are of one type: they "
        "would show the same values; expected another address or `unit`"
    )
    return site.problem(text, *here)
