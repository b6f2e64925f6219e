"""The words that the network knows by themselves, with vectors to begin with.

Words come from the abstracts of the corpora beside the checkout (none of a development part); their vectors are
those of the clinical model that ships.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from extract.fit.texts import FULL_TEXTS, learnable
from extract.model import ClinicalModel
from extract.tokens import tokenize

OFTEN, MOST = 3, 24_000


def read_words(shared: Path) -> tuple[list[str], np.ndarray]:
    """The words by falling frequency, and a row of numbers for each."""
    counts: Counter[str] = Counter()
    for corpus, record in learnable(shared):
        if corpus not in FULL_TEXTS:
            counts.update(tokenize(record["text"]).lower)
    words = [w for w, n in counts.most_common() if n >= OFTEN and not w.isdigit()][:MOST]
    return words, ClinicalModel().vectors(words)
