"""The two frames of a comparison from short descriptions, and a population to look at them with. Test material only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from extract.finding import Finding
from reports.claim import Claim


@dataclass(frozen=True)
class Terms:
    """The shape of `pipeline.review.Terms`."""

    label: str
    names: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()


@dataclass(frozen=True)
class People:
    """The shape of `pipeline.review.Population`."""

    core: Terms
    loose: Terms | None = None
    wider: Terms | None = None
    others: Terms | None = None


COP = People(
    core=Terms("COP", ("cryptogenic organizing pneumonia", "idiopathic organizing pneumonia"), ("COP",)),
    loose=Terms("BOOP", ("idiopathic BOOP",), ()),
    wider=Terms("organizing pneumonia", ("organizing pneumonia", "organising pneumonia"), ("OP", "BOOP")),
    others=Terms("secondary organizing pneumonia", ("secondary organizing pneumonia", "focal OP"), ("SOP", "CTD-OP")),
)


def claim(measure: str, **fields: Any) -> Claim:
    """A claim about COP, a proportion unless said otherwise."""
    given = {"doc": "review.txt", "id": measure, "stat": "percent", "kind": "proportion", "population": "COP", **fields}
    return Claim(measure=measure, **given)


def record(name: str, **fields: Any) -> dict[str, Any]:
    """A tier 1 series; `findings` are the keyword sets of Finding."""
    return {
        "id": name,
        "title": "A series of patients with cryptogenic organizing pneumonia",
        "text": "",
        "journal": None,
        "year": 2010,
        "authors": [],
        "doi": None,
        "pmid": None,
        "source": "jsonl",
        "design": "series",
        "tier": 1,
        "retracted": False,
        "notices": [],
        "duplicate_of": None,
        "overlaps": [],
        "citation": name,
        **fields,
    }


def share(measure: str, events: int | None, total: int | None, group: str = "all", **fields: Any) -> dict[str, Any]:
    """A count over people."""
    value = fields.pop("value", events)
    return {"measure": measure, "group": group, "stat": "count", "value": value, "numerator": events,
            "denominator": total, **fields}  # fmt: skip


def people(size: int, group: str = "all") -> dict[str, Any]:
    """The size of a group."""
    return {"measure": "participants", "group": group, "stat": "count", "value": size}


def frames(*studies: tuple[dict[str, Any], list[dict[str, Any]]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records and findings frames of studies given as (record, findings)."""
    rows = []
    for body, findings in studies:
        for place, finding in enumerate(findings):
            made = Finding(**{"start": 10 * place, "end": 10 * place + 2, **finding})
            rows.append({"record_id": body["id"], **{f: getattr(made, f) for f in Finding.__dataclass_fields__}})
    columns = ["record_id", *Finding.__dataclass_fields__]
    return pd.DataFrame([body for body, _ in studies]), pd.DataFrame(rows, columns=columns)


def real_frames(lines: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Frames from the findings of real abstracts (the shared studies.jsonl); tier 1 is what is wholly idiopathic."""
    known = set(Finding.__dataclass_fields__)
    studies = []
    for line in lines:
        pure = line["population"].startswith(("COP", "idiopathic BOOP")) and " and " not in line["population"]
        body = record(
            f"restated:{line['slug']}", title=line["title"], year=line["year"], tier=1 if pure else 2,
            doi=line["doi"], pmid=line["pmid"],
            design="case report" if line["design"].startswith("case report") else "series", journal=line["journal"],
        )  # fmt: skip
        kept = [{k: v for k, v in row.items() if k in known and v is not None} for row in line["findings"]]
        studies.append((body, kept))
    return frames(*studies)
