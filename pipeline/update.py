"""The nightly update of one review: what is new, what that changed, and nothing else done again.

`update_review` is called by `retally update` for each review. A night on which nothing changed costs two searches and
one row in `runs`; nothing heavy is even imported for it. Where the program changed since the last run (engine, code,
settings, claims), the literature of that run is counted again first, as a run of its own, so that the changes which
the program makes are never mixed with those of the literature.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.baseline import mark_told
from pipeline.changes import LITERATURE, PROGRAM, Changes, changes_between, note_missing, put_changes
from pipeline.fingerprint import fingerprint
from pipeline.history import (
    PastRun,
    past_run,
    recorded_run,
    repeat_run,
    run_results,
    run_screening,
    unscreened,
)
from pipeline.judgements import last_judgement
from pipeline.review import Review
from pipeline.screening import WITHDRAWN
from pipeline.settings import Settings
from pipeline.sources import entrez_client, load_bundle
from pipeline.store import Store
from pipeline.windows import Fetched, fetch_changes, set_watermark

if TYPE_CHECKING:
    from extract.model import ClinicalModel
    from pipeline.count import Counted, Display

_PARTS = {
    "engine": "another version of the engine",
    "program": "another version of the program or of its libraries",
    "settings": "review.toml was edited",
    "claims": "claims.toml was edited",
    "judgements": "people decided on records or figures",
}


def update_review(
    store: Store,
    review: Review,
    settings: Settings,
    display: Display,
    mirror: Path | None = None,
    today: date | None = None,
    model: ClinicalModel | None = None,
) -> PastRun:
    """Bring one review up to date from PubMed, or from a `mirror` of its files; the complete run is returned.

    `model` is named in the run's row, as one that a user put in place of the one that ships.

    What changed is left in the table `changes`, untold. Raises a `RetallyError` where a source does not answer in full:
    the watermark stays where it was, and the next update does it all.
    """
    from extract.engine import Engine

    maker = _maker(model)
    last = past_run(store, review.id)
    now = fingerprint(review, Engine.version, last_judgement(store, review.id))
    then = last.inputs.get("fingerprint", {}) if last else {}
    changed = [part for part in _PARTS if last is not None and then.get(part, "0") != now[part]]
    if last is not None and changed:
        last = _count_again(store, review, display, last, changed, maker, settings.jobs)
    return _literature(store, review, settings, display, last, mirror, today or datetime.now(UTC).date(), maker)


def _maker(model: ClinicalModel | None) -> dict[str, str]:
    if model is None:
        return {}
    from pipeline.entities import named

    return named(model)


def _count_again(
    store: Store,
    review: Review,
    display: Display,
    last: PastRun,
    changed: list[str],
    maker: Mapping[str, str],
    jobs: int,
) -> PastRun:
    """The literature of the last run, counted by the program as it is now."""
    from extract.engine import Engine
    from pipeline.count import Form
    from pipeline.run import count_and_finish
    from reports.claim import load_claims

    claims, started = load_claims(review.claims_path), time.monotonic()
    held = run_screening(store, last)
    forms = [Form(one.record_id, one.version, one.content_hash, one.reason == WITHDRAWN) for one in held]
    flow = {name: last.flow[name] for name in ("identified", "removed", "last_search")}
    engine = Engine()
    with recorded_run(store, review, "update", engine.version, {"cause": PROGRAM}, maker) as run_id:

        def then(counted: Counted) -> None:
            why = [_PARTS[part] for part in changed]
            if "engine" in changed:
                why[0] += f" ({last.engine} before, {engine.version} now)"
            _put(store, review, last, run_id, counted, PROGRAM, "; ".join(why))

        count_and_finish(store, review, claims, run_id, engine, display, {}, started, forms, flow, then, jobs)
    return _complete(store, review, run_id)


def _literature(
    store: Store,
    review: Review,
    settings: Settings,
    display: Display,
    last: PastRun | None,
    mirror: Path | None,
    today: date,
    maker: Mapping[str, str],
) -> PastRun:
    from extract.engine import Engine

    started = time.monotonic()
    source = {"source": "mirror" if mirror else "PubMed", "cause": LITERATURE}
    entrez = None if mirror else entrez_client(settings, "retally update")
    with recorded_run(store, review, "update", Engine.version, source, maker) as run_id:
        display.stage("Records")
        put = load_bundle(store, review, run_id)
        display.stage(source["source"])
        if mirror is not None:
            from pipeline.mirror import apply_mirror

            fetched = apply_mirror(store, review, run_id, mirror, display.step)
        else:
            assert entrez is not None
            fetched = fetch_changes(store, review, run_id, entrez, today, display.step)
        put.add(fetched.put)
        counts = {**asdict(put), "checked": fetched.checked}
        if last is not None and not unscreened(store, review.id) and not fetched.missing:
            nothing = {**counts, "screened": 0, "read": 0}
            repeat_run(
                store, run_id, last, nothing, time.monotonic() - started, lambda: _move_on(store, review, fetched)
            )
        else:
            _count_changes(store, review, display, last, run_id, fetched, counts, started, settings.jobs)
    return _complete(store, review, run_id)


def _count_changes(
    store: Store,
    review: Review,
    display: Display,
    last: PastRun | None,
    run_id: int,
    fetched: Fetched,
    counts: Mapping[str, int],
    started: float,
    jobs: int,
) -> None:
    from extract.engine import Engine
    from pipeline.run import count_and_finish
    from reports.claim import load_claims

    claims = load_claims(review.claims_path)

    def then(counted: Counted) -> None:
        _move_on(store, review, fetched)
        _put(store, review, last, run_id, counted, LITERATURE, "", fetched)

    count_and_finish(store, review, claims, run_id, Engine(), display, counts, started, then=then, jobs=jobs)


def _move_on(store: Store, review: Review, fetched: Fetched) -> None:
    if fetched.watermark is not None:
        set_watermark(store, review.id, fetched.watermark)
    if fetched.missing:
        mark_told(store, review.id, fetched.year, fetched.missing)


def _put(
    store: Store,
    review: Review,
    last: PastRun | None,
    run_id: int,
    counted: Counted,
    cause: str,
    why: str,
    fetched: Fetched | None = None,
) -> None:
    """Keep what a run changed; a review's first run changes nothing, but its pages are to be written."""
    finished: dict[str, Any] = store.rows("SELECT finished_at FROM runs WHERE id = ?", [run_id])[0]
    if last is None:
        changes = Changes(review.id, review.title, run_id, 0, finished["finished_at"])
    else:
        changes = changes_between(
            store, last, run_screening(store, last), run_results(store, last), counted.decisions, counted.rows()
        )
    if fetched is not None:
        note_missing(store, changes, counted.decisions, fetched.missing, fetched.year)
    changes.run_id, changes.finished, changes.title = run_id, finished["finished_at"], review.title
    changes.cause, changes.why = cause, why
    put_changes(store, changes, review.triggers)


def _complete(store: Store, review: Review, run_id: int) -> PastRun:
    run = past_run(store, review.id, run_id)
    assert run is not None
    return run
