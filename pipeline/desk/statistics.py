"""Agreement of two who judged the same things: Cohen's kappa and shares with their intervals.

Plain numbers in and out. Called by `agreement`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

from reports.intervals import clopper_pearson

Z = 1.959963984540054  # the normal distribution's 97.5th percentile


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with the exact 95% interval (Clopper and Pearson 1934); all 0-1, None where `of` is 0."""

    hits: int
    of: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of `n` pairs with its 95% interval; None where it is not defined (both always said the same)."""

    n: int
    observed: float | None
    expected: float | None
    kappa: float | None
    se: float | None
    low: float | None
    high: float | None


def share(hits: int, of: int) -> Share:
    """A proportion with its exact interval."""
    if not of:
        return Share(0, 0, None, None, None)
    low, high = clopper_pearson(hits, of)
    return Share(hits, of, hits / of, low, high)


def cohen_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> Kappa:
    """Cohen's kappa (Cohen 1960, Educ Psychol Meas 20:37-46) of two raters over nominal categories.

    The interval is kappa +- 1.96 standard errors, cut at -1 and 1, with the large-sample standard error of Fleiss,
    Cohen and Everitt (1969, Psychol Bull 72:323-327):

        var = [ sum_i p_ii (1 - (p_i. + p_.i)(1 - k))^2 + (1 - k)^2 sum_{i != j} p_ij (p_.i + p_j.)^2
                - (k - p_e (1 - k))^2 ] / (n (1 - p_e)^2)
    """
    n = len(pairs)
    if not n:
        return Kappa(0, None, None, None, None, None, None)
    cells = {cell: times / n for cell, times in Counter(pairs).items()}
    rows: Counter[Hashable] = Counter()
    columns: Counter[Hashable] = Counter()
    for (one, other), part in cells.items():
        rows[one] += part  # type: ignore[assignment]
        columns[other] += part  # type: ignore[assignment]
    observed = sum(part for (one, other), part in cells.items() if one == other)
    expected = sum(rows[name] * columns[name] for name in rows)
    if expected >= 1 - 1e-12:
        return Kappa(n, observed, expected, None, None, None, None)
    kappa = (observed - expected) / (1 - expected)
    agree = sum(
        part * (1 - (rows[one] + columns[one]) * (1 - kappa)) ** 2
        for (one, other), part in cells.items()
        if one == other
    )
    differ = (1 - kappa) ** 2 * sum(
        part * (columns[one] + rows[other]) ** 2 for (one, other), part in cells.items() if one != other
    )
    variance = (agree + differ - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
    se = sqrt(max(variance, 0.0))
    return Kappa(n, observed, expected, kappa, se, max(-1.0, kappa - Z * se), min(1.0, kappa + Z * se))
