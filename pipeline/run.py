"""The main job: a review's records into the store, screened, read, compared with its claims, and written as pages.

`run_review` is what `retally run` does; `pipeline.update` does the same every night from `recorded_run` and
`count_and_finish`. Every stage is idempotent: a run that was stopped is simply run again, and a second run over the
same records, settings and engine adds nothing but its own row in `runs`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from extract.engine import Engine
from pipeline.count import Counted, Display, Form, count, flow
from pipeline.errors import StoreError
from pipeline.fingerprint import fingerprint, screened_as, versions
from pipeline.history import PastRun, fail_run, finish_run, past_run, put_review, start_run
from pipeline.lock import only_one
from pipeline.pages import write_pages
from pipeline.review import Review
from pipeline.settings import Settings
from pipeline.sources import fetch_live, load_bundle
from pipeline.store import Store, digest
from reports.claim import Claim, load_claims
from reports.compare import ClaimResult

__all__ = ["Display", "Outcome", "count_and_finish", "only_one", "recorded_run", "run_review", "versions"]


@dataclass(slots=True)
class Outcome:
    """What a run came to: the run, its results, the files of the report by form, and the counts of its work."""

    run: PastRun
    results: list[ClaimResult]
    files: dict[str, Path]
    counts: dict[str, int]


def run_review(review: Review, settings: Settings, display: Display, live: bool = False) -> Outcome:
    """Do the main job for one review. Raises a `RetallyError`, or a sibling of another package, that says the cure."""
    claims = load_claims(review.claims_path)
    engine = Engine()
    with only_one(settings.store), Store(settings.store) as store:
        with recorded_run(store, review, "run", engine.version, {"live": live}) as run_id:
            started = time.monotonic()
            display.stage("Records")
            put = load_bundle(store, review, run_id)
            if live:
                display.stage("PubMed")
                put.add(fetch_live(store, review, settings, run_id, display.step))
            counted, counts = count_and_finish(store, review, claims, run_id, engine, display, asdict(put), started)
        run = past_run(store, review.id, run_id)
        assert run is not None
        display.stage("Report")
        files = write_pages(store, run, settings.out / review.id)
    return Outcome(run, counted.results, files, counts)


@contextmanager
def recorded_run(store: Store, review: Review, kind: str, engine: str, inputs: Mapping[str, Any]) -> Iterator[int]:
    """A new run's number; where what follows is stopped by an error, the run's row says by which."""
    settings_hash = put_review(store, review)
    run_id = start_run(store, review.id, kind, settings_hash, versions(), {**_inputs(review, engine), **inputs})
    try:
        yield run_id
    except BaseException as error:
        with suppress(StoreError):  # what stopped the run may stop this note too; the next run makes it then
            fail_run(store, run_id, f"{type(error).__name__}: {error}")
        raise


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
) -> tuple[Counted, dict[str, int]]:
    """Count the review and write the completed run; the counts of the run's work are returned too.

    `forms` and `base_flow` are those of an earlier run whose literature is counted again. `then` is called with what
    was found inside the transaction that completes the run.
    """
    counted = count(store, review, claims, engine, display, forms)
    counts = {**put, "screened": counted.screened, "read": counted.read}
    finish_run(
        store,
        run_id,
        review.id,
        engine.version,
        counted.decisions,
        counted.claims(),
        counted.rows(),
        {**flow(store, review.id, counted.decisions), **(base_flow or {})},
        counts,
        time.monotonic() - started,
        screened_as(review, engine.version),
        None if then is None else lambda: then(counted),
    )
    return counted, counts


def _inputs(review: Review, engine: str) -> dict[str, Any]:
    """Fingerprints of what goes into a run."""
    files = {path.name: path for path in (review.claims_path, review.records_path) if path.is_file()}
    hashes = {name: digest(path.read_text(encoding="utf-8")) for name, path in files.items()}
    return {"fingerprint": fingerprint(review, engine), **hashes}
