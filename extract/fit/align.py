"""Annotated abstracts beside the figures that the engine sees in them: which figure is which finding.

Reads `<split>.records.jsonl` and `<split>.gold.jsonl`; gives `Example` objects to `extract.fit.fit`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extract.features import Reader
from extract.items import Expression
from extract.reading import open_reader, section_spans


@dataclass(slots=True)
class Example:
    """One abstract: its features, and for each figure the annotated findings (none: the figure is no finding)."""

    key: str
    reader: Reader
    gold: list[list[dict[str, Any]]]
    findings: list[dict[str, Any]]


def read_examples(folder: Path, split: str) -> list[Example]:
    """The abstracts of a split with their findings, in file order."""
    gold = {}
    for line in (folder / f"{split}.gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        gold[str(row["pmid"])] = row["findings"]
    out = []
    for line in (folder / f"{split}.records.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        title, sections = row.get("title"), [(s.get("label") or "", s["text"]) for s in row.get("sections") or []]
        text, spans = section_spans(title, sections, None if sections else row["text"])
        reader = open_reader(text, spans)
        findings = gold.get(str(row["pmid"]), [])
        out.append(Example(str(row["pmid"]), reader, assign(reader, findings), findings))
    return out


def _close(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= max(1e-9, 0.002 * abs(a))


def matches(finding: dict[str, Any], e: Expression) -> bool:
    """Whether a figure is the annotated finding: overlapping span, same number."""
    if not (
        e.start < finding["end"]
        and finding["start"] < e.end
        and e.end - e.start <= finding["end"] - finding["start"] + 30
    ):
        return False
    value, numerator = finding["value"], finding["numerator"]
    if value is None:
        return _close(finding["low"], e.low) and _close(finding["high"], e.high)
    if _close(value, e.value):
        return True
    if numerator is not None and numerator == e.numerator and numerator in (value, e.value):
        return True
    if finding["measure"].startswith(("participants", "records")) and e.numerator == value:
        return True
    return e.kind == "all" and numerator is not None and e.denominator is None


def assign(reader: Reader, findings: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The findings of each figure; a finding goes to the nearest free figure that it matches."""
    out: list[list[dict[str, Any]]] = [[] for _ in reader.figures]
    for finding in sorted(findings, key=lambda f: (f["start"], f["end"])):
        options = [
            (abs(e.start - finding["start"]) + (100 if out[i] else 0) + 0.5 * ("base" in e.tags), i)
            for i, e in enumerate(reader.figures)
            if matches(finding, e)
        ]
        if options:
            out[min(options)[1]].append(finding)
    return out
