"""Whose each figure is: the candidates for its group, and what has been read before it.

`Whose` goes through the figures of a document in order and keeps what a reader would remember: the group of the
figure before, the groups of the last parallel list, the sizes said so far. Called by `extract.engine` and
`extract.fit.lists`.
"""

from __future__ import annotations

from extract.abreast import run_of
from extract.arms import after, before, label_words
from extract.choices import Choice, choices
from extract.features import Reader
from extract.groups import Group
from extract.items import Expression
from extract.layout import Layout
from extract.names import Beliefs
from extract.sizes import head_count, possible


class History:
    """The groups of the runs read so far: "20% and 7% in A and B" tells whose "57% vs 11%" is in the next sentence."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, ...], dict[int, str]] = {}
        self._done: dict[int, list[str]] = {}

    def keep(self, run: list[int], figure: int, label: str) -> None:
        """Remember the group of a figure of a run."""
        key = tuple(run)
        row = self._open.setdefault(key, {})
        row[figure] = label
        if len(row) == len(run):
            names = [row[i] for i in run]
            if len(set(names)) == len(names):
                self._done[len(run)] = names

    def used(self, run: list[int]) -> list[str]:
        """The groups given to the figures of a run so far."""
        return list(self._open.get(tuple(run), {}).values())

    def of(self, length: int) -> list[str] | None:
        """The groups of the last run of this length, or None."""
        return self._done.get(length)


class Whose:
    """The reading of one document: `options` gives the candidates of a figure, `keep` remembers which was chosen.

    Figures come in the order of the text.
    """

    def __init__(self, reader: Reader, plans: dict[int, Layout], groups: list[Group], beliefs: Beliefs) -> None:
        self.reader = reader
        self.plans = plans
        self.groups = groups
        self.beliefs = beliefs
        self.history = History()
        self.previous: str | None = None
        self.before: tuple[int, str] = (-1, "")  # sentence and class of the figure before
        self.sizes: dict[frozenset[str], set[int]] = {}
        self.totals: list[int] = []
        self._leads: dict[int, str] = {}
        self._tails: dict[int, str] = {}
        self.counts = sorted({n for e in reader.figures if not e.drop and (n := head_count(e)) is not None})

    def lead(self, sentence: int, first: int) -> str:
        """What stands before a phrase of a sentence that begins with the token `first`."""
        if first not in self._leads:
            doc = self.reader.doc
            self._leads[first] = before(doc, first, doc.sentences[sentence].first)
        return self._leads[first]

    def tail(self, last: int) -> str:
        """What stands behind a phrase that ends before the token `last`."""
        if last not in self._tails:
            self._tails[last] = after(self.reader.doc, last)
        return self._tails[last]

    def options(self, figure: int, kind: str) -> list[Choice]:
        """The candidates for the group of a figure of class `kind`."""
        return choices(self, figure, kind)

    def keep(self, figure: int, kind: str, label: str) -> None:
        """Remember the group chosen for a figure."""
        e = self.reader.figures[figure]
        self.history.keep(run_of(self.reader, figure), figure, label)
        self.previous, self.before = label, (self.reader.sentence[figure], kind)
        size = head_count(e) if kind == "participants" else e.denominator
        if size is None or size <= 0:
            return
        if label == "all":
            self.totals.append(size)
        else:
            self.sizes.setdefault(label_words(label), set()).add(size)

    def fit(self, e: Expression, kind: str, label: str) -> str:
        """How the known size of a group agrees with a figure."""
        if kind == "participants":
            n = head_count(e)
            known = self.sizes.get(label_words(label)) if label != "all" else set(self.totals)
            return "-" if n is None or not known else "same" if n in known else "more" if n > max(known) else "less"
        known = set(self.totals) if label == "all" else self.sizes.get(label_words(label))
        if not known:
            return "-"
        if e.denominator is not None:
            return "is" if e.denominator in known else "not"
        if e.form == "percent" and e.value is not None and e.numerator is not None:
            return (
                "agrees"
                if any(abs(100 * e.numerator / n - e.value) <= 0.6 * 10**-e.decimals for n in known)
                else "disagrees"
            )
        if e.form == "percent" and e.value is not None and e.decimals and min(known) < 400:
            return "possible" if any(possible(e.value, n, e.decimals) is not None for n in known) else "impossible"
        n = head_count(e)
        if n is not None:
            return "within" if n <= max(known) else "beyond"
        return "known"
