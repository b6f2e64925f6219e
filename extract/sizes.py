"""Sizes of the population and of its groups, and the denominators that follow from them.

A figure's own printed denominator comes first. Otherwise it is the stated size of its group, and only where count,
percentage and size agree; else it stays empty. Called by `extract.engine`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.expressions import Expression
from extract.similar import content


@dataclass(slots=True)
class Sizes:
    """Stated sizes: `population` are (size, offset), `groups` (label words, label, size, offset)."""

    population: list[tuple[int, int]] = field(default_factory=list)
    groups: list[tuple[frozenset[str], str, int, int]] = field(default_factory=list)
    printed: list[tuple[frozenset[str], int]] = field(
        default_factory=list
    )  # from denominators: weaker than a stated size

    def add(self, label: str, size: int, offset: int) -> None:
        """Keep a stated size."""
        if label == "all":
            self.population.append((size, offset))
        else:
            self.groups.append((content(label), label, size, offset))

    def add_denominator(self, label: str, size: int, offset: int) -> None:
        """Keep a printed denominator as the size of its group, where none is stated yet."""
        if label == "all":
            if not self.population:
                self.population.append((size, offset))
        else:
            self.printed.append((content(label), size))

    def of(self, label: str, offset: int) -> list[int]:
        """The sizes stated for a group, the most trustworthy first."""
        if label == "all":
            before = [s for s, o in self.population if o <= offset]
            after = [s for s, o in self.population if o > offset]
            return list(dict.fromkeys(before[::-1] + after))
        words = content(label)
        exact = [s for w, _, s, _ in self.groups if w == words] or [s for w, s in self.printed if w == words]
        if not exact:
            exact = [s for w, _, s, _ in self.groups if words and w and (w <= words or words <= w)]
        return list(dict.fromkeys(exact))

    def certain(self, label: str, offset: int) -> int | None:
        """The one size of a group, or None where several or none are stated."""
        sizes = self.of(label, offset)
        return sizes[0] if len(sizes) == 1 or (label == "all" and sizes) else None


def possible(percent: float, total: int, decimals: int) -> int | None:
    """The one whole number of `total` that prints as `percent` with so many decimals, or None.

    Both ways of rounding a half count (Brown & Heathers 2017, the GRIM test).
    """
    if total <= 0:
        return None
    k = round(percent * total / 100)
    best = None
    for count in (k - 1, k, k + 1):
        if 0 <= count <= total and abs(100 * count / total - percent) <= 0.5 * 10**-decimals + 1e-9:
            if best is not None:
                return k if 0 <= k <= total else best
            best = count
    return best


def fitting(form: str, value: float, numerator: int | None, decimals: int, sizes: list[int]) -> int | None:
    """The first stated size that a figure's count and percentage agree with; None where none does.

    Count and percentage agree within a point; a bare percentage must be exactly possible;
    a bare count must not be larger.
    """
    for size in (s for s in sizes if s > 0):
        if numerator is not None and form == "percent":
            if numerator <= size and abs(100 * numerator / size - value) <= 1.0:
                return size
        elif form == "percent":
            if possible(value, size, decimals) is not None:
                return size
        elif numerator is not None and numerator <= size:
            return size
    return None


def head_count(e: Expression) -> int | None:
    """The people that a figure counts."""
    if e.numerator is not None:
        return e.numerator
    if e.form == "count" and e.value is not None and e.value == int(e.value):
        return int(e.value)
    return None
