"""Annotated abstracts as arrays: what the network is trained on.

Comes in: pages whose phrases have beliefs (`extract.fit.beliefs`). Goes out: `Lists` for `extract.fit.network`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from extract.arms import label_words
from extract.choices import numbered
from extract.fit.align import Example
from extract.fit.kinds import label_of
from extract.fit.pages import LEAST, Page, group_fit, name_fit
from extract.groups import label_counts, labels
from extract.names import COURSE, Scene, name_candidates, name_of
from extract.network import ELSEWHERE, code
from extract.sequence import sequence
from extract.similar import overlap
from extract.stats import CHANGE_NAMES, POINTS, STATISTICS, statistic
from extract.whose import Whose

SAME_LABEL = 0.6  # overlap of words from which a phrase is the label of an annotated group


@dataclass(slots=True)
class Candidates:
    """The candidates of one figure (its row is `at`, its class `kind`) and how well each fits the annotation (0-1.2).

    `phrases` and `labels` index those of the abstract; `features` are the buckets of each candidate's features.
    `figure`, `texts` and `strings` are what a linear ranker is fitted on.
    """

    at: int
    kind: str
    phrases: np.ndarray
    labels: np.ndarray
    features: list[list[int]]
    fits: np.ndarray
    figure: int = -1
    texts: list[str] = field(default_factory=list)
    strings: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class Lists:
    """One abstract: its rows, its figures with their classes (None: not annotated), phrases, labels, candidates.

    `stats` are (row, statistic by rule, annotated statistic) as numbers of `STATISTICS`.
    """

    rows: np.ndarray
    figures: list[int]
    kinds: list[str] | None
    phrases: list[tuple[int, int]]
    labels: list[list[int]]
    counts: list[tuple[int, ...]]
    label_right: list[bool]
    names: list[Candidates] = field(default_factory=list)
    groups: list[Candidates] = field(default_factory=list)
    stats: list[tuple[int, int, int]] = field(default_factory=list)


def lists_of(
    page: Page, example: Example | None, words: dict[str, int], guesses: dict[int, str] | None = None
) -> Lists:
    """A page as arrays; `guesses` are the groups that a reader would have given the figures before.

    Without guesses only what is needed to make them: the candidates for groups.
    """
    reader = page.reader
    record = sequence(reader, words)
    figures = [i for i, e in enumerate(reader.figures) if not e.drop]
    number: dict[int, dict[tuple[int, int, str | None], int]] = {}
    phrases: list[tuple[int, int]] = []
    for s, plan in page.plans.items():
        for p in plan.phrases:
            number.setdefault(s, {})[p.first, p.last, p.label] = len(phrases)
            a, b = record.place[p.first], record.place[p.last - 1]
            phrases.append((a, max(a, b)))
    rows = labels(reader, page.plans)
    out = Lists(
        record.rows,
        [record.figure[i] for i in figures],
        None if example is None else [label_of(example.gold[i]) for i in figures],
        phrases,
        [row.numbers for row in rows],
        [label_counts(reader.doc, row) for row in rows],
        [max((overlap(g, row.text) for g in page.arms), default=0.0) >= SAME_LABEL for row in rows],
    )
    scenes: dict[int, Scene] = {}
    for i, kind, names in page.names if guesses is not None else []:
        s = reader.sentence[i]
        if s not in scenes:
            scenes[s] = Scene(reader, page.plans[s], s, page.beliefs)
        options = name_candidates(reader, page.plans[s], i, kind, page.beliefs, scenes[s])
        fits = np.array([name_fit(names, name_of(reader, p, kind)) for p, _ in options])
        if len(fits) and fits.max() >= LEAST:
            at = [ELSEWHERE if p.label == COURSE else number[s][p.first, p.last, p.label] for p, _ in options]
            buckets = [sorted({code("n" + f) for f in row}) for _, row in options]
            out.names.append(Candidates(record.figure[i], kind, np.array(at), np.zeros(0, int), buckets, fits))
    whole = {label_words(row.text): n for n, row in enumerate(rows)}
    whose = Whose(reader, page.plans, page.found, page.beliefs)
    for i, kind, gold in page.groups:
        s, choices = reader.sentence[i], whose.options(i, kind)
        fits = np.array([group_fit(gold, c.label) for c in choices])
        if fits.max() >= LEAST:
            at, of = numbered(choices, number.get(s, {}), whole)
            strings = [c.features for c in choices]
            buckets = [sorted({code("g" + f) for f in row}) for row in strings]
            texts = [c.label for c in choices]
            found = Candidates(record.figure[i], kind, np.array(at), np.array(of), buckets, fits, i, texts, strings)
            out.groups.append(found)
        if guesses and i in guesses:
            whose.keep(i, kind, guesses[i])
    if example is not None and guesses is not None:
        _statistics(out, example, record.figure)
    return out


def _statistics(out: Lists, example: Example, place: dict[int, int]) -> None:
    """The statistic of each finding, by rule and as annotated."""
    for i, findings in enumerate(example.gold):
        if findings and findings[0]["stat"] in STATISTICS and not example.reader.figures[i].drop:
            rule = statistic(example.reader, i, label_of(findings))
            changed = findings[0]["measure"].partition(":")[2].startswith(CHANGE_NAMES)
            stat = "value" if changed and findings[0]["stat"] in POINTS else findings[0]["stat"]
            out.stats.append((place[i], STATISTICS.index(rule), STATISTICS.index(stat)))
