"""From rows of the store to the tables that `reports` works on.

The columns are the seam between `pipeline` and `reports`: `records_frame` has a row for each record in the count,
`findings_frame` a row for each finding in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import pandas as pd

from extract.finding import Finding
from pipeline.decided import Decided
from pipeline.record import Record
from pipeline.review import Overlap
from pipeline.screening import Screened, is_retracted
from pipeline.store import Store
from pipeline.texts import text_note

RECORD_COLUMNS = (
    *("id", "title", "text", "journal", "year", "authors", "doi", "pmid", "source", "design", "tier", "patients"),
    *("retracted", "notices", "duplicate_of", "overlaps", "citation", "language"),
)
FINDING_COLUMNS = ("record_id", *(field.name for field in fields(Finding)))

# PubMed's kinds of notice that a reader must see beside a study's figures, in words.
_NOTICES = {
    "RetractionIn": "retracted",
    "PartialRetractionIn": "partly retracted",
    "ExpressionOfConcernIn": "expression of concern",
    "ErratumIn": "erratum",
    "CorrectedandRepublishedIn": "corrected and republished",
    "UpdateIn": "updated",
}


def counted(decisions: Iterable[Screened]) -> list[Screened]:
    """The records whose figures are looked at: the included, and the retracted, which are shown as set aside."""
    return [one for one in decisions if one.included or one.reason == "retracted"]


def records_frame(
    store: Store, decisions: Sequence[Screened], shared: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """The records of these decisions in the form in which they were screened, sorted by year and id.

    `doi` and `pmid` of a restatement are those of the paper it restates: its `source` says that it is one. `shared`
    is what `shared_patients` gave when the run was made.
    """
    shared = shared or {}
    rows = []
    bodies = _bodies(store, decisions)
    for one in decisions:
        body = bodies[one.record_id]
        record, link = Record.from_dict(body), body.get("link") or {}
        rows.append(
            {
                "id": record.id,
                "title": record.title,
                "text": record.text,
                "journal": record.journal,
                "year": record.year,
                "authors": list(record.authors),
                "doi": record.doi or link.get("doi"),
                "pmid": record.pmid or link.get("pmid"),
                "source": record.source,
                "design": one.design,
                "tier": one.tier,
                "patients": one.patients,
                "retracted": is_retracted(record),
                "notices": notices(record, body),
                "duplicate_of": None,
                "overlaps": list(shared.get(record.id, ())),
                "citation": body.get("citation"),
                "language": record.language,
            }
        )
    rows.sort(key=lambda row: (row["year"] or 0, row["id"]))
    return _frame(rows, RECORD_COLUMNS)


def findings_frame(
    store: Store, decisions: Sequence[Screened], engine: str, decided: Decided | None = None
) -> pd.DataFrame:
    """What that version of the engine read in the records of these decisions, as far as people have not decided
    otherwise; in the order of each text."""
    found = store.findings({one.content_hash for one in decisions}, engine)
    rows = []
    for one in sorted(decisions, key=lambda one: one.record_id):
        holds = found[one.content_hash]
        if decided is not None:
            holds = decided.findings(store, one.record_id, one.content_hash, holds)
        rows += [{**dict.fromkeys(FINDING_COLUMNS), **finding, "record_id": one.record_id} for finding in holds]
    return _frame(rows, FINDING_COLUMNS)


def _frame(rows: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """A table that keeps whole numbers whole and None as None, which pandas' own column types would not."""
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in columns})


def _bodies(store: Store, decisions: Sequence[Screened]) -> dict[str, dict[str, Any]]:
    """Record id to the record in the form in which it was screened; one look, however many there are."""
    wanted = json.dumps([[one.record_id, one.version] for one in decisions])
    rows = store.rows(
        "SELECT record_id, body FROM json_each(?) AS one CROSS JOIN record_versions"
        " ON record_id = json_extract(one.value, '$[0]') AND version = json_extract(one.value, '$[1]')",
        [wanted],
    )
    return {row["record_id"]: json.loads(row["body"]) for row in rows}


def notices(record: Record, body: Mapping[str, Any]) -> list[str]:
    """Each notice once, with the PubMed number of the notice where it is known; and that a text is an earlier one."""
    said = []
    for correction in record.corrections:
        if correction.kind in _NOTICES:
            where = f" (PMID {correction.pmid})" if correction.pmid else ""
            said.append(_NOTICES[correction.kind] + where)
    if kept := text_note(body):
        said.append(kept)
    return list(dict.fromkeys(said))


def shared_patients(store: Store, overlaps: Sequence[Overlap]) -> dict[str, list[str]]:
    """Record id to the ids of those that report some of the same patients; a superseded id stands for its successor."""
    successors = store.successors() if overlaps else {}
    shared: dict[str, list[str]] = {}
    for overlap in overlaps:
        ids = list(dict.fromkeys(successors.get(record_id, record_id) for record_id in overlap.records))
        for record_id in ids:
            shared.setdefault(record_id, []).extend(other for other in ids if other != record_id)
    return shared
