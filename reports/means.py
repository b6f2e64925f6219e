"""Ages and other means: what studies print (mean and SD, median and quartiles or range) to one pooled mean.

Ranges are never averaged: the smallest minimum and the largest maximum are reported. Skewed summaries are withheld from
pooling (Shi, Luo, Wan, Liu & Tong 2023). Called by reports.compare.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import stats

from reports.pooling import inverse_variance

LEAST_PEOPLE = 5  # the conversions are not defined for fewer


class SummaryError(ValueError):
    """A summary that cannot be: values out of order, or too few people to convert."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean, standard deviation and number of people of one study; `skewed` when the summary fails the skewness test."""

    mean: float
    sd: float
    n: int
    skewed: bool = False


def _check(n: int, *values: float) -> None:
    if n < LEAST_PEOPLE:
        raise SummaryError(f"n = {n}: a mean from a median needs at least {LEAST_PEOPLE} people; leave the study out")
    if list(values) != sorted(values):
        raise SummaryError(f"{values}: minimum, quartiles, median and maximum must ascend; check the source sentence")
    if values[0] == values[-1]:
        raise SummaryError(f"{values}: no spread between the ends; check the source sentence")


def _range_sd(a: float, b: float, n: int) -> float:
    return (b - a) / (2 * float(stats.norm.ppf((n - 0.375) / (n + 0.25))))


def _quartile_sd(q1: float, q3: float, n: int) -> float:
    return (q3 - q1) / (2 * float(stats.norm.ppf((0.75 * n - 0.125) / (n + 0.25))))


def _lean(low: float, middle: float, high: float) -> float:
    return abs(low + high - 2 * middle) / (high - low) if high > low else 0.0


def from_range(minimum: float, median: float, maximum: float, n: int) -> Moments:
    """Mean by Luo 2018, SD by Wan 2014, skewness by Shi 2023 (its scenario 1). Raises SummaryError."""
    _check(n, minimum, median, maximum)
    w = 4 / (4 + n**0.75)
    skewed = _lean(minimum, median, maximum) > 1.01 / math.log(n + 9) + 2.43 / (n + 1)
    return Moments(w * (minimum + maximum) / 2 + (1 - w) * median, _range_sd(minimum, maximum, n), n, skewed)


def from_quartiles(q1: float, median: float, q3: float, n: int) -> Moments:
    """Mean by Luo 2018, SD by Wan 2014, skewness by Shi 2023 (its scenario 2). Raises SummaryError."""
    _check(n, q1, median, q3)
    w = 0.7 + 0.39 / n
    skewed = _lean(q1, median, q3) > 2.66 / math.sqrt(n) - 5.92 / n**2
    return Moments(w * (q1 + q3) / 2 + (1 - w) * median, _quartile_sd(q1, q3, n), n, skewed)


def from_five_numbers(minimum: float, q1: float, median: float, q3: float, maximum: float, n: int) -> Moments:
    """Mean by Luo 2018, SD by Shi 2020, skewness by Shi 2023 (its scenario 3). Raises SummaryError."""
    _check(n, minimum, q1, median, q3, maximum)
    w1, w2 = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
    mean = w1 * (minimum + maximum) / 2 + w2 * (q1 + q3) / 2 + (1 - w1 - w2) * median
    theta = 1 / (1 + 0.07 * n**0.6)
    sd = theta * _range_sd(minimum, maximum, n) + (1 - theta) * _quartile_sd(q1, q3, n)
    ends = 2.65 * math.log(0.6 * n) / math.sqrt(n) * _lean(minimum, median, maximum)
    skewed = max(ends, _lean(q1, median, q3)) > 2.97 / math.sqrt(n) - 39.1 / n**3
    return Moments(mean, sd, n, skewed)


def to_moments(
    n: int,
    mean: float | None = None,
    sd: float | None = None,
    median: float | None = None,
    quartiles: tuple[float, float] | None = None,
    extremes: tuple[float, float] | None = None,
) -> Moments | None:
    """The best the printed summary allows: mean and SD as they are, else from the median; None if neither will do."""
    if mean is not None and sd is not None and sd > 0 and n > 1:
        return Moments(mean, sd, n)
    if median is None:
        return None
    if quartiles and extremes:
        return from_five_numbers(extremes[0], quartiles[0], median, quartiles[1], extremes[1], n)
    if quartiles:
        return from_quartiles(quartiles[0], median, quartiles[1], n)
    if extremes:
        return from_range(extremes[0], median, extremes[1], n)
    return None


def combine(parts: Sequence[Moments]) -> Moments:
    """Mean and SD of all people of several arms (Cochrane Handbook, table 6.5.2.a, for any number of arms)."""
    n = sum(part.n for part in parts)
    mean = sum(part.n * part.mean for part in parts) / n
    squares = sum((part.n - 1) * part.sd**2 + part.n * (part.mean - mean) ** 2 for part in parts)
    return Moments(mean, math.sqrt(squares / (n - 1)), n, any(part.skewed for part in parts))


@dataclass(frozen=True, slots=True)
class PooledMean:
    """A pooled mean with interval and prediction interval (t, `df`), and the mean weighted by people alone.

    `withheld` counts the studies left out as skewed. `note` says what replaced the model for a single study.
    """

    k: int
    total: int
    withheld: int
    estimate: float
    low: float
    high: float
    df: int | None
    prediction_low: float | None
    prediction_high: float | None
    weighted_by_people: float
    tau2: float
    i2: float
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)


def pool_means(studies: Iterable[Moments], method: str = "REML", level: float = 0.95) -> PooledMean | None:
    """Pool raw means by inverse variance (Hartung-Knapp, never narrower than Wald); None if no study can be pooled.

    One study gives its own t interval. A prediction interval needs three studies.
    """
    given = list(studies)
    used = [s for s in given if not s.skewed and s.sd > 0 and s.n > 1]
    if not used:
        return None
    total = sum(s.n for s in used)
    weighted = sum(s.n * s.mean for s in used) / total
    withheld = sum(s.skewed for s in given)
    if len(used) == 1:
        only = used[0]
        half = float(stats.t.ppf((1 + level) / 2, only.n - 1)) * only.sd / math.sqrt(only.n)
        low, high = only.mean - half, only.mean + half
        note = "one study: its own t interval"
        return PooledMean(1, total, withheld, only.mean, low, high, only.n - 1, None, None, weighted, 0.0, 0.0, note)
    y, v = np.array([s.mean for s in used]), np.array([s.sd**2 / s.n for s in used])
    average = inverse_variance(y, v, method=method, level=level)
    predicted = len(used) > 2
    return PooledMean(
        len(used),
        total,
        withheld,
        average.b,
        average.low,
        average.high,
        average.df,
        average.prediction_low if predicted else None,
        average.prediction_high if predicted else None,
        weighted,
        average.heterogeneity.tau2,
        average.heterogeneity.i2,
    )


@dataclass(frozen=True, slots=True)
class Extremes:
    """The smallest minimum and the largest maximum of `k` studies."""

    low: float
    high: float
    k: int


def extremes(ranges: Iterable[tuple[float, float]]) -> Extremes | None:
    """Smallest minimum, largest maximum and how many studies give a range; None when none does."""
    pairs = list(ranges)
    if not pairs:
        return None
    return Extremes(min(low for low, _ in pairs), max(high for _, high in pairs), len(pairs))
