"""Sizes of the population and of its groups, and the denominators that follow from them.

A figure's own printed denominator comes first. Otherwise it is the stated size of its group, and only where count,
percentage and size agree; else it stays empty. Called by `extract.engine`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.items import Expression
from extract.shares import agrees
from extract.similar import content

FEW = 5  # of counts below it too many sizes give the same percentage


@dataclass(slots=True)
class Sizes:
    """Stated sizes: `population` are (size, offset), `groups` (label words, label, size, offset)."""

    population: list[tuple[int, int]] = field(default_factory=list)
    groups: list[tuple[frozenset[str], str, int, int]] = field(default_factory=list)
    # from denominators, with their sentence: weaker than a stated size but in their own sentence
    printed: list[tuple[frozenset[str], int, int]] = field(default_factory=list)
    counted: list[int] = field(default_factory=list)  # of other things than people: "538 catheters"

    def add(self, label: str, size: int, offset: int) -> None:
        """Keep a stated size."""
        if label == "all":
            self.population.append((size, offset))
        else:
            self.groups.append((content(label), label, size, offset))

    def add_denominator(self, label: str, size: int, offset: int, sentence: int) -> None:
        """Keep a printed denominator and where its sentence begins; of all, it is the population if none is stated."""
        if label == "all" and not self.population:
            self.population.append((size, offset))
        self.printed.append((frozenset() if label == "all" else content(label), size, sentence))

    def of(self, label: str, offset: int, sentence: int = -1) -> list[int]:
        """The sizes stated for a group, the most trustworthy first: those printed in the same sentence lead."""
        words = frozenset() if label == "all" else content(label)
        here = [size for w, size, at in self.printed if w == words and at == sentence]
        if label == "all":
            before = [s for s, o in self.population if o <= offset]
            after = [s for s, o in self.population if o > offset]
            return list(dict.fromkeys([*here, *before[::-1], *after]))
        exact = [s for w, _, s, _ in self.groups if w == words] or [s for w, s, _ in self.printed if w == words]
        if not exact:
            exact = [s for w, _, s, _ in self.groups if words and w and (w <= words or words <= w)]
        return list(dict.fromkeys([*here, *exact]))

    def all(self) -> set[int]:
        """Every size that the abstract states, and the sum of its groups where it states no size of them all."""
        sizes = {words: size for words, _, size, _ in reversed(self.groups)}
        return {
            *([sum(sizes.values())] if len(sizes) > 1 and not self.population else []),
            *(size for size, _ in self.population),
            *(size for _, _, size, _ in self.groups),
            *(size for _, size, _ in self.printed),
            *self.counted,
        }

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
        if 0 <= count <= total and agrees(count, total, percent, rounding(decimals)):
            if best is not None:
                return k if 0 <= k <= total else best
            best = count
    return best


def fitting(form: str, value: float, numerator: int | None, decimals: int, sizes: list[int]) -> int | None:
    """The first stated size that a figure's count and percentage agree with; None where none does.

    Count and percentage agree exactly or, where none does so, but for a last digit; a bare percentage must be exactly
    possible; a bare count must be smaller, or as large as the largest.
    """
    sizes = [size for size in sizes if size > 0]
    if form == "percent" and numerator is not None:
        fit = (
            n
            for off in (rounding(decimals), 2 * rounding(decimals))
            for n in sizes
            if numerator <= n and agrees(numerator, n, value, off)
        )
        return next(fit, None)
    for size in sizes:
        if form == "percent":
            if possible(value, size, decimals) is not None:
                return size
        elif numerator is not None and (numerator < size or numerator == size == max(sizes)):
            return size
    return None


def vouched(value: float | None, numerator: int, decimals: int, sizes: set[int], few: int = FEW) -> int | None:
    """The one size of which a count is exactly its printed percentage; None where several or none are.

    A count below `few` vouches for nothing.
    """
    if numerator < few:
        return None
    fit = [n for n in sizes if numerator <= n and agrees(numerator, n, value, rounding(decimals))]
    return fit[0] if len(fit) == 1 else None


def rounding(decimals: int) -> float:
    """How far a percentage printed with so many decimals can be off (percentage points)."""
    return 0.5 * 10**-decimals + 1e-9


def head_count(e: Expression) -> int | None:
    """The people that a figure counts."""
    if e.numerator is not None:
        return e.numerator
    if e.form == "count" and e.value is not None and e.value == int(e.value):
        return int(e.value)
    return None
