"""A run's report, from what the store holds of that run and nothing else.

The report of the run that has just ended and that of a run long past are made by the same function, so a past report
comes out the same, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.decided import Decided
from pipeline.frames import counted, findings_frame, records_frame, shared_patients
from pipeline.history import PastRun, claim_history, past_run, run_results, run_screening
from pipeline.review import Overlap
from pipeline.store import Store
from reports.compare import ClaimResult
from reports.context import (
    Change,
    Flow,
    HistoryPoint,
    Notice,
    ReportContext,
    ReviewInfo,
    RunInfo,
    SearchInfo,
    SourceDocument,
)
from reports.report import write_report

_CAUSES = {
    "literature": "the studies",
    "program": "the program, or the review's settings",
    "judgements": "people's decisions",
}


def write_pages(store: Store, run: PastRun, folder: Path, for_publishing: bool = False) -> dict[str, Path]:
    """Write every form of the report of a complete run; returns the files by form.

    `for_publishing` leaves out the sentences of papers, which may be under their publishers' copyright.
    """
    return write_report(folder, report_context(store, run), for_publishing)


def report_context(store: Store, run: PastRun) -> ReportContext:
    """All that a report is made of, as it was when the run ended."""
    decisions = counted(run_screening(store, run))
    records = records_frame(store, decisions, run.flow.get("overlaps") or _overlaps(store, run))
    decided = Decided.of(store, run.review_id, run.flow.get("last_judgement", 0))
    results = [ClaimResult.from_dict(row) for row in run_results(store, run)]
    before = _previous(store, run)
    return ReportContext(
        review=_review_info(run.settings),
        run=RunInfo(
            id=str(run.id),
            finished=run.finished_at,
            versions={**run.versions, "engine": run.engine},
            previous=str(before.id) if before else None,
            changes=_changes(store, before, results) if before else [],
        ),
        results=results,
        records=records,
        findings=findings_frame(store, decisions, run.engine, decided),
        flow=_flow(store, run, before),
        searches=_searches(store, run),
        notices=_notices(records),
        synonyms=run.settings.get("synonyms") or {},
        history=_history(store, run),
    )


def _history(store: Store, run: PastRun) -> dict[str, list[HistoryPoint]]:
    """How each claim's figure moved up to this run; what moved it is not known of the first."""
    return {
        claim: [
            HistoryPoint(
                run=str(row["run"]),
                when=row["finished_at"],
                **{name: row[name] for name in ("verdict", "value", "low", "high", "k", "n")},
                cause=_CAUSES.get(json.loads(row["inputs"]).get("cause", "literature"), "") if place else "",
            )
            for place, row in enumerate(rows)
        ]
        for claim, rows in claim_history(store, run).items()
    }


def _overlaps(store: Store, run: PastRun) -> dict[str, list[str]]:
    """Of a run older than the note of it: as its settings say, by the ids of today."""
    return shared_patients(store, [Overlap(tuple(row["records"]), row["reason"]) for row in run.settings["overlaps"]])


def _previous(store: Store, run: PastRun) -> PastRun | None:
    """The complete run before this one."""
    rows = store.rows(
        "SELECT max(id) AS id FROM runs WHERE review_id = ? AND status = 'complete' AND id < ?", [run.review_id, run.id]
    )
    return past_run(store, run.review_id, rows[0]["id"]) if rows[0]["id"] is not None else None


def _changes(store: Store, before: PastRun, results: Iterable[ClaimResult]) -> list[Change]:
    """The claims whose verdict is not what it was; a claim that is new is no change."""
    earlier = {row["claim"]["id"]: row["verdict"] for row in run_results(store, before)}
    return [
        Change(claim=one.claim.id, before=earlier[one.claim.id], after=one.verdict, why=one.reason)
        for one in results
        if one.claim.id in earlier and earlier[one.claim.id] != one.verdict
    ]


def _review_info(settings: dict[str, Any]) -> ReviewInfo:
    return ReviewInfo(
        name=settings["id"],
        title=settings["title"],
        question=settings["question"],
        population=settings["population"]["core"]["label"],
        documents=[
            SourceDocument(id=row["key"], title=row["title"], citation=row["citation"]) for row in settings["documents"]
        ],
        eligibility=eligibility_in_words(settings),
    )


def eligibility_in_words(settings: dict[str, Any]) -> list[str]:
    """The rules of screening, one sentence each."""
    rules, population = settings["eligibility"], settings["population"]
    said = [f"Population: {population['core']['label']}."]
    if population["wider"]:
        said.append(f"Second tier, shown apart: {population['wider']['label']}.")
    said.append(f"Designs counted: {', '.join(rules['designs'])}.")
    if rules["case_reports"]:
        said.append(
            f"Case reports and studies of fewer than {rules['min_patients']} patients: for extremes, doses and causes"
            " only, never for frequencies."
        )
    else:
        said.append(f"At least {rules['min_patients']} patients; no case reports.")
    if rules["exclude_publication_types"]:
        said.append(f"Not counted: {', '.join(rules['exclude_publication_types'])}.")
    if rules["languages"]:
        said.append(f"Languages: {', '.join(rules['languages'])}.")
    if rules["first_year"] or rules["last_year"]:
        said.append(f"Published {rules['first_year'] or 'at any time'} to {rules['last_year'] or 'the present'}.")
    said.append("Retracted papers are set aside.")
    return said


def _flow(store: Store, run: PastRun, before: PastRun | None) -> Flow:
    flow = run.flow
    earlier = {one.record_id for one in run_screening(store, before) if one.included} if before else set()
    now = {one.record_id for one in run_screening(store, run) if one.included}
    return Flow(
        identified=flow["identified"],
        removed=flow["removed"],
        screened=flow["screened"],
        excluded=flow["excluded"],
        included=flow["included"],
        reports=flow["included"],
        previous=len(earlier) if before else None,
        new=len(now - earlier) if before else None,
    )


def _searches(store: Store, run: PastRun) -> list[SearchInfo]:
    """The complete searches that had been made by the end of the run, in order."""
    rows = store.rows(
        "SELECT * FROM searches WHERE review_id = ? AND complete = 1 AND id <= ? ORDER BY id",
        [run.review_id, run.flow["last_search"]],
    )
    return [
        SearchInfo(
            source=row["source"],
            query=row["query"],
            translation=row["translation"] or "",
            count=row["count"],
            fetched=row["fetched"],
            when=row["made_at"],
            version=row["version"] or "",
            limits=f"{row['date_field']} {row['date_from']} to {row['date_to']}" if row["date_field"] else "",
            note=f"{row['duplicates']} were other forms of papers already here" if row["duplicates"] else "",
        )
        for row in rows
    ]


def _notices(records: pd.DataFrame) -> list[Notice]:
    """What a reader must know of the studies before the figures."""
    notices = []
    for row in records.to_dict("records"):
        cited = row["citation"] or f"{row['title']} ({row['year']})"
        if row["retracted"]:
            notices.append(Notice(f"Retracted, and set aside: {cited}", "warning"))
        elif row["notices"]:
            notices.append(Notice(f"{'; '.join(row['notices'])}: {cited}"))
    return notices
