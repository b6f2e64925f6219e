"""Whether a store is sound: what it says of itself, its references, and every hash and offset against the texts.

`retally check` and `retally doctor` show what is found. Rows are looked at one by one, so that a large store needs
little memory; nothing is changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.record import Record
from pipeline.store import Store, digest
from pipeline.store import content_hash as store_hash

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is in order, and what was found."""

    name: str
    ok: bool
    detail: str


def check_store(store: Store) -> Iterator[Check]:
    """All checks of a store, one by one."""
    said = [next(iter(row.values())) for row in store.rows("PRAGMA integrity_check")]
    yield Check("store", said == ["ok"], str(store.path) if said == ["ok"] else "; ".join(said[:_SHOWN]))
    broken = store.rows("PRAGMA foreign_key_check")
    yield Check("store: foreign keys", not broken, f"{len(broken)} broken" if broken else "all hold")
    for name, look in _CHECKS.items():
        wrong, seen = [], 0
        for subject, ok in look(store):
            seen += 1
            if not ok:
                wrong.append(subject)
        detail = f"{len(wrong)} wrong: {', '.join(wrong[:_SHOWN])}" if wrong else f"{seen:,} looked at"
        yield Check(f"store: {name}", not wrong, detail)


def _texts(store: Store) -> Iterator[tuple[str, bool]]:
    """Every form of a record has the hashes of what it holds."""
    for record_id, version, content_hash, body in _each(
        store, "SELECT record_id, version, content_hash, body FROM record_versions"
    ):
        record = Record.from_dict(json.loads(body))
        # The first stores hashed the text alone, without the labels of its sections.
        hashes = (store_hash(record), digest(record.text))
        yield str(record_id), digest(body) == version and content_hash in hashes


def _records(store: Store) -> Iterator[tuple[str, bool]]:
    """Every record's present form is one of its forms."""
    sql = (
        "SELECT id, forms.body IS records.body AND forms.content_hash IS records.content_hash FROM records"
        " LEFT JOIN record_versions AS forms ON forms.record_id = records.id AND forms.version = records.version"
    )
    for record_id, same in _each(store, sql):
        yield str(record_id), bool(same)


def _offsets(store: Store) -> Iterator[tuple[str, bool]]:
    """Every finding's number lies within its sentence, and the sentence within its text."""
    sql = (
        'SELECT findings.id, findings.content_hash, findings.start, findings."end", sentence_start, sentence_end,'
        " forms.body FROM findings"
        " LEFT JOIN record_versions AS forms ON forms.rowid = (SELECT min(rowid) FROM record_versions"
        " WHERE record_id = findings.record_id AND content_hash = findings.content_hash)"
        " ORDER BY findings.content_hash"
    )
    last, length = None, -1
    for number, content_hash, start, end, sentence_start, sentence_end, body in _each(store, sql):
        if body is None:
            yield f"finding {number}", False
            continue
        if content_hash != last:
            last, length = content_hash, len(Record.from_dict(json.loads(body)).text)
        inside = 0 <= start <= end <= length and 0 <= sentence_start <= sentence_end <= length
        yield f"finding {number}", inside


def _runs(store: Store) -> Iterator[tuple[str, bool]]:
    """Every complete run has its results, or names an earlier run that has them."""
    sql = (
        "SELECT runs.id, runs.flow IS NOT NULL AND runs.engine IS NOT NULL AND (runs.same_as IS NULL OR ("
        " other.status = 'complete' AND other.same_as IS NULL AND other.id < runs.id"
        " AND other.review_id = runs.review_id)) FROM runs LEFT JOIN runs AS other ON other.id = runs.same_as"
        " WHERE runs.status = 'complete'"
    )
    for run, sound in _each(store, sql):
        yield f"run {run}", bool(sound)


def _sentences(store: Store) -> Iterator[tuple[str, bool]]:
    """Every sentence behind a figure of a comparison stands where it says, in a text of that record."""
    for run_id, claim, body in _each(store, "SELECT run_id, claim, body FROM comparisons"):
        result = json.loads(body)
        for figure in [*result.get("studies", []), *result.get("set_aside", [])]:
            if figure.get("sentence"):
                yield f"run {run_id}, claim {claim}, {figure['record_id']}", _stands(store, figure)


def _stands(store: Store, figure: dict[str, Any]) -> bool:
    place = slice(figure["sentence_start"], figure["sentence_end"])
    forms = store.rows("SELECT body FROM record_versions WHERE record_id = ?", [figure["record_id"]])
    return any(Record.from_dict(json.loads(row["body"])).text[place] == figure["sentence"] for row in forms)


def _each(store: Store, sql: str) -> Iterator[Any]:
    yield from store.db.execute(sql)


_CHECKS: dict[str, Callable[[Store], Iterator[tuple[str, bool]]]] = {
    "texts": _texts,
    "records": _records,
    "offsets": _offsets,
    "runs": _runs,
    "sentences": _sentences,
}
