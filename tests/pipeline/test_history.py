"""Runs: what one leaves is complete or absent, history is kept as changes, and a past run can be read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.frames import FINDING_COLUMNS, RECORD_COLUMNS, counted, findings_frame, records_frame, shared_patients
from pipeline.history import (
    fail_run,
    finish_run,
    past_run,
    put_review,
    run_results,
    run_screening,
    start_run,
)
from pipeline.record import Correction, Record
from pipeline.review import Overlap, Population, Review, Terms
from pipeline.screening import Screened
from pipeline.store import Link, Store

REVIEW = Review("cold", Path("cold"), "Common cold", "How often?", "cold", Population(Terms("cold", ("cold",))))
CLAIM = {"id": "cough", "measure": "symptom:cough", "doc": "r.txt", "kind": "proportion"}


def result(verdict: str = "agrees", value: float = 0.25) -> dict[str, Any]:
    estimate = {"method": "glmm", "value": value, "low": 0.1, "high": 0.4, "k": 3, "n": 120}
    return {"claim": CLAIM, "verdict": verdict, "reason": "r", "estimate": estimate, "other_methods": []}


@pytest.fixture
def store(tmp_path: Path):
    with Store(tmp_path / "s.sqlite") as opened:
        opened.put_records([Record("pmid:1", "Made-up", [("", "a")], pmid="1", source="pubmed", year=2000)])
        yield opened


def screened(store: Store, record_id: str = "pmid:1", **changes: Any) -> Screened:
    row = store.rows("SELECT version, content_hash FROM records WHERE id = ?", [record_id])[0]
    given = {"included": True, "reason": "eligible", "design": "cohort", "tier": 1, "patients": 40, **changes}
    return Screened(record_id, row["version"], row["content_hash"], **given)


def one_run(store: Store, decisions: list[Screened], results: list[dict[str, Any]]) -> int:
    run_id = start_run(store, "cold", "run", put_review(store, REVIEW), {"retally": "1"}, {})
    finish_run(store, run_id, "cold", "v1", decisions, [CLAIM], results, {"included": 1}, {}, 1.0)
    return run_id


def counts(store: Store) -> dict[str, int]:
    return {name: store.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in store.db.table_names()}


def test_the_same_run_again_adds_only_its_own_row(store: Store) -> None:
    first = one_run(store, [screened(store)], [result()])
    before = counts(store)
    second = one_run(store, [screened(store)], [result()])
    assert counts(store) == {**before, "runs": before["runs"] + 1}
    again = past_run(store, "cold", second)
    assert again is not None
    assert again.same_as == first
    assert run_results(store, again) == [result()]


def test_a_verdict_that_moved_leaves_the_earlier_one_in_its_run(store: Store) -> None:
    first = one_run(store, [screened(store)], [result()])
    second = one_run(store, [screened(store)], [result("differs", 0.6)])
    third = one_run(store, [screened(store)], [result("differs", 0.6)])
    verdicts = [run_results(store, past_run(store, "cold", run))[0]["verdict"] for run in (first, second, third)]
    assert verdicts == ["agrees", "differs", "differs"]
    rows = store.rows("SELECT run_id, name, value, n FROM estimates ORDER BY run_id")
    assert rows == [
        {"run_id": first, "name": "headline", "value": 0.25, "n": 120},
        {"run_id": second, "name": "headline", "value": 0.6, "n": 120},
    ]


def test_screening_is_kept_as_it_was_in_each_run(store: Store) -> None:
    first = one_run(store, [screened(store)], [result()])
    second = one_run(store, [screened(store, included=False, reason="retracted")], [result()])
    held = {run: run_screening(store, past_run(store, "cold", run)) for run in (first, second)}
    assert [held[run][0].reason for run in (first, second)] == ["eligible", "retracted"]
    one_run(store, [], [result()])
    assert run_screening(store, past_run(store, "cold")) == []
    assert [held[run] for run in (first, second)] == [
        run_screening(store, past_run(store, "cold", run)) for run in (first, second)
    ]


def test_a_run_sees_the_form_of_a_record_that_it_screened(store: Store) -> None:
    before = screened(store)
    store.put_records([Record("pmid:1", "Made-up", [("", "b")], pmid="1", source="pubmed", year=2000)])
    assert records_frame(store, [before])["text"].tolist() == ["Made-up\na"]
    assert records_frame(store, [screened(store)])["text"].tolist() == ["Made-up\nb"]


def test_a_failed_run_is_never_shown(store: Store) -> None:
    complete = one_run(store, [screened(store)], [result()])
    failed = start_run(store, "cold", "run", put_review(store, REVIEW), {}, {})
    fail_run(store, failed, "no network")
    last = past_run(store, "cold")
    assert last is not None
    assert last.id == complete
    assert past_run(store, "cold", failed) is None


def test_a_run_that_was_killed_is_marked_when_the_next_starts(store: Store) -> None:
    killed = start_run(store, "cold", "run", put_review(store, REVIEW), {}, {})
    one_run(store, [screened(store)], [result()])
    assert store.rows("SELECT status, error FROM runs WHERE id = ?", [killed]) == [
        {"status": "failed", "error": "interrupted"}
    ]


def test_a_run_that_cannot_be_written_whole_leaves_nothing(store: Store) -> None:
    before = counts(store)
    run_id = start_run(store, "cold", "run", put_review(store, REVIEW), {}, {})
    nobody = Screened("pmid:404", "v", "h", True, "eligible", "cohort", 1)
    with pytest.raises(Exception, match="FOREIGN KEY"):
        finish_run(store, run_id, "cold", "v1", [screened(store), nobody], [CLAIM], [result()], {}, {}, 1.0)
    after = counts(store)
    assert (after["screening"], after["comparisons"]) == (before["screening"], before["comparisons"])
    assert past_run(store, "cold") is None


def test_a_claim_that_is_gone_stays_for_the_runs_that_judged_it(store: Store) -> None:
    one_run(store, [screened(store)], [result()])
    run_id = start_run(store, "cold", "run", put_review(store, REVIEW), {}, {})
    finish_run(store, run_id, "cold", "v1", [screened(store)], [], [], {}, {}, 1.0)
    assert store.rows("SELECT claim_id, active FROM claims") == [{"claim_id": "cough", "active": 0}]
    assert run_results(store, past_run(store, "cold", run_id)) == []


# Frames ----------------------------------------------------------------------------------------------------------


def test_the_columns_are_those_that_reports_rely_on(store: Store) -> None:
    frame = records_frame(store, [screened(store)])
    assert tuple(frame.columns) == RECORD_COLUMNS
    assert frame.loc[0, ["tier", "patients", "retracted"]].tolist() == [1, 40, False]
    assert tuple(findings_frame(store, [screened(store)], "v1").columns) == FINDING_COLUMNS


def test_a_restatement_shows_the_identifiers_of_its_paper_and_that_it_is_one(store: Store) -> None:
    record = Record("restated:x", "Restated", [("", "t")], source="restatement")
    store.put_records([(record, Link(pmid="7", doi="10.1/X", citation="Someone 2000"))])
    row = records_frame(store, [screened(store, "restated:x")]).loc[0]
    assert (row["pmid"], row["doi"], row["source"], row["citation"]) == ("7", "10.1/X", "restatement", "Someone 2000")


def test_retracted_papers_stay_in_sight_with_their_notices(store: Store) -> None:
    notices = [Correction("RetractionIn", "9"), Correction("CommentIn", "10")]
    store.put_records([Record("pmid:2", "Gone", [("", "t")], pmid="2", source="pubmed", corrections=notices)])
    out = screened(store, "pmid:2", included=False, reason="retracted")
    other = screened(store, included=False, reason="no abstract")
    frame = records_frame(store, counted([out, other]))
    assert frame[["id", "retracted", "notices"]].to_dict("records") == [
        {"id": "pmid:2", "retracted": True, "notices": ["retracted (PMID 9)"]}
    ]


def test_overlapping_reports_name_each_other_also_after_a_better_source_came(store: Store) -> None:
    store.put_records([(Record("restated:x", "Restated", [("", "t")], source="restatement"), Link(pmid="1"))])
    store.put_records([Record("pmid:2", "Other", [("", "t")], pmid="2", source="pubmed")])
    shared = [Overlap(("restated:x", "pmid:2"), "same centre")]
    frame = records_frame(store, [screened(store), screened(store, "pmid:2")], shared_patients(store, shared))
    assert dict(zip(frame["id"], frame["overlaps"], strict=True)) == {"pmid:1": ["pmid:2"], "pmid:2": ["pmid:1"]}
