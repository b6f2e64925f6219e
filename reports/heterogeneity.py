"""Between-study variance and its measures for effects `y` with sampling variances `v`. Called by pooling and means.

Estimators: EE (none), DL (DerSimonian & Laird 1986), PM (Paule & Mandel 1982), ML, REML; the interval of tau² by
Q-profile (Viechtbauer 2007). Conventions are those of R's metafor, against which tests/reports/oracle holds them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Array = NDArray[np.float64]
METHODS = ("EE", "DL", "REML", "PM", "ML")


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Cochran's Q with df and p; tau² with its Q-profile interval; I² in percent; H² (1 means none)."""

    q: float
    q_df: int
    q_p: float
    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    h2: float


def weighted_mean(y: Array, weights: Array) -> float:
    """Sum of weights * y over the sum of weights."""
    return float(np.sum(weights * y) / np.sum(weights))


def generalised_q(tau2: float, y: Array, v: Array) -> float:
    """Q at a given tau²: the weighted squares about the mean, weights 1/(v + tau²)."""
    weights = 1 / (v + tau2)
    return float(np.sum(weights * (y - weighted_mean(y, weights)) ** 2))


def typical_variance(v: Array) -> float:
    """The typical sampling variance of Higgins & Thompson 2002, equation 9."""
    weights = 1 / v
    return float((len(v) - 1) / (np.sum(weights) - np.sum(weights**2) / np.sum(weights)))


def _dersimonian_laird(y: Array, v: Array) -> float:
    weights = 1 / v
    scale = np.sum(weights) - np.sum(weights**2) / np.sum(weights)
    return max(0.0, float((generalised_q(0.0, y, v) - (len(y) - 1)) / scale))


def _solve_q(target: float, y: Array, v: Array) -> float:
    """The tau² >= 0 at which the (decreasing) generalised Q equals `target`; 0 where it is below already."""
    if generalised_q(0.0, y, v) <= target:
        return 0.0
    high = max(1.0, float(np.max(v)), float(np.var(y)))
    while generalised_q(high, y, v) > target:
        high *= 2
    return float(optimize.brentq(lambda t: generalised_q(t, y, v) - target, 0.0, high, xtol=1e-15, rtol=1e-14))


def _paule_mandel(y: Array, v: Array) -> float:
    return _solve_q(float(len(y) - 1), y, v)


def _log_likelihood(tau2: float, y: Array, v: Array, restricted: bool) -> float:
    weights = 1 / (v + tau2)
    value = 0.5 * np.sum(np.log(weights)) - 0.5 * generalised_q(tau2, y, v)
    return float(value - 0.5 * np.log(np.sum(weights)) if restricted else value)


def _fisher_scoring(y: Array, v: Array, restricted: bool) -> float:
    """Maximise the (restricted) likelihood from the Hedges-Olkin start; 0 where that is at least as likely."""
    tau2 = max(0.0, float(np.var(y, ddof=1) - np.mean(v)))
    for _ in range(5000):
        weights = 1 / (v + tau2)
        total = np.sum(weights)
        residual = weights * (y - weighted_mean(y, weights))  # P y
        # y'PPy, tr P and tr PP for a model with an intercept alone
        score = float(np.sum(residual**2))
        if restricted:
            trace = total - np.sum(weights**2) / total
            information = np.sum(weights**2) - 2 * np.sum(weights**3) / total + (np.sum(weights**2) / total) ** 2
        else:
            trace, information = total, np.sum(weights**2)
        step = float((score - trace) / information)
        while tau2 + step < 0:
            step /= 2
        tau2 += step
        if abs(step) <= 1e-13 * max(1.0, tau2):
            break
    at_zero = _log_likelihood(0.0, y, v, restricted) >= _log_likelihood(tau2, y, v, restricted)
    return 0.0 if at_zero else tau2


_ESTIMATORS: dict[str, Callable[[Array, Array], float]] = {
    "EE": lambda y, v: 0.0,
    "DL": _dersimonian_laird,
    "PM": _paule_mandel,
    "REML": lambda y, v: _fisher_scoring(y, v, restricted=True),
    "ML": lambda y, v: _fisher_scoring(y, v, restricted=False),
}


def tau_squared(y: Array, v: Array, method: str = "REML") -> float:
    """The between-study variance by `method`, never negative; 0 for one study. ValueError for an unknown name."""
    if method not in _ESTIMATORS:
        raise ValueError(f"unknown tau² estimator {method!r}; use one of {', '.join(METHODS)}")
    return _ESTIMATORS[method](y, v) if len(y) > 1 else 0.0


def q_profile(y: Array, v: Array, level: float = 0.95) -> tuple[float, float]:
    """Interval of tau² from the chi² distribution of the generalised Q; (0, 0) where even no variance is too much."""
    df = len(y) - 1
    low = _solve_q(float(stats.chi2.ppf((1 + level) / 2, df)), y, v)
    high = _solve_q(float(stats.chi2.ppf((1 - level) / 2, df)), y, v)
    return low, high


def describe(y: Array, v: Array, tau2: float, fixed: bool = False, level: float = 0.95) -> Heterogeneity:
    """All measures for a given tau². `fixed` (equal effects) takes I² and H² from Q alone, as metafor does."""
    df = len(y) - 1
    q = generalised_q(0.0, y, v)
    if df == 0:
        return Heterogeneity(0.0, 0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    if fixed:
        i2 = max(0.0, 100 * (q - df) / q) if q > 0 else 0.0
        h2 = q / df
    else:
        typical = typical_variance(v)
        i2, h2 = 100 * tau2 / (typical + tau2), tau2 / typical + 1
    low, high = q_profile(y, v, level)
    return Heterogeneity(q, df, float(stats.chi2.sf(q, df)), tau2, low, high, i2, h2)
