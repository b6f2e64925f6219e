"""A plain recall of reference claims, for tests: is the figure found, is it understood, is the cause found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from reports.claim import Claim


def number_and_measure(gold: Sequence[dict[str, Any]], claims: Sequence[Claim]) -> tuple[float, float, float]:
    """Shares of the reference's figures found, of those understood (a word of the name shared), of its causes found."""
    found = understood = causes = 0
    numeric = [row for row in gold if any(row[key] is not None for key in ("value", "low", "high"))]
    for row in gold:
        here = [
            c
            for c in claims
            if c.doc == row["doc"]
            and c.start is not None
            and c.end is not None
            and c.start < row["end"]
            and row["start"] < c.end
            and (c.value, c.low, c.high) == (row["value"], row["low"], row["high"])
        ]
        right = any(_words(c.measure) & _words(row["measure"]) for c in here)
        if row in numeric:
            found += bool(here)
            understood += right
        else:
            causes += right
    return found / len(numeric), understood / len(numeric), causes / max(1, len(gold) - len(numeric))


def _words(measure: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z-]{3,}", measure.partition(":")[2] or measure)}
