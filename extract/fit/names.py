"""Fit which phrase names a figure (`name.npz`)."""

from __future__ import annotations

from pathlib import Path

from extract.fit.models import fit_ranker, rank
from extract.fit.pages import NAMELESS, Page, Pair, add_list
from extract.groups import phrase_text
from extract.names import name_candidates
from extract.similar import overlap, same
from extract.wording import clean_name

PENALTY = 5.0  # L2; chosen by cross-validation on the training abstracts
NEAR = 0.35  # a phrase that says the name nearly as well as the best one is right too


def name_fit(names: list[str], name: str) -> float:
    """How well a name, as it would be written, says one of the annotated names (0-1.2)."""
    return max(overlap(n, name) + 0.2 * same(n, name) for n in names)


def fit_names(pages: list[Page], out: Path) -> None:
    """Fit the ranker of names (`name.npz`): the phrase most like the annotated name wins; fill the pages' names."""
    lists: list[list[Pair]] = []
    for page in pages:
        lists.append([])
        for i, kind, names in page.names:
            options = name_candidates(page.reader, page.plans[page.reader.sentence[i]], i, kind, page.beliefs)
            fits = [name_fit(names, clean_name(phrase_text(page.reader, p), kind)) for p, _ in options]
            add_list(lists[-1], fits, [f for _, f in options], NEAR)
    fit_ranker([pair for row in lists for pair in row], out / "name.npz", PENALTY)
    for fold in range(4):
        ranker = rank([pair for n, row in enumerate(lists) if n % 4 != fold for pair in row], PENALTY)
        for n, page in enumerate(pages):
            if n % 4 != fold:
                continue
            for i, kind, _ in page.groups:
                if kind.split(":")[0] in NAMELESS:
                    continue
                options = name_candidates(page.reader, page.plans[page.reader.sentence[i]], i, kind, page.beliefs)
                if options:
                    page.named[i] = max(options, key=lambda o: ranker.score(o[1]))[0]
