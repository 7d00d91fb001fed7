"""Distances on the sphere, right at the date line, the poles and the antipodes."""

from __future__ import annotations

from typing import Final

import numpy as np

from matching.engine.arrays import Float

EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius R1 of the International Union of Geodesy and Geophysics."""


def unit_vectors(latitude: Float, longitude: Float) -> Float:
    """Points on the unit sphere, 3 × n, of coordinates in degrees (two arrays of length n)."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def squared_chord(a: Float, b: Float) -> Float:
    """Squared straight-line distance of unit vectors, 3 × n each; grows with the great-circle distance."""
    x, y, z = a - b
    squared: Float = x * x + y * y + z * z
    return squared


def great_circle_km(a: Float, b: Float) -> Float:
    """Great-circle distance of unit vectors, 3 × n each.

    Twice the half-angle, from the chord and the length of the sum: unlike the arcsine of the chord alone this
    keeps its digits at the antipodes too (W. Kahan, "How futile are mindless assessments of roundoff", §12).
    """
    half_angle: Float = np.arctan2(np.sqrt(squared_chord(a, b)), np.sqrt(squared_chord(a, -b)))
    return 2 * EARTH_RADIUS_KM * half_angle


def squared_chord_of(distance_km: Float) -> Float:
    """`squared_chord` of points that far apart; half the circumference and beyond gives that of antipodes."""
    half_chord: Float = np.sin(np.minimum(distance_km / (2 * EARTH_RADIUS_KM), np.pi / 2))
    return 4 * half_chord * half_chord
