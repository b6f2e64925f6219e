"""Abstracts annotated for this project: findings by place, without the texts (`annotations.jsonl`).

Each line is one abstract: `id` (PMID or PMCID), `corpus` (whose copy of the text was annotated), `digest` (of that
text) and `findings` as lists [start, end, measure, group, statistic, value, low, high, numerator, denominator] and,
where there is more to say, an object (unit, cmp, drug, per, frequency, route, duration). The texts are read from the
corpora beside the checkout; an abstract whose text there is not the one that was annotated is left out, and said so.
How the annotations came about is told in docs/reading.md.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from extract.fit.align import Example, assign
from extract.fit.texts import read_texts, records
from extract.reading import open_reader, section_spans

FILE = Path(__file__).with_name("annotations.jsonl")
FIELDS = ("start", "end", "measure", "group", "stat", "value", "low", "high", "numerator", "denominator")


def digest(text: str) -> str:
    """What tells one version of a text from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_annotated(shared: Path, file: Path = FILE) -> list[Example]:
    """The annotated abstracts whose text lies in `shared`, in file order."""
    rows = list(records(file))
    texts = {corpus: read_texts(shared, corpus) for corpus in {row["corpus"] for row in rows}}
    out, other = [], 0
    for row in rows:
        record = texts[row["corpus"]].get(row["id"])
        parts = [(s.get("label") or "", s["text"]) for s in (record or {}).get("sections") or []]
        text, spans = section_spans(
            (record or {}).get("title"), parts, None if parts else (record or {}).get("text", "")
        )
        if digest(text) != row["digest"]:
            other += 1
            continue
        reader = open_reader(text, spans)
        findings = [
            {**dict(zip(FIELDS, values, strict=False)), **dict(*values[len(FIELDS) :])} for values in row["findings"]
        ]
        out.append(Example(row["id"], reader, assign(reader, findings), findings))
    if other:
        print(f"{other} annotated abstracts left out: their texts are not in {shared} as annotated", file=sys.stderr)
    return out
