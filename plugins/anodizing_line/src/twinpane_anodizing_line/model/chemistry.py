"""What is dissolved in the baths: Faraday's law, acid balance, pH and conductivity.

Concentrations are in g/l, amounts in g, charges in A·s, lengths of film in µm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from twinpane_anodizing_line.model import film

FARADAY: Final = 96_485.332
"""C/mol (CODATA)."""
ALUMINIUM: Final = 26.9815
ALUMINA: Final = 101.961
SULFURIC_ACID: Final = 98.079
NITRIC_ACID: Final = 63.013
SODIUM_HYDROXIDE: Final = 39.997
"""g/mol."""

FILM_DENSITY: Final = 2.5
"""g/cm³ of the porous film with its pores; handbooks give 2.3 to 2.8."""


class Species(StrEnum):
    """What the model follows from bath to bath. Neutralization in a rinse is left out."""

    SULFURIC = "sulfuric"
    NITRIC = "nitric"
    CAUSTIC = "caustic"
    CLEANER = "cleaner"
    ALUMINIUM = "aluminium"
    DYE = "dye"
    NICKEL_ACETATE = "nickel acetate"


Amounts = dict[Species, float]


def aluminium_oxidized(charge: float) -> float:
    """g of metal turned into Al³⁺ by a charge: M / 3F, all current taken as oxidizing aluminium."""
    return charge * ALUMINIUM / (3 * FARADAY)


def aluminium_in_film(charge: float) -> float:
    """g of aluminium that the same charge leaves in the film: 720 rule × film density × 2 Al / Al₂O₃."""
    cubic_cm = film.GROWTH / 60.0 * charge * 1e-4 * 100.0  # µm·dm² → cm³
    return cubic_cm * FILM_DENSITY * 2 * ALUMINIUM / ALUMINA


def aluminium_dissolved(charge: float) -> float:
    """g that go into the bath: what was oxidized and is not in the film (about 22 %)."""
    return aluminium_oxidized(charge) - aluminium_in_film(charge)


ACID_PER_ALUMINIUM: Final = 1.5 * SULFURIC_ACID / ALUMINIUM
"""g of free acid bound per g of dissolved aluminium: 2 Al + 3 H₂SO₄ → Al₂(SO₄)₃ + 3 H₂."""

CAUSTIC_PER_ALUMINIUM: Final = SODIUM_HYDROXIDE / ALUMINIUM
"""g of NaOH per g of etched aluminium: Al + NaOH + 3 H₂O → NaAl(OH)₄ + 1.5 H₂."""

ETCH_HEAT: Final = 15_400.0
"""J per g of aluminium etched (415 kJ/mol for the reaction above)."""


def etch_rate(temperature: float, caustic: float) -> float:
    """µm of metal per minute in caustic soda: 1 µm/min at 55 °C and 50 g/l, doubling per 12 K (assumed)."""
    return caustic / 50.0 * math.exp2((temperature - 55.0) / 12.0)


def etched(rate: float, area: float, minutes: float) -> float:
    """g of aluminium taken from ``area`` dm² at ``rate`` µm/min: density 2.70 g/cm³."""
    return rate * minutes * 1e-4 * area * 100.0 * 2.70


def acid_ph(sulfuric: float) -> float:
    """pH of strong sulfuric acid from its mean ionic activity a± = 4^⅓ · γ± · m, γ± = 0.126 at 2 mol/kg.

    γ± by Robinson and Stokes, *Electrolyte Solutions*; molality taken as molarity. A single ion's
    activity cannot be measured, so this is a convention, as every pH below 1 is.
    """
    return -math.log10(4.0 ** (1 / 3) * 0.126 * sulfuric / SULFURIC_ACID)


BUFFER: Final = 0.03
"""mol/l of acid that move the acetate-buffered dye and seal baths by one pH unit (assumed)."""


def buffered_ph(nominal: float, contents: Mapping[Species, float], litres: float) -> float:
    """pH of a buffered bath after the sulfuric acid that racks dragged in."""
    moles = 2.0 * contents.get(Species.SULFURIC, 0.0) / SULFURIC_ACID
    return nominal - moles / litres / BUFFER


_CONDUCTIVITY: Final = {  # µS/cm per mg/l: limiting molar conductivity of the ions / molar mass
    Species.SULFURIC: (2 * 349.8 + 160.0) / SULFURIC_ACID,
    Species.NITRIC: (349.8 + 71.4) / NITRIC_ACID,
    Species.CAUSTIC: (50.1 + 198.0) / SODIUM_HYDROXIDE,
    Species.CLEANER: 1.5,
    Species.ALUMINIUM: (3 * 61.0 + 1.5 * 160.0) / ALUMINIUM,
    Species.DYE: 0.5,
    Species.NICKEL_ACETATE: 1.0,
}
FEED_CONDUCTIVITY: Final = 30.0
"""µS/cm of the deionized rinse feed (assumed)."""


def conductivity(contents: Mapping[Species, float], litres: float) -> float:
    """µS/cm of a dilute rinse: the feed's, and each species by its limiting conductivity (CRC Handbook)."""
    return FEED_CONDUCTIVITY + sum(
        _CONDUCTIVITY[species] * grams * 1000.0 / litres for species, grams in contents.items()
    )
