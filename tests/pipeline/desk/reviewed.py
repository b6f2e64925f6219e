"""A small counted review and the judgements that tests make on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.history import past_run
from pipeline.judgements import Draft, Judgement, finding_target, judge, screening_target
from pipeline.review import Review, load_review
from pipeline.run import Outcome, run_review
from pipeline.settings import Settings
from pipeline.store import Store
from tests.pipeline.small_review import make


class Silent:
    """A display that shows nothing."""

    def stage(self, name: str, total: int | None = None) -> None: ...

    def step(self, done: int, total: int | None = None) -> None: ...


def reviewed(folder: Path, studies: int = 4) -> tuple[Review, Settings]:
    """A review that has been counted once; its store is `s.sqlite` in the folder."""
    review = load_review(str(make(folder / "spruce", studies)))
    settings = Settings(store=folder / "s.sqlite", out=folder / "out", email="test@example.org")
    count(review, settings)
    return review, settings


def count(review: Review, settings: Settings) -> Outcome:
    """Count it (again)."""
    return run_review(review, settings, Silent())


def findings(store: Store, record_id: str, engine: str | None = None) -> list[dict[str, Any]]:
    """The findings that the last run read in a record, each with its row number under `id` and its `content_hash`."""
    run = past_run(store, "spruce")
    assert run is not None
    rows = store.rows(
        "SELECT id, content_hash, body FROM findings WHERE record_id = ? AND engine = ? ORDER BY place",
        [record_id, engine or run.engine],
    )
    return [{**json.loads(row["body"]), "id": row["id"], "content_hash": row["content_hash"]} for row in rows]


def finding(store: Store, record_id: str, measure: str) -> dict[str, Any]:
    """The record's first finding of a measure that has a denominator, else its first."""
    of_it = [one for one in findings(store, record_id) if one["measure"] == measure]
    return next((one for one in of_it if one["denominator"]), of_it[0])


def plain(found: dict[str, Any]) -> dict[str, Any]:
    """A finding without what `findings` added."""
    return {name: value for name, value in found.items() if name not in ("id", "content_hash")}


def on_finding(
    store: Store, found: dict[str, Any], record_id: str, verdict: str, person: str = "ann", seen: int = 0, **more: Any
) -> Judgement:
    """Judge a finding; `changes` in `more` are what a correction changes."""
    changes = more.pop("changes", {})
    after = None if verdict == "reject" else {**plain(found), **changes}
    draft = Draft(
        "spruce", record_id, "finding", finding_target(found["content_hash"], found), verdict, person,
        content_hash=found["content_hash"], before=plain(found), after=after, engine=found["engine"],
        finding_id=found["id"], **more,
    )  # fmt: skip
    return judge(store, draft, seen)


def on_record(store: Store, record_id: str, verdict: str, person: str = "ann", seen: int = 0, **more: Any) -> Judgement:
    """Judge whether a record is let in."""
    return judge(
        store, Draft("spruce", record_id, "screening", screening_target(record_id), verdict, person, **more), seen
    )
