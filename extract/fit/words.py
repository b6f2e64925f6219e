"""The words that the network knows by themselves, with vectors to begin with.

Words come from the texts of the corpora beside the checkout (never the development abstracts); their vectors are those
of the clinical model that ships.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np

from extract.fit.annotations import CORPORA, read_texts
from extract.model import ClinicalModel
from extract.tokens import tokenize

OFTEN, MOST = 4, 24_000
OTHERS = ("maccrobat2020", "ncbi_disease", "phee", "rct_art", "evidence_outcomes")


def read_words(shared: Path) -> tuple[list[str], np.ndarray]:
    """The words by falling frequency, and a row of numbers for each."""
    kept = {
        json.loads(line)["pmid"]
        for line in (shared / "gold/findings/dev.records.jsonl").read_text(encoding="utf-8").splitlines()
    }
    counts: Counter[str] = Counter()
    for corpus in CORPORA:
        for key, record in read_texts(shared, corpus).items():
            if key not in kept:
                counts.update(tokenize(record["text"]).lower)
    for name in OTHERS:
        with (shared / "gold" / f"{name}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                counts.update(tokenize(json.loads(line)["text"]).lower)
    words = [w for w, n in counts.most_common() if n >= OFTEN and not w.isdigit()][:MOST]
    return words, ClinicalModel().vectors(words)
