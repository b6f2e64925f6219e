"""The main job: a review's records into the store, screened, read, compared with its claims, and written as pages.

`run_review` is what `retally run` does; `pipeline.update` does the same every night from `recorded_run` and
`count_and_finish`. Every stage is idempotent: a run that was stopped is simply run again, and a second run over the
same records, settings and engine adds nothing but its own row in `runs`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from extract.engine import Engine
from extract.model import ClinicalModel
from pipeline.count import Counted, Display, Form, count, flow
from pipeline.entities import named, write_entities
from pipeline.fingerprint import screened_as
from pipeline.history import PastRun, finish_run, past_run, recorded_run
from pipeline.lock import only_one
from pipeline.pages import write_pages
from pipeline.review import Review
from pipeline.settings import Settings
from pipeline.sources import fetch_live, load_bundle
from pipeline.store import Store
from reports.claim import Claim, load_claims
from reports.compare import ClaimResult

__all__ = ["Display", "Outcome", "count_and_finish", "only_one", "run_review"]


@dataclass(slots=True)
class Outcome:
    """What a run came to: the run, its results, the files of the report by form, and the counts of its work."""

    run: PastRun
    results: list[ClaimResult]
    files: dict[str, Path]
    counts: dict[str, int]


def run_review(
    review: Review, settings: Settings, display: Display, live: bool = False, model: ClinicalModel | None = None
) -> Outcome:
    """Do the main job for one review. Raises a `RetallyError`, or a sibling of another package, that says the cure.

    What `model` marks in the records counted is written beside the report.
    """
    claims = load_claims(review.claims_path)
    engine = Engine()
    maker = named(model) if model is not None else None
    with only_one(settings.store), Store(settings.store) as store:
        with recorded_run(store, review, "run", engine.version, {"live": live}, maker) as run_id:
            started = time.monotonic()
            display.stage("Records")
            put = load_bundle(store, review, run_id)
            if live:
                display.stage("PubMed")
                put.add(fetch_live(store, review, settings, run_id, display.step))
            counted, counts = count_and_finish(
                store, review, claims, run_id, engine, display, asdict(put), started, jobs=settings.jobs
            )
        run = past_run(store, review.id, run_id)
        assert run is not None
        display.stage("Report")
        folder = settings.out / review.id
        files = write_pages(store, run, folder)
        if model is not None:
            files["entities"] = write_entities(store, run, model, folder, display)
    return Outcome(run, counted.results, files, counts)


def count_and_finish(
    store: Store,
    review: Review,
    claims: Sequence[Claim],
    run_id: int,
    engine: Engine,
    display: Display,
    put: Mapping[str, int],
    started: float,
    forms: Sequence[Form] | None = None,
    base_flow: Mapping[str, Any] | None = None,
    then: Callable[[Counted], None] | None = None,
    jobs: int = 1,
) -> tuple[Counted, dict[str, int]]:
    """Count the review and write the completed run; the counts of the run's work are returned too.

    `forms` and `base_flow` are those of an earlier run whose literature is counted again. `then` is called with what
    was found inside the transaction that completes the run.
    """
    counted = count(store, review, claims, engine, display, forms, jobs)
    counts = {**put, "screened": counted.screened, "read": counted.read}
    finish_run(
        store,
        run_id,
        review.id,
        engine.version,
        counted.decisions,
        counted.claims(),
        counted.rows(),
        {**flow(store, review, counted.decisions), "last_judgement": counted.judged_until, **(base_flow or {})},
        counts,
        time.monotonic() - started,
        screened_as(review, engine.version),
        None if then is None else lambda: then(counted),
    )
    return counted, counts
