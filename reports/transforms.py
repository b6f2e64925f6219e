"""Scales on which inverse-variance methods pool proportions, and the ways back. Called by reports.pooling.

Logit: 0.5 is added to events and non-events, only in studies with none or all. Arcsine: no correction. Freeman-Tukey:
kept only to reproduce figures of others: its way back needs one invented sample size (Schwarzer 2019, PMC6767151).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Array = NDArray[np.float64]


def logit_effects(events: Array, totals: Array) -> tuple[Array, Array]:
    """Log odds and their variances 1/x + 1/(n - x)."""
    half = np.where((events == 0) | (events == totals), 0.5, 0.0)
    yes, no = events + half, totals - events + half
    return np.log(yes / no), 1 / yes + 1 / no


def arcsine_effects(events: Array, totals: Array) -> tuple[Array, Array]:
    """asin(sqrt(p)) and variances 1/(4n)."""
    return np.arcsin(np.sqrt(events / totals)), 1 / (4 * totals)


def freeman_tukey(events: Array | float, totals: Array | float) -> Array:
    """Double arcsine, half the sum (Freeman & Tukey 1950, on the scale of the arcsine above)."""
    first = np.arcsin(np.sqrt(np.asarray(events) / (np.asarray(totals) + 1)))
    second = np.arcsin(np.sqrt((np.asarray(events) + 1) / (np.asarray(totals) + 1)))
    return np.asarray(0.5 * (first + second), dtype=float)


def freeman_tukey_effects(events: Array, totals: Array) -> tuple[Array, Array]:
    """Double arcsine and variances 1/(4n + 2)."""
    return freeman_tukey(events, totals), 1 / (4 * totals + 2)


def arcsine_back(value: float, totals: Array) -> float:
    """sin² of the angle, held inside 0 to 1."""
    return float(np.sin(np.clip(value, 0.0, np.pi / 2)) ** 2)


def logit_back(value: float, totals: Array) -> float:
    """Inverse logit."""
    return float(expit(value))


def freeman_tukey_back(value: float, totals: Array) -> float:
    """Miller's 1978 inversion at the harmonic mean of the studies' sizes; beyond the ends 0 or 1."""
    size = len(totals) / float(np.sum(1 / totals))
    # the proportion 0 (or 1) of `size` people marks the end of the scale
    if value <= float(freeman_tukey(0.0, size)):
        return 0.0
    if value >= float(freeman_tukey(size, size)):
        return 1.0
    sine = np.sin(2 * value)
    inner = max(0.0, 1 - (sine + (sine - 1 / sine) / size) ** 2)
    return float(0.5 * (1 - np.sign(np.cos(2 * value)) * np.sqrt(inner)))


@dataclass(frozen=True, slots=True)
class Scale:
    """A transformation: `effects(events, totals) -> (y, v)` and `back(y, totals) -> proportion`."""

    name: str
    effects: Callable[[Array, Array], tuple[Array, Array]]
    back: Callable[[float, Array], float]


SCALES = {
    "logit": Scale("logit", logit_effects, logit_back),
    "arcsine": Scale("arcsine", arcsine_effects, arcsine_back),
    "freeman-tukey": Scale("freeman-tukey", freeman_tukey_effects, freeman_tukey_back),
}
