"""Beliefs and groups of the training abstracts as a network gives them that has not seen the abstract.

The network that ships learns whose a figure is from candidates as it will meet them: believed, sized and remembered by
itself. So the abstracts are first read by networks that were trained on the others. Called by `extract.fit.fit`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from extract.assigning import Assigning
from extract.fit.lists import Lists
from extract.fit.pages import Page
from extract.network import Network
from extract.sequence import sequence

FOLDS = 3
EPOCHS, DROPOUT, DECAY = 4, 0.35, 0.2


def read_by_others(
    pages: Sequence[Page],
    lists: Sequence[Lists],
    twice: int,
    words: list[str],
    vectors: np.ndarray,
    epochs: int | None = None,
) -> list[dict[int, str]]:
    """Fill the beliefs and groups of each page; returns the group that each figure of each page was given.

    `lists` are the pages as arrays; the first `twice` of them count twice.
    """
    from extract.fit.network import Plan, save, trained  # PyTorch is no part of the environment that reads

    kept = [n for n, row in enumerate(lists) if row.phrases]
    place = {n: at for at, n in enumerate(kept)}
    plans = []
    for fold in range(FOLDS):
        others = [n for n in kept if n % FOLDS != fold]
        chosen = [place[n] for n in [*others, *(n for n in others if n < twice)]]
        plans.append(Plan(epochs or EPOCHS, DROPOUT, DECAY, tuple(chosen)))
    classes, _, states = trained([lists[n] for n in kept], vectors, plans)
    networks = []
    with tempfile.TemporaryDirectory() as folder:
        for fold, state in enumerate(states):
            file = Path(folder) / f"{fold}.npz"
            save(state, classes, words, file)
            networks.append(Network(file))
    return [believe(page, networks[n % FOLDS]) for n, page in enumerate(pages)]


def believe(page: Page, network: Network) -> dict[int, str]:
    """Fill the beliefs and the groups of a page from a network; returns the group that it gives each figure."""
    offset: dict[int, int] = {}
    count = 0
    for s, plan in page.plans.items():
        offset[s] = count
        count += len(plan.phrases)
    if not count:
        return {}
    kinds = {i: kind for i, kind, _ in page.groups}
    reading = network.read(sequence(page.reader, network.words))
    read = Assigning(page.reader, page.plans, reading, offset, kinds)
    read.assign()
    page.beliefs, page.found = read.beliefs, read.whose.groups
    return read.labels
