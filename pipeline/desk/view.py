"""A review as the desk's pages see it: its last complete run, the results, the studies' short names, what is new.

`open_review` is called for each page. What belongs to a run never changes, so it is computed once and kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.desk.app import Desk
from pipeline.history import PastRun, past_run, run_results
from pipeline.judgements import last_judgement
from pipeline.store import Store
from reports.result import ClaimResult
from reports.studies import Study, studies_of


@dataclass(slots=True)
class ReviewView:
    """One review. `run` is its last complete run, or None before the first."""

    desk: Desk
    store: Store
    id: str
    title: str
    question: str
    run: PastRun | None

    @property
    def results_of(self) -> int:
        """The run that holds the results of the last one."""
        assert self.run is not None
        return self.run.id if self.run.same_as is None else self.run.same_as

    def results(self) -> list[ClaimResult]:
        """The last run's results, in the order of the report."""
        run = self.run
        if run is None:
            return []
        key = ("results", self.id, self.results_of)
        return self.desk.cache.get(key, lambda: [ClaimResult.from_dict(row) for row in run_results(self.store, run)])

    def result(self, claim_id: str) -> ClaimResult | None:
        """The last run's result on one claim, without reading the others."""
        if self.run is None:
            return None
        rows = self.store.rows(
            "SELECT comparisons.body FROM comparisons JOIN claims ON claims.id = comparisons.claim"
            " WHERE run_id = ? AND claim_id = ?",
            [self.results_of, claim_id],
        )
        return ClaimResult.from_dict(json.loads(rows[0]["body"])) if rows else None

    def claim_ids(self) -> list[str]:
        """The claims of the last run, in the order of the report."""
        rows = self.store.rows(
            "SELECT claim_id FROM comparisons JOIN claims ON claims.id = comparisons.claim WHERE run_id = ?"
            " ORDER BY place",
            [self.results_of if self.run else 0],
        )
        return [row["claim_id"] for row in rows]

    def studies(self) -> dict[str, Study]:
        """The included records as they are cited; no text is read."""
        run = self.run
        if run is None:
            return {}
        return self.desk.cache.get(("studies", self.id, run.id), lambda: studies_of(self._cited(run)))

    def _cited(self, run: PastRun) -> pd.DataFrame:
        rows = self.store.rows(
            "SELECT records.id, records.title, records.journal, records.year, records.source,"
            " coalesce(records.pmid, records.link_pmid) AS pmid, coalesce(records.doi, records.link_doi) AS doi,"
            " json_extract(records.body, '$.authors[0]') AS first, screening.design, screening.tier,"
            " screening.reason = 'retracted' AS retracted"
            " FROM screening JOIN records ON records.id = screening.record_id WHERE screening.review_id = ?"
            " AND from_run <= ? AND (until_run IS NULL OR until_run > ?)"
            " AND (decision = 'included' OR reason = 'retracted')",
            [self.id, run.id, run.id],
        )
        for row in rows:
            row["authors"] = [row.pop("first")] if row["first"] else []
        return pd.DataFrame(rows, columns=None if rows else ["id"]).astype(object)

    def documents(self) -> dict[str, str]:
        """The titles of the documents whose figures are counted."""
        return {row["key"]: row["title"] for row in self.run.settings["documents"]} if self.run else {}

    def fresh(self) -> int:
        """How many judgements were made since the last count."""
        since = self.run.flow.get("last_judgement", 0) if self.run else 0
        rows = self.store.rows("SELECT count(*) AS n FROM judgements WHERE review_id = ? AND id > ?", [self.id, since])
        return int(rows[0]["n"])

    def newest(self) -> int:
        """The id of the newest judgement."""
        return last_judgement(self.store, self.id)


def open_review(desk: Desk, store: Store, review_id: str) -> ReviewView | None:
    """The review of that name; None where the store has none."""
    rows = store.rows("SELECT id, title, question FROM reviews WHERE id = ?", [review_id])
    if not rows:
        return None
    return ReviewView(desk, store, review_id, rows[0]["title"], rows[0]["question"], past_run(store, review_id))


def reviews(store: Store) -> list[dict[str, Any]]:
    """All reviews of the store, each with its last complete run and how many decisions were made."""
    return store.rows(
        "SELECT reviews.id, title, question, (SELECT max(finished_at) FROM runs WHERE review_id = reviews.id"
        " AND status = 'complete') AS counted, (SELECT count(*) FROM judgements WHERE review_id = reviews.id)"
        " AS decisions, (SELECT count(*) FROM claims WHERE review_id = reviews.id AND active = 1) AS claims"
        " FROM reviews ORDER BY reviews.id"
    )
