"""Which way of counting reproduces a stated figure. Called by reports.compare.

Tried: every pooling method, the mean, median and range of the studies. A figure is reproduced when it gives the stated
one after rounding to the decimals that are stated.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from reports.result import Estimate
from reports.rounding import rounds_to
from reports.verdicts import Stated


def reproduced_by(
    said: Stated, estimates: Sequence[Estimate], figures: Sequence[float], scale: float = 1.0
) -> list[str]:
    """Names of the methods whose figure is the stated one.

    `estimates` are multiplied by `scale` (100 for shares); `figures` are the studies' own, on the stated scale. A bound
    is reproduced by nothing: many figures lie beyond it.
    """
    if said.bound:
        return []
    found = []
    if said.value is not None:
        candidates = [(one.method, one.value * scale) for one in estimates if one.value is not None]
        if len(figures) > 1:
            candidates += [
                ("mean of the studies", statistics.fmean(figures)),
                ("median of the studies", statistics.median(figures)),
            ]
        found = [name for name, figure in candidates if rounds_to(figure, said.value)]
    elif said.low is not None and said.high is not None and len(figures) > 1:
        spans = rounds_to(min(figures), said.low) and rounds_to(max(figures), said.high)
        found = ["range of the studies"] if spans else []
    return list(dict.fromkeys(found))
