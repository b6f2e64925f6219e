"""The main job: a review's records into the store, screened, read, compared with its claims, and written as pages.

`run_review` is what `retally run` does. Every stage is idempotent: a run that was stopped is simply run again, and a
second run over the same records, settings and engine adds nothing but its own row in `runs`.
"""

from __future__ import annotations

import json
import logging
import platform
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from extract.engine import Engine
from pipeline.errors import StoreError
from pipeline.frames import counted, findings_frame, records_frame
from pipeline.history import PastRun, fail_run, finish_run, past_run, put_review, start_run
from pipeline.pages import write_pages
from pipeline.record import Record
from pipeline.review import Review
from pipeline.screening import Screened, flow_counts, screen, sized
from pipeline.settings import Settings
from pipeline.sources import fetch_live, load_bundle
from pipeline.store import Put, Store, digest
from reports.claim import Claim, load_claims
from reports.compare import ClaimResult, compare

log = logging.getLogger(__name__)

_LIBRARIES = ("retally", "spacy", "scispacy", "numpy", "scipy", "pandas", "sqlite-utils", "biopython")


class Display(Protocol):
    """Where progress is shown; `pipeline.display` draws it on standard error."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins; `total` steps where their number is known."""

    def step(self, done: int, total: int | None = None) -> None:
        """So many steps of the stage are done."""


@dataclass(slots=True)
class Outcome:
    """What a run came to: the run, its results, the files of the report by form, and the counts of its work."""

    run: PastRun
    results: list[ClaimResult]
    files: dict[str, Path]
    counts: dict[str, int]


def run_review(review: Review, settings: Settings, display: Display, live: bool = False) -> Outcome:
    """Do the main job for one review. Raises a `RetallyError`, or a sibling of another package, that says the cure."""
    started = time.monotonic()
    claims = load_claims(review.claims_path)
    with only_one(settings.store), Store(settings.store) as store:
        settings_hash = put_review(store, review)
        run_id = start_run(store, review.id, "run", settings_hash, versions(), _inputs(review, live))
        try:
            display.stage("Records")
            put = load_bundle(store, review, run_id)
            if live:
                display.stage("PubMed")
                put = _sum(put, fetch_live(store, review, settings, run_id, display.step))
            engine = Engine()
            decisions, read = screen_and_read(store, review, engine, display)
            results = _judge(store, review, engine.version, claims, decisions, display)
            counts = {**asdict(put), "read": read}
            finish_run(
                store,
                run_id,
                review.id,
                engine.version,
                decisions,
                [asdict(result.claim) for result in results],
                [result.to_dict() for result in results],
                _flow(store, review.id, decisions),
                counts,
                time.monotonic() - started,
            )
        except BaseException as error:
            with suppress(StoreError):  # what stopped the run may stop this note too; the next run makes it then
                fail_run(store, run_id, f"{type(error).__name__}: {error}")
            raise
        run = past_run(store, review.id, run_id)
        assert run is not None
        display.stage("Report")
        files = write_pages(store, run, settings.out / review.id)
    return Outcome(run, results, files, counts)


@contextmanager
def only_one(store: Path) -> Iterator[None]:
    """One run at a time for each store. The system drops the lock when its process ends, so none is ever stale."""
    store.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{store}.lock")
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout as error:
        raise StoreError("another run is at work on this store", str(store), "Wait until it has ended.") from error


def screen_and_read(store: Store, review: Review, engine: Engine, display: Display) -> tuple[list[Screened], int]:
    """Decide on every candidate, reading included texts that this engine has not read; also how many were read."""
    display.stage("Screening")
    records = list(candidates(store, review.id))
    if not records:
        log.warning("no records; `retally run %s --live` or `retally import` brings some", review.id)
    decisions = [
        screen(record, row["version"], row["content_hash"], review, bool(row["deleted_at"])) for row, record in records
    ]
    texts = {one.record_id: record for one, (_, record) in zip(decisions, records, strict=True)}
    read = _read(store, engine, [(one, texts[one.record_id]) for one in counted(decisions)], display)
    found = store.findings({one.content_hash for one in counted(decisions)}, engine.version)
    return [sized(one, found.get(one.content_hash, ()), review.eligibility) for one in decisions], read


def candidates(store: Store, review_id: str) -> Iterator[tuple[dict[str, Any], Record]]:
    """The review's records in use, by id: where a better source of a paper arrived, that one stands for it."""
    rows = store.rows(
        "SELECT DISTINCT used.id, used.version, used.content_hash, used.deleted_at, used.body FROM candidates"
        " JOIN records AS found ON found.id = candidates.record_id"
        " JOIN records AS used ON used.id = coalesce(found.superseded_by, found.id)"
        " WHERE review_id = ? ORDER BY used.id",
        [review_id],
    )
    for row in rows:
        yield row, Record.from_dict(json.loads(row["body"]))


def _read(store: Store, engine: Engine, wanted: Sequence[tuple[Screened, Record]], display: Display) -> int:
    """Read the texts that this version of the engine has not read, and store what it found, text by text."""
    known = store.read_hashes(engine.version)
    new = {one.content_hash: (one, record) for one, record in wanted if one.content_hash not in known}
    display.stage("Reading", len(new))
    for done, (one, record) in enumerate(new.values(), 1):
        findings = engine.read(record.title, record.sections, record.given_text)
        store.put_findings(one.record_id, one.content_hash, engine.version, findings)
        display.step(done, len(new))
    return len(new)


def _judge(
    store: Store, review: Review, engine: str, claims: Sequence[Claim], decisions: Sequence[Screened], display: Display
) -> list[ClaimResult]:
    display.stage("Comparing", None)
    looked_at = counted(decisions)
    records = records_frame(store, looked_at, review.overlaps)
    findings = findings_frame(store, looked_at, engine)
    successors = store.successors()
    cited = {claim: successors.get(record, record) for claim, record in review.cited.items()}
    return compare(_follow(claims, successors), records, findings, review.population, review.synonyms, cited)


def _follow(claims: Sequence[Claim], successors: Mapping[str, str]) -> list[Claim]:
    """Studies that a claim leaves out stay out when a better source of the same paper has taken their place."""
    followed = []
    for claim in claims:
        moved = {successors[one]: why for one, why in claim.exclude_studies.items() if one in successors}
        followed.append(replace(claim, exclude_studies={**claim.exclude_studies, **moved}) if moved else claim)
    return followed


def _flow(store: Store, review_id: str, decisions: Sequence[Screened]) -> dict[str, Any]:
    """The PRISMA counts, and the last search they rest on."""
    rows = store.rows(
        "SELECT coalesce(searches.source, 'other') AS source, records.source AS form, records.superseded_by IS NOT NULL"
        " AS replaced FROM candidates JOIN records ON records.id = record_id"
        " LEFT JOIN searches ON searches.id = search_id WHERE candidates.review_id = ?",
        [review_id],
    )
    sources = Counter(row["source"] for row in rows)
    removed = Counter(
        "restatements replaced by the paper's own record" if row["form"] == "restatement" else "duplicates"
        for row in rows
        if row["replaced"]
    )
    last = store.rows("SELECT coalesce(max(id), 0) AS id FROM searches WHERE review_id = ?", [review_id])[0]["id"]
    return {**flow_counts(sources, removed, decisions), "last_search": last}


def _inputs(review: Review, live: bool) -> dict[str, Any]:
    """Fingerprints of what goes into a run."""
    files = {path.name: path for path in (review.claims_path, review.records_path) if path.is_file()}
    return {"live": live, **{name: digest(path.read_text(encoding="utf-8")) for name, path in files.items()}}


def versions() -> dict[str, str]:
    """What computes a run: Retally, Python, SQLite and the libraries that can move a number."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that is not installed
            found[name] = "not installed"
    return dict(sorted(found.items()))


def _sum(one: Put, other: Put) -> Put:
    return Put(
        one.new + other.new, one.changed + other.changed, one.same + other.same, one.duplicates + other.duplicates
    )
