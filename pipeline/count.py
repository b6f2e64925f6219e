"""Counting a review: its records screened, the included ones read, the figures compared with its claims.

`pipeline.run` and `pipeline.update` call it between fetching records and writing what came of them. Nothing here is
written but what was read in a text: the rest belongs to the run and is stored when it completes.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from extract.engine import Engine
from pipeline.decided import Decided
from pipeline.fingerprint import screened_as
from pipeline.frames import counted, findings_frame, records_frame, shared_patients
from pipeline.jobs import BATCH
from pipeline.reading import read_texts
from pipeline.record import Record
from pipeline.review import Review
from pipeline.screening import WITHDRAWN, Screened, flow_counts, screen, sized
from pipeline.store import Store
from reports.claim import Claim
from reports.compare import ClaimResult, compare

log = logging.getLogger(__name__)

_WORTH_PROCESSES = 64  # texts: fewer are read before other processes have loaded the engine
_BATCH = 200  # records held in memory at a time


class Display(Protocol):
    """Where progress is shown; `pipeline.display` draws it on standard error."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins; `total` steps where their number is known."""

    def step(self, done: int, total: int | None = None) -> None:
        """So many steps of the stage are done."""


@dataclass(frozen=True, slots=True)
class Form:
    """A record in the form in which it is screened: one row of `record_versions`."""

    record_id: str
    version: str
    content_hash: str
    deleted: bool


@dataclass(slots=True)
class Counted:
    """What counting came to. `screened` and `read` are the numbers of records decided on and of texts read anew;
    `judged_until` is the newest judgement of a person that was heeded."""

    decisions: list[Screened]
    results: list[ClaimResult]
    screened: int
    read: int
    judged_until: int = 0

    def claims(self) -> list[dict[str, Any]]:
        """The claims, as the store takes them."""
        return [asdict(result.claim) for result in self.results]

    def rows(self) -> list[dict[str, Any]]:
        """The results, as the store takes them."""
        return [result.to_dict() for result in self.results]


def count(
    store: Store,
    review: Review,
    claims: Sequence[Claim],
    engine: Engine,
    display: Display,
    forms: Sequence[Form] | None = None,
    jobs: int = 1,
) -> Counted:
    """Screen, read and compare the review's records, or the given `forms` of them (those of an earlier run)."""
    if forms is None:
        forms = candidates(store, review.id)
    decided = Decided.of(store, review.id)
    decisions, screened, read = _decide(store, review, forms, engine, display, decided, jobs)
    display.stage("Comparing")
    looked_at = counted(decisions)
    records = records_frame(store, looked_at, shared_patients(store, review.overlaps))
    findings = findings_frame(store, looked_at, engine.version, decided)
    successors = store.successors()
    cited = {claim: successors.get(record, record) for claim, record in review.cited.items()}
    results = compare(_follow(claims, successors), records, findings, review.population, review.synonyms, cited)
    return Counted(decisions, results, screened, read, decided.until)


def candidates(store: Store, review_id: str) -> list[Form]:
    """The review's records in use, by id: where a better source of a paper arrived, that one stands for it."""
    rows = store.rows(
        "SELECT DISTINCT used.id, used.version, used.content_hash, used.deleted_at FROM candidates"
        " JOIN records AS found ON found.id = candidates.record_id"
        " JOIN records AS used ON used.id = coalesce(found.superseded_by, found.id)"
        " WHERE review_id = ? ORDER BY used.id",
        [review_id],
    )
    return [Form(row["id"], row["version"], row["content_hash"], bool(row["deleted_at"])) for row in rows]


def _decide(
    store: Store, review: Review, forms: Sequence[Form], engine: Engine, display: Display, decided: Decided, jobs: int
) -> tuple[list[Screened], int, int]:
    """(the decision on each form, how many were made anew, how many texts were read).

    A decision holds as long as the record and all that it rests on are the same, and no person had a say in it.
    """
    display.stage("Screening")
    if not forms:
        log.warning("no records; `retally run %s --live` or `retally import` brings some", review.id)
    held = _held(store, review, engine)
    decisions: dict[str, Screened] = {}
    anew: list[Form] = []
    for form in forms:
        known = None if decided.touches(form.record_id) else held.get(form.record_id)
        if known is not None and known.version == form.version and (known.reason == WITHDRAWN) == form.deleted:
            decisions[form.record_id] = known
        else:
            anew.append(form)
            decisions[form.record_id] = _screened(store, review, form, decided)
    changed = [decisions[form.record_id] for form in anew]
    read = _read(store, engine, counted(changed), display, jobs)
    looked_at = counted(changed)
    for start in range(0, len(looked_at), _BATCH):
        some = looked_at[start : start + _BATCH]
        found = store.findings({one.content_hash for one in some}, engine.version)
        for one in some:
            stands = decided.findings(store, one.record_id, one.content_hash, found[one.content_hash])
            sure = sized(one, stands, review.eligibility)
            if one.record_id in decided.on_records:  # however few patients there are
                sure = decided.screening(sure, record_of(store, one.record_id, one.version))
            decisions[one.record_id] = sure
    return list(decisions.values()), len(anew), read


def _held(store: Store, review: Review, engine: Engine) -> dict[str, Screened]:
    """The decisions of the last complete run by record, where they rest on the same rules, settings and engine."""
    last = store.rows("SELECT screened_as FROM reviews WHERE id = ?", [review.id])
    if not last or last[0]["screened_as"] != screened_as(review, engine.version):
        return {}
    rows = store.rows(
        "SELECT screening.*, content_hash FROM screening JOIN record_versions USING (record_id, version)"
        " WHERE review_id = ? AND until_run IS NULL",
        [review.id],
    )
    return {row["record_id"]: Screened.from_row(row) for row in rows}


def _screened(store: Store, review: Review, form: Form, decided: Decided) -> Screened:
    record = record_of(store, form.record_id, form.version)
    return decided.screening(screen(record, form.version, form.content_hash, review, form.deleted), record)


def record_of(store: Store, record_id: str, version: str) -> Record:
    """One form of a record."""
    body = store.rows("SELECT body FROM record_versions WHERE record_id = ? AND version = ?", [record_id, version])
    return Record.from_dict(json.loads(body[0]["body"]))


def _read(store: Store, engine: Engine, wanted: Sequence[Screened], display: Display, jobs: int) -> int:
    """Read the texts that this version of the engine has not read, and store what it found, batch by batch."""
    known = store.read_hashes(engine.version)
    new = list({one.content_hash: one for one in wanted if one.content_hash not in known}.values())
    display.stage("Reading", len(new))
    records = (record_of(store, one.record_id, one.version) for one in new)
    found = read_texts(records, engine if jobs == 1 or len(new) < _WORTH_PROCESSES else None, jobs)
    for start in range(0, len(new), BATCH):
        read = []
        for one in new[start : start + BATCH]:
            read.append((one, next(found)))
            display.step(start + len(read), len(new))
        with store.transaction():
            for one, findings in read:
                store.put_findings(one.record_id, one.content_hash, engine.version, findings)
    return len(new)


def _follow(claims: Sequence[Claim], successors: Mapping[str, str]) -> list[Claim]:
    """Studies that a claim leaves out stay out when a better source of the same paper has taken their place."""
    followed = []
    for claim in claims:
        moved = {successors[one]: why for one, why in claim.exclude_studies.items() if one in successors}
        followed.append(replace(claim, exclude_studies={**claim.exclude_studies, **moved}) if moved else claim)
    return followed


def flow(store: Store, review: Review, decisions: Sequence[Screened]) -> dict[str, Any]:
    """The PRISMA counts, the last search they rest on, and which records share patients, by the ids of that time."""
    sources: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    for row in _origins(store, review.id):
        sources[row["source"]] += row["n"]
        if row["replaced"]:
            restated = row["form"] == "restatement"
            removed["restatements replaced by the paper's own record" if restated else "duplicates"] += row["n"]
    last = store.rows("SELECT coalesce(max(id), 0) AS id FROM searches WHERE review_id = ?", [review.id])[0]["id"]
    counts = flow_counts(sources, removed, decisions)
    return {**counts, "last_search": last, "overlaps": shared_patients(store, review.overlaps)}


def _origins(store: Store, review_id: str) -> list[dict[str, Any]]:
    return store.rows(
        "SELECT coalesce(searches.source, 'other') AS source, records.source AS form, records.superseded_by IS NOT NULL"
        " AS replaced, count(*) AS n FROM candidates JOIN records ON records.id = record_id"
        " LEFT JOIN searches ON searches.id = search_id WHERE candidates.review_id = ? GROUP BY 1, 2, 3",
        [review_id],
    )
