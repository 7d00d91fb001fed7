"""Levels of heat and steam: which serves which, what lifting heat costs in power, and what a month delivers.

Pure: no database, no clock, no state. Temperatures in °C unless a name says kelvin, differences in K, pressures in bar
absolute, energies in MWh.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

KELVIN: Final = 273.15
HEAT_PUMP_SHARE: Final = 0.5
"""What a heat pump reaches of the Lorenz COP. Danish Energy Agency, technology data, sheets "compression heat pump,
excess heat" (25 to 15 °C lifted to 40 to 70 °C): 4.6 at 3 MW and 5.1 at 10 MW, that is 0.49 and 0.54."""
METHANE_MWH_PER_T: Final = 50.0 / 3.6
"""Lower heating value, 50.0 MJ/kg."""

MONTHS: Final = 12
LEAST_BAR, MOST_BAR = 0.00611213, 220.64
"""Between the triple and the critical point of water: what has a temperature of saturation."""

# IAPWS-IF97, table 34: the line of saturation.
_N: Final = (
    *(0.11670521452767e4, -0.72421316703206e6, -0.17073846940092e2, 0.12020824702470e5, -0.32325550322333e7),
    *(0.14915108613530e2, -0.48232657361591e4, 0.40511340542057e6, -0.23855557567849, 0.65017534844798e3),
)
_BAR_PER_MPA: Final = 10.0


def log_mean_kelvin(warm: float, cold: float) -> float:
    """Return the logarithmic mean of two temperatures (°C) in kelvin: at which heat is taken or given as it glides."""
    if warm == cold:
        return warm + KELVIN
    return (warm - cold) / math.log((warm + KELVIN) / (cold + KELVIN))


def lorenz_cop(source: tuple[float, float], sink: tuple[float, float]) -> float:
    """Return the COP of a loss-free heat pump between two streams that glide: T_sink ÷ (T_sink − T_source), both
    logarithmic means (Lorenz 1894). `source` from warm to cold, `sink` from cold to warm, in °C.

    Where neither stream glides this is Carnot's. ValueError where the source is as warm as the sink: nothing to lift.
    """
    below, above = log_mean_kelvin(*source), log_mean_kelvin(*sink)
    if below >= above:
        raise ValueError(f"a source at {below:.1f} K needs no heat pump to serve {above:.1f} K")
    return above / (above - below)


def heat_pump_cop(
    source: tuple[float, float], sink: tuple[float, float], *, share: float = HEAT_PUMP_SHARE
) -> float:
    """Return heat delivered per power: the Lorenz COP times the share that a machine reaches; never below 1."""
    return max(share * lorenz_cop(source, sink), 1.0)


def lifted(cop: float) -> tuple[float, float]:
    """Return the heat delivered and the power used per unit of heat taken from the source: COP ÷ (COP − 1) and
    1 ÷ (COP − 1), since what is delivered is source and power together. ValueError for a COP of 1 or less."""
    if cop <= 1.0:
        raise ValueError(f"a COP of {cop} takes nothing from its source; it must be above 1")
    return cop / (cop - 1.0), 1.0 / (cop - 1.0)


def saturation_c(bar: Floats | float) -> Floats:
    """Return the temperature at which steam of a pressure condenses; NaN outside LEAST_BAR to MOST_BAR.

    IAPWS-IF97, equation 31. Exact to the digits of its table 36, as 453.035632 K at 10 bar.
    """
    pressure = np.asarray(bar, np.float64)
    inside = (pressure >= LEAST_BAR) & (pressure <= MOST_BAR)
    beta = np.where(inside, pressure / _BAR_PER_MPA, np.nan) ** 0.25
    e = beta * beta + _N[2] * beta + _N[5]
    f = _N[0] * beta * beta + _N[3] * beta + _N[6]
    g = _N[1] * beta * beta + _N[4] * beta + _N[7]
    d = 2 * g / (-f - np.sqrt(f * f - 4 * e * g))
    total = _N[9] + d
    kelvin: Floats = (total - np.sqrt(total * total - 4 * (_N[8] + _N[9] * d))) / 2
    return kelvin - KELVIN


def saturation_bar(celsius: Floats | float) -> Floats:
    """Return the pressure at which steam condenses at a temperature, from 0 to 373.946 °C; NaN outside.

    IAPWS-IF97, equation 30, as 26.3889776 bar at 500 K.
    """
    kelvin = np.asarray(celsius, np.float64) + KELVIN
    kelvin = np.where((kelvin >= KELVIN) & (kelvin <= 647.096), kelvin, np.nan)
    theta = kelvin + _N[8] / (kelvin - _N[9])
    a = theta * theta + _N[0] * theta + _N[1]
    b = _N[2] * theta * theta + _N[3] * theta + _N[4]
    c = _N[5] * theta * theta + _N[6] * theta + _N[7]
    pressure: Floats = (2 * c / (-b + np.sqrt(b * b - 4 * a * c))) ** 4 * _BAR_PER_MPA
    return pressure


def serves(offered: float, asked: float, approach: float = 0.0) -> bool:
    """Whether heat (°C) or steam (bar) offered reaches what is asked, less the approach of the exchanger between."""
    return offered - approach >= asked


def delivered_by_month(
    offered: Sequence[float],
    offered_level: Sequence[float],
    sought: Sequence[float],
    sought_level: Sequence[float],
    *,
    approach: float,
) -> list[float]:
    """Return what meets in each of the twelve months: the smaller amount where the level suffices, else nothing.

    Nothing is carried from month to month, and what is warm enough in summer serves no winter.
    """
    columns = (offered, offered_level, sought, sought_level)
    if any(len(column) != MONTHS for column in columns):
        raise ValueError("amounts and levels need twelve values each, January first")
    return [
        min(have, want) if serves(level, asked, approach) else 0.0
        for have, level, want, asked in zip(*columns, strict=True)
    ]


def vented_kg_per_mwh(warming_potential: float) -> float:
    """Return kg CO2e of letting a MWh (lower heating value) of methane into the air instead of burning it."""
    return warming_potential * 1000.0 / METHANE_MWH_PER_T
