"""Fit which phrases are groups (`mention.npz`) and whose a figure is (`group.npz`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from extract.fit.models import fit_decider, fit_ranker, matrix, rank
from extract.fit.pages import Page, Pair, add_list
from extract.groups import Label, gather, labels, lift
from extract.similar import overlap, same
from extract.whose import Choice, Whose

PENALTY = 20.0  # of the ranker; of 3, 8 and 20 the best in four folds of the training abstracts


def fit_labels(pages: list[Page], out: Path) -> None:
    """Fit the decider of group labels (`mention.npz`) and fill the beliefs of each page (five folds)."""
    rows: list[list[str]] = []
    marks: list[bool] = []
    known: list[list[Label]] = []
    for page in pages:
        known.append(labels(page.reader, page.plans))
        for label in known[-1]:
            rows.append(label.features)
            marks.append(max((overlap(g, label.text) for g in page.arms), default=0.0) >= 0.6)
    fit_decider(rows, ["yes" if m else "no" for m in marks], out / "mention.npz", c=0.2, least=3)
    x, _ = matrix(rows, 3)
    y = np.array(marks)
    owner = np.repeat(np.arange(len(known)), [len(k) for k in known])
    belief = np.zeros(len(rows))
    for fold in range(5):
        held = owner % 5 == fold
        model = LogisticRegression(C=0.2, max_iter=300).fit(x[~held], y[~held])
        belief[held] = model.predict_proba(x[held])[:, 1]
    at = 0
    for page, row in zip(pages, known, strict=True):
        pairs = [(label, lift(float(belief[at + j]))) for j, label in enumerate(row)]
        at += len(row)
        page.beliefs = {(m.sentence, m.phrase.first, m.phrase.last): p for label, p in pairs for m in label.mentions}
        page.found = gather(pairs)


def fit_groups(pages: list[Page], out: Path) -> None:
    """Fit the ranker of groups (`group.npz`)."""
    guesses: list[dict[int, str]] = [{} for _ in pages]
    lists = _group_lists(pages, guesses)
    for fold in range(
        4
    ):  # what the ranker would have said of the figures before, not what is true: so it is when it reads
        ranker = rank([pair for n, row in enumerate(lists) if n % 4 != fold for _, _, pair in row], PENALTY)
        for n, row in enumerate(lists):
            if n % 4 == fold:
                guesses[n] = {
                    i: options[int(np.argmax([ranker.score(o.features) for o in options]))].label
                    for i, options, _ in row
                }
    lists = _group_lists(pages, guesses)
    fit_ranker([pair for row in lists for _, _, pair in row], out / "group.npz", penalty=PENALTY)


def _group_lists(pages: list[Page], guesses: list[dict[int, str]]) -> list[list[tuple[int, list[Choice], Pair]]]:
    """The candidates of every figure with a known group; the groups of the figures before are the `guesses`."""
    out: list[list[tuple[int, list[Choice], Pair]]] = []
    for page, guess in zip(pages, guesses, strict=True):
        reader = page.reader
        whose, row = Whose(reader, page.plans, page.found, page.beliefs), []
        for i, kind, gold in page.groups:
            options = whose.options(i, kind, page.named.get(i))
            pair: list[Pair] = []
            add_list(pair, [group_fit(gold, o.label) for o in options], [o.features for o in options])
            if pair:
                row.append((i, options, pair[0]))
            if i in guess:
                whose.keep(i, kind, guess[i])
        out.append(row)
    return out


def group_fit(gold: str, label: str) -> float:
    """How well a candidate says the annotated group (0-1.2)."""
    if gold == "all" or label == "all":
        return float(gold == label)
    return overlap(gold, label) + 0.2 * same(gold, label)
