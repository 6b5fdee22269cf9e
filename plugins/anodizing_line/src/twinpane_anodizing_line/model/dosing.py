"""Etching, and the dosing that holds the baths' chemistry."""

from __future__ import annotations

from collections.abc import Mapping

from twinpane_anodizing_line.model import chemistry, plant
from twinpane_anodizing_line.model.bath import Bath
from twinpane_anodizing_line.model.chemistry import Species
from twinpane_anodizing_line.model.stations import Station


def etch(bath: Bath, dt: float) -> float:
    """Dissolve metal from the rack in the etch for ``dt`` s; the W of reaction heat."""
    if bath.rack is None:
        return 0.0
    rate = chemistry.etch_rate(bath.temperature, bath.concentration(Species.CAUSTIC))
    grams = chemistry.etched(rate, bath.rack.job.area, dt / 60.0)
    bath.add(Species.ALUMINIUM, grams)
    bath.add(Species.CAUSTIC, -grams * chemistry.CAUSTIC_PER_ALUMINIUM)
    return grams * chemistry.ETCH_HEAT / dt


def ph(station: Station, bath: Bath) -> float:
    """pH of an anodizing, dye or seal bath.

    Raises:
        KeyError: the station has no pH probe.
    """
    if station in plant.DOSING:
        return chemistry.acid_ph(bath.concentration(Species.SULFURIC))
    return chemistry.buffered_ph(plant.NOMINAL_PH[station], bath.contents, bath.volume * 1000.0)


def dose(baths: Mapping[Station, Bath], dt: float) -> None:
    """Two-point dosing of all baths for ``dt`` s."""
    for station, (low, high) in plant.DOSING.items():
        _two_point(baths[station], Species.SULFURIC, low, high, plant.ACID_PUMP * dt)
    etching = baths[Station.ETCH]
    _two_point(etching, Species.CAUSTIC, plant.ETCH_LOW, plant.ETCH_HIGH, plant.CAUSTIC_PUMP * dt)
    for station in plant.NOMINAL_PH:
        if ph(station, baths[station]) < plant.PH_LOW:
            baths[station].contents[Species.SULFURIC] = 0.0


def _two_point(bath: Bath, species: Species, low: float, high: float, grams: float) -> None:
    concentration = bath.concentration(species)
    if concentration < low or (species in bath.dosing and concentration < high):
        bath.dosing.add(species)
        bath.add(species, grams)
    else:
        bath.dosing.discard(species)
