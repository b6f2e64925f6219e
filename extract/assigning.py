"""Whose each figure is: what the build of its sentence settles, else the candidate that the network finds likeliest.

Comes in: a record's figures with their classes, its phrases, and what the network says. Goes out: the group of every
figure, how sure, and how much each phrase is taken for a group. Called by `extract.engine`.
"""

from __future__ import annotations

import re

from extract.adjacent import label_beside
from extract.arms import label_words
from extract.choices import Choice, chosen, numbered
from extract.constraints import beside_itself, holder, opens_with_some, two_groups
from extract.counterparts import counterparts
from extract.features import Reader
from extract.groups import gather, is_whole, joined, label_counts, labels, lift
from extract.layout import Layout
from extract.names import Beliefs
from extract.network import Reading
from extract.plain import symptom_counted
from extract.respectively import Aligned, alignments
from extract.similar import same_group
from extract.whose import Whose
from extract.wording import clean_group

BESIDE = 0.94  # how sure a group right beside a figure is
ALIGNED = 0.9  # how sure a group is that "respectively" gives
COUNTERPART = 0.85  # how sure the other side of a contrast is: both sides right in 14 of 17
NO_DRUG = re.compile(r"\b(?:placebo|sham|vehicle|untreated|no\s+treatment|usual\s+care)\b", re.I)
SIZES = ("participants", "records")


def without_all(options: list[Choice]) -> list[Choice]:
    """The candidates that are groups, where there are any."""
    return [o for o in options if o.label != "all"] or options


class Assigning:
    """The groups of one record's figures: `labels` and `sure` by figure, `beliefs` by phrase."""

    def __init__(self, reader: Reader, plans: dict[int, Layout], network: Reading, kinds: dict[int, str]) -> None:
        self.reader, self.plans, self.network, self.kinds = reader, plans, network, kinds
        self.labels: dict[int, str] = {}
        self.sure: dict[int, float] = {}  # the probability of the group chosen
        self.numbers: dict[int, dict[tuple[int, int, str | None], int]] = {}  # of a sentence's phrases, in the network
        network.lay([(p.first, p.last - 1) for plan in plans.values() for p in plan.phrases])
        rows = labels(reader, plans)
        believed = network.group_labels([r.numbers for r in rows], [label_counts(reader.doc, r) for r in rows])
        self.number = {label_words(row.text): n for n, row in enumerate(rows)}
        found = joined(reader.doc, [(row, lift(float(p))) for row, p in zip(rows, believed, strict=True)])
        self.beliefs: Beliefs = {
            (m.sentence, m.phrase.first, m.phrase.last): p for row, p in found for m in row.mentions
        }
        self.whose = Whose(reader, plans, gather(found), self.beliefs)
        self.aligned: dict[int, tuple[Aligned, int]] = {}
        for s in sorted({reader.sentence[i] for i in kinds}):
            self.aligned.update(alignments(reader, plans[s], s, self.beliefs))

    def assign(self) -> None:
        """Give every figure its group, in the order of the text."""
        figures = self.reader.figures
        position = {id(e): i for i, e in enumerate(figures)}
        apart = two_groups(self.reader, self.kinds)
        follows: dict[int, int] = {}
        for i in sorted(self.kinds):
            e = figures[i]
            host = position.get(id(e.host)) if e.host is not None and "base" not in e.tags else None
            if e.form == "ratio" and i - 1 in self.labels and figures[i - 1].start == e.start:
                host = i - 1  # the other side of a ratio
            if host is None or host not in self.labels:
                host = holder(self.reader, i, self.kinds)
            if host is not None and host in self.labels:
                follows[i] = host
                self.labels[i], self.sure[i] = self.labels[host], self.sure[host]
                continue
            row, place = self.aligned.get(i, (None, 0))
            if row is not None and row.kind == "groups":
                self.labels[i], self.sure[i] = clean_group(row.labels[place]), ALIGNED
                self.whose.keep(i, self.kinds[i], self.labels[i])
                continue
            options = self._options(i)
            if i in apart:
                own = [o for o in options if beside_itself(self.reader, i, apart, o.phrase)]
                options = own or without_all(options)
            elif self.kinds[i] not in SIZES and opens_with_some(self.reader, i):
                options = without_all(options)
            self._keep(i, options, *chosen(options, self._scores(i, options)))
        self._alike()
        for i, label in counterparts(self.reader, self.kinds, self.labels).items():
            self.labels[i], self.sure[i] = label, COUNTERPART
        for i, host in follows.items():
            self.labels[i], self.sure[i] = self.labels[host], self.sure[host]

    def _alike(self) -> None:
        """Figures set against names or times are all of one group: that of the surest."""
        rows: dict[int, list[int]] = {}
        for i, (row, _) in self.aligned.items():
            if row.kind != "groups" and i in self.labels:
                rows.setdefault(id(row), []).append(i)
        for run in rows.values():
            best = max(run, key=lambda i: self.sure[i])
            for i in run:
                self.labels[i], self.sure[i] = self.labels[best], self.sure[best]

    def _options(self, i: int) -> list[Choice]:
        """The candidates for the group of a figure; what is counted is no group."""
        options = self.whose.options(i, self.kinds[i])
        if self.kinds[i] == "dose":  # of 4,122 annotated doses 76 are of such a group
            options = [o for o in options if NO_DRUG.search(o.label) is None]
        symptom = symptom_counted(self.reader, self.reader.figures[i])
        return options if symptom is None else [o for o in options if not same_group(o.label, symptom)]

    def _keep(self, i: int, options: list[Choice], best: Choice, sure: float) -> None:
        """Remember the group of a figure: the one right beside it, or the best."""
        beside = label_beside(self.reader, i)
        said = next((o for o in options if o.phrase and (o.phrase.first, o.phrase.last) == beside), None)
        if said is not None and not same_group(best.label, said.label):
            best, sure = said, BESIDE
        self.labels[i] = "all" if is_whole(best.label, self.reader.doc.text) else clean_group(best.label)
        self.sure[i] = sure
        self.whose.keep(i, self.kinds[i], best.label)

    def _scores(self, i: int, options: list[Choice]) -> list[float]:
        """The network's score of each candidate for the group of a figure."""
        sentence = self.reader.sentence[i]
        if sentence not in self.numbers:
            known = enumerate(self.plans[sentence].phrases, self.plans[sentence].first)
            self.numbers[sentence] = {(p.first, p.last, p.label): n for n, p in known}
        phrases, whole = numbered(options, self.numbers[sentence], self.number)
        features = [o.features for o in options]
        return [float(z) for z in self.network.groups(i, self.kinds[i], phrases, whole, features)]
