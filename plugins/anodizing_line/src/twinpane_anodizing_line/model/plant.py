"""How the nine tanks are built and charged. Sources and assumptions: README, *Figures*."""

from __future__ import annotations

from typing import Final

from twinpane_anodizing_line.model.bath import BathSpec
from twinpane_anodizing_line.model.chemistry import Species
from twinpane_anodizing_line.model.stations import Station

_ANODIZE: Final = BathSpec(
    contents={Species.SULFURIC: 180.0, Species.ALUMINIUM: 8.0},
    density=1120.0,
    specific_heat=3650.0,
    setpoint=19.5,
    open_share=1.0,
)

BATHS: Final = {
    Station.CLEAN: BathSpec(contents={Species.CLEANER: 45.0}, heater=18_000.0, setpoint=62.0),
    Station.ETCH: BathSpec(
        contents={Species.CAUSTIC: 50.0, Species.ALUMINIUM: 30.0},
        density=1060.0,
        specific_heat=3900.0,
        heater=15_000.0,
        setpoint=55.0,
    ),
    Station.RINSE_1: BathSpec(
        contents={}, feed=120.0, low=96.0, setpoint=18.0, open_share=1.0, rinse_limits=(500.0, 800.0)
    ),
    Station.DESMUT: BathSpec(
        contents={Species.NITRIC: 150.0}, density=1080.0, specific_heat=3700.0, open_share=1.0
    ),
    Station.ANODIZE_A: _ANODIZE,
    Station.ANODIZE_B: _ANODIZE,
    Station.RINSE_2: BathSpec(
        contents={}, feed=120.0, low=96.0, setpoint=18.0, open_share=1.0, rinse_limits=(500.0, 900.0)
    ),
    Station.DYE: BathSpec(contents={Species.DYE: 10.0}, heater=15_000.0, setpoint=60.0),
    Station.SEAL: BathSpec(
        contents={Species.NICKEL_ACETATE: 5.5}, heater=36_000.0, setpoint=97.0, open_share=0.3
    ),
}

NOMINAL_PH: Final = {Station.DYE: 5.6, Station.SEAL: 5.7}
"""pH of the freshly adjusted dye and seal baths."""

DOSING: Final = {Station.ANODIZE_A: (172.0, 182.0), Station.ANODIZE_B: (172.0, 182.0)}
"""g/l of free acid at which the dosing pump starts and stops."""
ACID_PUMP: Final = 40.0
"""g/s of sulfuric acid (assumed)."""
PH_LOW: Final = 5.4
"""pH at which dye and seal get ammonia, which binds the acid dragged in."""
ETCH_LOW, ETCH_HIGH, CAUSTIC_PUMP = 45.0, 52.0, 40.0
"""g/l of caustic soda at which dosing starts and stops, and its g/s (assumed)."""
