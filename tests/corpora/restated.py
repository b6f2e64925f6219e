"""The figures that the restated abstracts carry, against what the engine reads in them.

`python -m tests.corpora.restated` prints the count. It is no measure of accuracy: the texts are this project's own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from extract.finding import Finding
from pipeline.bundle import read_bundle
from pipeline.record import Record

CORPUS = Path(__file__).resolve().parents[2] / "corpora" / "cop"


def records() -> dict[str, Record]:
    """The restated records by id."""
    return {record.id: record for record, _ in read_bundle(CORPUS / "records.jsonl")}


def figures() -> list[dict[str, Any]]:
    """The figures that the restated texts carry, each with its record, its place and the words there."""
    return [json.loads(line) for line in (CORPUS / "figures.jsonl").read_text(encoding="utf-8").splitlines()]


def same_number(figure: dict[str, Any], finding: Finding) -> bool:
    """Whether a finding lies at the figure's place and has its number."""
    if finding.start >= figure["end"] or figure["start"] >= finding.end:
        return False
    if figure["low"] is not None:
        return (finding.low, finding.high) == (figure["low"], figure["high"])
    read = {finding.value, finding.numerator} - {None}
    return bool(read & ({figure["value"], figure["numerator"]} - {None}))


def count(found: dict[str, list[Finding]], carried: Iterable[dict[str, Any]]) -> Counter[str]:
    """How many figures were carried, whose number was read, and whose number and measure were read."""
    tally: Counter[str] = Counter()
    for figure in carried:
        tally["carried"] += 1
        matches = [finding for finding in found.get(figure["record_id"], ()) if same_number(figure, finding)]
        tally["number"] += bool(matches)
        tally["number and measure"] += any(finding.measure == figure["measure"] for finding in matches)
    return tally


def read_all() -> Counter[str]:
    """The count for the whole corpus with the engine as it is."""
    from extract.engine import Engine

    engine = Engine()
    found = {
        identity: engine.read(record.title, record.sections, record.given_text)
        for identity, record in records().items()
    }
    return count(found, figures())


if __name__ == "__main__":
    for name, number in read_all().items():
        print(f"{number:5} {name}")
