"""The records of a report as its readers cite them: a short name, a full citation, a link, the marks they carry.

In: the records frame of `reports.compare`. Out: `Study`, by record id. Called by `reports.view` and `reports.page`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True, slots=True)
class Study:
    """One record. `name` is unique on the page (`Barroso 2007`, `Kim 2003a`); `url` leads to the paper, for a
    restatement too, where it is a link only."""

    id: str
    name: str
    citation: str
    title: str = ""
    year: int | None = None
    url: str | None = None
    restated: bool = False
    retracted: bool = False
    design: str = ""
    tier: int = 1


def studies_of(records: pd.DataFrame) -> dict[str, Study]:
    """Every record as a `Study`, in order of year and name."""
    rows = [_plain(row) for row in records.to_dict("records")]
    rows.sort(key=lambda row: (row.get("year") or 0, _surname(row), str(row["id"])))
    names = Counter(_short_name(row) for row in rows)
    seen: Counter[str] = Counter()
    studies = {}
    for row in rows:
        name = _short_name(row)
        if names[name] > 1:
            seen[name] += 1
            name += chr(ord("a") + (seen[name] - 1) % 26)
        studies[str(row["id"])] = _study(row, name)
    return studies


def unknown(record_id: str, citation: str = "") -> Study:
    """A study that is not among the records of the report."""
    return Study(record_id, citation or record_id, citation or record_id)


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """pandas' missing values as None."""
    return {str(key): None if isinstance(value, float) and value != value else value for key, value in row.items()}


def _study(row: dict[str, Any], name: str) -> Study:
    return Study(
        id=str(row["id"]), name=name, citation=_citation(row), title=row.get("title") or "", year=_year(row),
        url=_url(row), restated=row.get("source") == "restatement", retracted=bool(row.get("retracted")),
        design=row.get("design") or "", tier=int(row.get("tier") or 1),
    )  # fmt: skip


def _year(row: dict[str, Any]) -> int | None:
    year = row.get("year")
    return None if year is None else int(year)


def _authors(row: dict[str, Any]) -> list[str]:
    authors = row.get("authors")
    return [] if authors is None else [str(author) for author in authors]


def _surname(row: dict[str, Any]) -> str:
    authors = _authors(row)
    if not authors:
        return ""
    first = authors[0]
    if "," in first:
        return first.partition(",")[0].strip()
    words = first.split()
    while len(words) > 1 and words[-1].isupper() and len(words[-1]) <= 3:  # PubMed's initials: "van der Berg JA"
        words.pop()
    return " ".join(words) if len(words) < len(first.split()) else words[-1]


def _short_name(row: dict[str, Any]) -> str:
    who = _surname(row)
    if not who:
        who = (row.get("journal") or "").strip() or str(row["id"])
    return f"{who} {_year(row)}" if _year(row) else who


def _citation(row: dict[str, Any]) -> str:
    """Authors, title, journal, year, as far as they are known."""
    authors = _authors(row)
    who = ", ".join(authors[:3]) + (" et al" if len(authors) > 3 else "")
    parts = [who, (row.get("title") or "").strip().rstrip("."), row.get("journal") or "", str(_year(row) or "")]
    return ". ".join(part for part in parts if part) + "."


def _url(row: dict[str, Any]) -> str | None:
    """PubMed's page, else the DOI's; only identifiers of the right form become links."""
    pmid, doi = str(row.get("pmid") or ""), str(row.get("doi") or "")
    if pmid.isdigit():
        return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
    return f"https://doi.org/{doi}" if doi.startswith("10.") and "/" in doi else None
