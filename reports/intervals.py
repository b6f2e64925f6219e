"""Confidence intervals for the proportion of one study: counts in, (low, high) out. Called by pooling and evidence."""

from __future__ import annotations

import math

from scipy import stats

Interval = tuple[float, float]


class CountError(ValueError):
    """A count of people that cannot be: events outside 0..total, no people at all, or not a whole number."""


def check_counts(events: float, total: float) -> tuple[int, int]:
    """The pair as whole numbers. Raises CountError unless 0 <= events <= total, total >= 1, both whole."""
    if events != int(events) or total != int(total):
        raise CountError(f"{events}/{total}: counts must be whole numbers; give people, not percentages")
    if total < 1:
        raise CountError(f"{events}/{total}: a study needs at least one person at risk; leave the study out")
    if not 0 <= events <= total:
        raise CountError(f"{events}/{total}: events must lie between 0 and the total; check the source sentence")
    return int(events), int(total)


def clopper_pearson(events: int, total: int, level: float = 0.95) -> Interval:
    """Exact interval by inverting two binomial tails (Clopper & Pearson 1934).

    With 0 or all events the free limit is the exact one-sided limit at (1 + level) / 2, so 97.5 % by default.
    """
    events, total = check_counts(events, total)
    tail = (1 - level) / 2
    # beta.ppf loses digits or is undefined at the ends, where the limit has a closed form
    if events == 0:
        return 0.0, -math.expm1(math.log(tail) / total)
    if events == total:
        return tail ** (1 / total), 1.0
    low = stats.beta.ppf(tail, events, total - events + 1)
    high = stats.beta.ppf(1 - tail, events + 1, total - events)
    return float(low), float(high)


def wilson(events: int, total: int, level: float = 0.95) -> Interval:
    """Score interval without continuity correction (Wilson 1927; Newcombe 1998, method 3)."""
    events, total = check_counts(events, total)
    z = stats.norm.ppf((1 + level) / 2)
    share = events / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    low = 0.0 if events == 0 else float(centre - half)
    high = 1.0 if events == total else float(centre + half)
    return low, high
