"""Both sexes counted: their sum tells whose they are, and whether they count anybody.

Comes in: the findings of a record with their figures. Goes out: the same, with groups and denominators of the two sexes
mended. Called by `extract.engine`.
"""

from __future__ import annotations

from itertools import pairwise

from extract.finding import Finding
from extract.items import Expression

Rows = list[tuple[Finding, Expression]]
SEXES = frozenset({"sex:male", "sex:female"})


def people(found: Rows) -> set[float | None]:
    """The sizes stated of all people of the study."""
    return {f.value for f, _ in found if f.measure == "participants" and f.group == "all" and f.cmp == "="}


def ratios(found: Rows) -> None:
    """A printed ratio whose sides add up to the people of the study is of them all ("30 people ...; F/M 18:12")."""
    sizes = people(found)
    sides = [f for f, e in found if e.form == "ratio" and f.measure in SEXES]
    for f in sides:
        total = sum(other.value or 0 for other in sides if other.start == f.start)
        if total in sizes:
            f.group = "all"
            f.denominator = int(total) if f.numerator is not None else None


def counts(found: Rows) -> None:
    """Two counts of men and women are of the people who are as many as both ("32 had X (18 men, 14 women)").

    Those people are the figure before in the sentence, or a group of that size; where neither is, nothing changes.
    """
    sizes: dict[int, set[str]] = {}
    for f, _ in found:
        if f.measure == "participants" and f.value is not None and f.cmp == "=":
            sizes.setdefault(int(f.value), set()).add(f.group)
    order = [n for n, (f, e) in enumerate(found) if f.measure in SEXES and e.form == "count" and f.cmp == "="]
    for one, other in pairwise(order):
        a, b = found[one][0], found[other][0]
        if other != one + 1 or a.measure == b.measure or a.sentence_start != b.sentence_start:
            continue
        if a.denominator is not None or b.denominator is not None or a.numerator is None or b.numerator is None:
            continue
        total = a.numerator + b.numerator
        before = found[one - 1][0] if one else None
        groups = sizes.get(total, set())
        group: str | None = None
        if before is not None and before.sentence_start == a.sentence_start and before.numerator == total:
            name = before.measure.partition(":")[2]
            group = before.group if before.group != "all" or not name else name
        elif len(groups) == 1 and a.group not in groups:
            group = next(iter(groups))
        if group is not None:
            a.group = b.group = group
            a.denominator = b.denominator = total


def reduced_ratios(found: Rows) -> None:
    """A ratio whose sides do not add up to its group counts nobody ("2.5:1"): its sides are values."""
    sides = [f for f, e in found if e.form == "ratio"]
    for f in sides:
        total = sum(other.value or 0 for other in sides if other.start == f.start)
        if f.denominator is None or total != f.denominator:
            f.stat, f.numerator, f.denominator = "value", None, None
