"""What a run leaves in the store, and how a past run is read back.

A run's row is written when it starts; its screening, claims, estimates and comparisons are written together with its
completion, in one transaction: a run that was killed has left nothing that is ever shown. Screening is kept as changes
(valid from one run until another). A run whose comparisons equal the last run's refers to them instead of copying them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from pipeline.database import now
from pipeline.errors import StoreError
from pipeline.fingerprint import fingerprint, versions
from pipeline.judgements import last_judgement
from pipeline.review import Review
from pipeline.screening import WITHDRAWN, Screened
from pipeline.secret import redacted
from pipeline.store import Store, canonical, digest

_FIGURE = ("verdict", "value", "low", "high", "k", "n")


@dataclass(frozen=True, slots=True)
class PastRun:
    """A complete run, as the store has it."""

    id: int
    review_id: str
    started_at: str
    finished_at: str
    engine: str
    versions: dict[str, str]
    settings: dict[str, Any]
    flow: dict[str, Any]
    same_as: int | None
    inputs: dict[str, Any] = field(default_factory=dict)


def put_review(store: Store, review: Review) -> str:
    """Store a review's settings; the hash under which they are kept is returned."""
    settings = canonical(review.settings())
    settings_hash = digest(settings)
    known = store.rows("SELECT settings_hash FROM reviews WHERE id = ?", [review.id])
    if known and known[0]["settings_hash"] == settings_hash:
        return settings_hash
    with store.transaction():
        store.execute(
            "INSERT INTO reviews (id, title, question, settings, settings_hash) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET title = excluded.title, question = excluded.question,"
            " settings = excluded.settings, settings_hash = excluded.settings_hash",
            [review.id, review.title, review.question, settings, settings_hash],
        )
        store.execute("INSERT OR IGNORE INTO review_versions VALUES (?, ?, ?)", [review.id, settings_hash, settings])
    return settings_hash


def keep_folder(store: Store, review: Review) -> None:
    """Remember where the review's folder is, for `retally update --all`, whatever folder cron starts in."""
    folder = str(review.folder.resolve())
    known = store.rows("SELECT folder FROM update_state WHERE review_id = ?", [review.id])
    if not known or known[0]["folder"] != folder:
        with store.transaction():
            store.execute(
                "INSERT INTO update_state (review_id, folder) VALUES (?, ?)"
                " ON CONFLICT (review_id) DO UPDATE SET folder = excluded.folder",
                [review.id, folder],
            )


def start_run(
    store: Store, review_id: str, kind: str, settings_hash: str, versions: Mapping[str, str], inputs: Mapping[str, Any]
) -> int:
    """A new run's number. Runs of this review that never ended are marked as failed: only one runs at a time."""
    with store.transaction():
        store.execute(
            "UPDATE runs SET status = 'failed', error = 'interrupted' WHERE status = 'running' AND review_id = ?",
            [review_id],
        )
        return store.execute(
            "INSERT INTO runs (review_id, kind, status, started_at, settings_hash, versions, inputs)"
            " VALUES (?, ?, 'running', ?, ?, ?, ?)",
            [review_id, kind, now(), settings_hash, canonical(dict(versions)), canonical(dict(inputs))],
        )


@contextmanager
def recorded_run(
    store: Store,
    review: Review,
    kind: str,
    engine: str,
    inputs: Mapping[str, Any],
    model: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """A new run's number; where what follows is stopped by an error, the run's row says by which.

    `model` names the model that a user put in place of the one that ships, in the words of `fingerprint.versions`.
    """
    settings_hash = put_review(store, review)
    keep_folder(store, review)
    used = {**versions(), **(model or {})}
    run_id = start_run(store, review.id, kind, settings_hash, used, {**_inputs(store, review, engine), **inputs})
    try:
        yield run_id
    except BaseException as error:
        with suppress(StoreError):  # what stopped the run may stop this note too; the next run makes it then
            fail_run(store, run_id, f"{type(error).__name__}: {error}")
        raise


def _inputs(store: Store, review: Review, engine: str) -> dict[str, Any]:
    """Fingerprints of what goes into a run."""
    files = {path.name: path for path in (review.claims_path, review.records_path) if path.is_file()}
    hashes = {name: digest(path.read_text(encoding="utf-8")) for name, path in files.items()}
    return {"fingerprint": fingerprint(review, engine, last_judgement(store, review.id)), **hashes}


def fail_run(store: Store, run_id: int, error: str) -> None:
    """Note why a run did not complete."""
    with store.transaction():
        store.execute(
            "UPDATE runs SET status = 'failed', finished_at = ?, error = ? WHERE id = ?",
            [now(), redacted(error), run_id],
        )


def finish_run(
    store: Store,
    run_id: int,
    review_id: str,
    engine: str,
    decisions: Sequence[Screened],
    claims: Sequence[Mapping[str, Any]],
    results: Sequence[Mapping[str, Any]],
    flow: Mapping[str, Any],
    counts: Mapping[str, Any],
    seconds: float,
    screened_as: str | None = None,
    then: Callable[[], None] | None = None,
) -> None:
    """Write all that a run found, and that it is complete, in one transaction.

    `claims` and `results` are the dictionaries of `Claim` and `ClaimResult`, one for one. `screened_as` is what the
    decisions rest on (`pipeline.fingerprint`); `then` writes what must be there exactly when the run is complete.
    """
    with store.transaction():
        _put_screening(store, review_id, run_id, decisions)
        numbers = _put_claims(store, review_id, claims)
        same_as = _same_results(store, review_id, results)
        if same_as is None:
            _put_results(store, run_id, numbers, results)
        store.execute(
            "UPDATE runs SET status = 'complete', finished_at = ?, seconds = ?, engine = ?, counts = ?, flow = ?,"
            " same_as = ? WHERE id = ?",
            [now(), round(seconds, 3), engine, canonical(dict(counts)), canonical(dict(flow)), same_as, run_id],
        )
        store.execute("UPDATE reviews SET screened_as = ? WHERE id = ?", [screened_as, review_id])
        if then is not None:
            then()


def repeat_run(
    store: Store, run_id: int, last: PastRun, counts: Mapping[str, Any], seconds: float, then: Callable[[], None]
) -> None:
    """Complete a run for which nothing had changed: its results are those of the last one, and it says so."""
    newest = store.rows("SELECT coalesce(max(id), 0) AS id FROM searches WHERE review_id = ?", [last.review_id])
    with store.transaction():
        store.execute(
            "UPDATE runs SET status = 'complete', finished_at = ?, seconds = ?, engine = ?, counts = ?, flow = ?,"
            " same_as = ? WHERE id = ?",
            [
                *(now(), round(seconds, 3), last.engine, canonical(dict(counts))),
                canonical({**last.flow, "last_search": newest[0]["id"]}),
                *(last.id if last.same_as is None else last.same_as, run_id),
            ],
        )
        then()


def unscreened(store: Store, review_id: str) -> bool:
    """Whether a record of the review is not, or not as it is now, among those that the last run decided on.

    Answered from indexes alone, so that it is quick in a large store.
    """
    rows = store.rows(
        "WITH used AS (SELECT DISTINCT used.id, used.version, used.deleted_at FROM candidates"
        " CROSS JOIN records AS found INDEXED BY records_in_use ON found.id = candidates.record_id"
        " CROSS JOIN records AS used INDEXED BY records_in_use ON used.id = coalesce(found.superseded_by, found.id)"
        " WHERE candidates.review_id = :review)"
        " SELECT EXISTS (SELECT 1 FROM used LEFT JOIN screening ON screening.review_id = :review"
        " AND screening.record_id = used.id AND screening.until_run IS NULL WHERE screening.id IS NULL"
        " OR screening.version <> used.version OR (used.deleted_at IS NOT NULL) <> (screening.reason = :withdrawn))"
        " OR (SELECT count(*) FROM used)"
        " <> (SELECT count(*) FROM screening WHERE review_id = :review AND until_run IS NULL) AS found",
        {"review": review_id, "withdrawn": WITHDRAWN},  # type: ignore[arg-type]
    )
    return bool(rows[0]["found"])


def past_run(store: Store, review_id: str, run_id: int | None = None) -> PastRun | None:
    """The complete run of that number, or the last one; None where there is none."""
    rows = store.rows(
        "SELECT runs.*, review_versions.settings FROM runs JOIN review_versions USING (review_id, settings_hash)"
        " WHERE review_id = :review AND status = 'complete' AND (:run IS NULL OR runs.id = :run)"
        " ORDER BY runs.id DESC LIMIT 1",
        {"review": review_id, "run": run_id},  # type: ignore[arg-type]
    )
    if not rows:
        return None
    row = rows[0]
    return PastRun(
        id=row["id"],
        review_id=row["review_id"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        engine=row["engine"],
        versions=json.loads(row["versions"]),
        settings=json.loads(row["settings"]),
        flow=json.loads(row["flow"]),
        same_as=row["same_as"],
        inputs=json.loads(row["inputs"]),
    )


def run_results(store: Store, run: PastRun) -> list[dict[str, Any]]:
    """The comparisons of a run, as `ClaimResult` dictionaries, in the order of its report."""
    rows = store.rows(
        "SELECT body FROM comparisons WHERE run_id = ? ORDER BY place", [run.id if run.same_as is None else run.same_as]
    )
    return [json.loads(row["body"]) for row in rows]


def claim_history(store: Store, run: PastRun) -> dict[str, list[dict[str, Any]]]:
    """Claim id to what its figure was from which run on, up to this run; a row for each change, oldest first.

    Each row has `run`, `finished_at`, `verdict`, the headline's `value`, `low`, `high`, `k`, `n`, and the run's
    `inputs`. From the columns alone: no comparison's body is read.
    """
    rows = store.rows(
        "SELECT runs.id AS run, runs.finished_at, runs.inputs, claims.claim_id, comparisons.verdict,"
        " value, low, high, k, n FROM runs JOIN comparisons ON comparisons.run_id = runs.id"
        " JOIN claims ON claims.id = comparisons.claim"
        " LEFT JOIN estimates ON estimates.run_id = runs.id AND estimates.claim = comparisons.claim"
        " AND estimates.name = 'headline'"
        " WHERE runs.review_id = ? AND runs.status = 'complete' AND runs.id <= ? ORDER BY runs.id, comparisons.place",
        [run.review_id, run.id],
    )
    history: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        points = history.setdefault(row.pop("claim_id"), [])
        if not points or any(points[-1][name] != row[name] for name in _FIGURE):
            points.append(row)
    return history


def run_screening(store: Store, run: PastRun) -> list[Screened]:
    """The decisions that held in a run, by record id."""
    rows = store.rows(
        "SELECT screening.*, record_versions.content_hash FROM screening"
        " JOIN record_versions USING (record_id, version)"
        " WHERE review_id = ? AND from_run <= ? AND (until_run IS NULL OR until_run > ?) ORDER BY record_id",
        [run.review_id, run.id, run.id],
    )
    return [Screened.from_row(row) for row in rows]


def _put_screening(store: Store, review_id: str, run_id: int, decisions: Sequence[Screened]) -> None:
    """Close the rows that no longer hold and add those that are new; what did not change is left alone."""
    current = {
        row["record_id"]: row
        for row in store.rows("SELECT * FROM screening WHERE review_id = ? AND until_run IS NULL", [review_id])
    }
    for one in decisions:
        row = current.pop(one.record_id, None)
        if row is not None:
            held = (row["version"], row["decision"], row["reason"], row["design"], row["tier"], row["patients"])
            if held == (one.version, one.decision, one.reason, one.design, one.tier, one.patients):
                continue
            store.execute("UPDATE screening SET until_run = ? WHERE id = ?", [run_id, row["id"]])
        store.execute(
            "INSERT INTO screening (review_id, record_id, version, decision, reason, design, tier, patients, from_run)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(review_id, one.record_id, one.version, one.decision, one.reason, one.design, one.tier),
                *(one.patients, run_id),
            ],
        )
    for row in current.values():  # no longer a candidate: superseded by a better source of the same paper
        store.execute("UPDATE screening SET until_run = ? WHERE id = ?", [run_id, row["id"]])


def _put_claims(store: Store, review_id: str, claims: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Store the review's claims; those that are gone stay, marked as not active. Returns claim id to row number."""
    store.execute("UPDATE claims SET active = 0 WHERE review_id = ?", [review_id])
    for claim in claims:
        store.execute(
            "INSERT INTO claims (review_id, claim_id, doc, measure, kind, body) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (review_id, claim_id) DO UPDATE SET active = 1, doc = excluded.doc,"
            " measure = excluded.measure, kind = excluded.kind, body = excluded.body",
            [review_id, claim["id"], claim.get("doc"), claim["measure"], claim.get("kind"), canonical(dict(claim))],
        )
    rows = store.rows("SELECT id, claim_id FROM claims WHERE review_id = ?", [review_id])
    return {row["claim_id"]: row["id"] for row in rows}


def _same_results(store: Store, review_id: str, results: Sequence[Mapping[str, Any]]) -> int | None:
    """The run that holds the last complete run's comparisons, where those equal these results."""
    last = past_run(store, review_id)
    if last is None:
        return None
    if [canonical(result) for result in run_results(store, last)] != [canonical(dict(one)) for one in results]:
        return None
    return last.id if last.same_as is None else last.same_as


def _put_results(store: Store, run_id: int, numbers: Mapping[str, int], results: Sequence[Mapping[str, Any]]) -> None:
    for place, result in enumerate(results):
        claim = numbers[result["claim"]["id"]]
        store.execute(
            "INSERT INTO comparisons (run_id, claim, place, verdict, reason, body) VALUES (?, ?, ?, ?, ?, ?)",
            [run_id, claim, place, result["verdict"], result["reason"], canonical(dict(result))],
        )
        estimates = {"headline": result.get("estimate"), **_named(result.get("other_methods"))}
        for name, estimate in estimates.items():
            if isinstance(estimate, Mapping):
                figures = [estimate.get(key) for key in ("value", "low", "high", "k", "n")]
                store.execute(
                    "INSERT INTO estimates (run_id, claim, name, value, low, high, k, n, body)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [run_id, claim, name, *figures, canonical(dict(estimate))],
                )


def _named(methods: Any) -> dict[str, Any]:
    """The other methods' estimates by name, whether they come as a mapping or as a list."""
    if isinstance(methods, Mapping):
        return dict(methods)
    return {str(method.get("method", place)): method for place, method in enumerate(methods or ())}
