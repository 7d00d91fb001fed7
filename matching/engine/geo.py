"""Points on the sphere, as arrays."""

from __future__ import annotations

import numpy as np

from matching.engine.arrays import Float


def unit_vectors(latitude: Float, longitude: Float) -> Float:
    """Points on the unit sphere, 3 × n, of coordinates in degrees (two arrays of length n)."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
