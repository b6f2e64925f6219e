"""The texts of the corpora beside the checkout: all of one, or those that may be learned from.

Called by `extract.fit.annotations` (whose findings lie in these texts), `extract.fit.words` and `extract.fit.pretrain`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CORPORA = {
    "evidence_inference": "pubmed/evidence_inference.jsonl",
    "pubmedqa": "pubmed/pubmedqa.jsonl",
    "bc5cdr": "gold/bc5cdr.jsonl",
    "evidence_outcomes": "gold/evidence_outcomes.jsonl",
    "maccrobat2020": "gold/maccrobat2020.jsonl",
    "ncbi_disease": "gold/ncbi_disease.jsonl",
    "phee": "gold/phee.jsonl",
    "rct_art": "gold/rct_art.jsonl",
    "participant_demographics": "gold/participant_demographics.jsonl",
}
FULL_TEXTS = frozenset({"participant_demographics"})
DEVELOPMENT = "gold/findings/dev.records.jsonl"
KEYS = ("pmid", "pmcid", "id")
HELD = frozenset({"dev", "test"})
BEGINNING = 60  # letters that tell an abstract by its text, whose identifier another corpus writes otherwise


def records(file: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of JSON lines."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def key_of(record: dict[str, Any]) -> str:
    """The identifier of a record: PMID, else PMCID, else the corpus' own; empty where it has none."""
    return str(next((record[k] for k in KEYS if record.get(k)), ""))


def read_texts(shared: Path, corpus: str) -> dict[str, dict[str, Any]]:
    """All records of a corpus by their identifier."""
    return {key_of(record): record for record in records(shared / CORPORA[corpus])}


def learnable(shared: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The records of all corpora, with the corpus; none of a development or test part, nor what scores the reader."""
    scored = list(records(shared / DEVELOPMENT))
    keys = {key_of(record) for record in scored}
    beginnings = {record["text"][:BEGINNING].lower() for record in scored}
    for corpus, file in CORPORA.items():
        for record in records(shared / file):
            known = key_of(record) in keys or record["text"][:BEGINNING].lower() in beginnings
            if not known and record.get("split") not in HELD:
                yield corpus, record
