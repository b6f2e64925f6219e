"""Whether everything that a run needs is in order: Python, the libraries, the engine's data, the reviews, the store."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from pipeline.errors import RetallyError
from pipeline.record import Record
from pipeline.review import known_reviews, load_review
from pipeline.store import Store, digest

_OLDEST_SQLITE = (3, 35, 0)  # the oldest with RETURNING, which sqlite-utils uses


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is in order, and what was found."""

    name: str
    ok: bool
    detail: str


def examine(store: Path) -> list[Check]:
    """All checks; the store's only where there is a store."""
    checks = [_python(), _sqlite(), *_libraries(), _tried("engine", _engine)]
    checks += [_tried(f"review {name}", partial(_review, name)) for name in known_reviews()]
    if store.exists():
        checks += list(_store(store))
    return checks


def _tried(name: str, look: Callable[[], str]) -> Check:
    """A check that may fail in any way: whatever is wrong is its detail."""
    try:
        return Check(name, True, look())
    except Exception as error:
        return Check(name, False, " ".join(str(error).split()) or type(error).__name__)


def _python() -> Check:
    found = sys.version_info[:2]
    return Check("python", (3, 11) <= found < (3, 13), f"{found[0]}.{found[1]}; 3.11 or 3.12 is needed")


def _sqlite() -> Check:
    return Check("sqlite", sqlite3.sqlite_version_info >= _OLDEST_SQLITE, sqlite3.sqlite_version)


def _libraries() -> Iterator[Check]:
    for line in requires("retally") or ():
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            yield Check(wanted.name, False, "not installed; `make run` installs everything")
            continue
        fits = wanted.specifier.contains(found, prereleases=True)
        yield Check(wanted.name, fits, f"{found} (needed: {wanted.specifier})")


def _engine() -> str:
    from extract.engine import Engine

    engine = Engine()
    found = engine.read("A made-up test record", [("", "Of 40 patients, 10 (25%) had cough.")])
    if not found:
        raise ValueError("the engine reads nothing in a plain sentence; reinstall Retally")
    return f"version {engine.version}"


def _review(name: str) -> str:
    from reports.claim import load_claims

    return f"{len(load_claims(load_review(name).claims_path))} claims"


def _store(path: Path) -> Iterator[Check]:
    """The store's own integrity, its foreign keys, and that every offset lies within its text."""
    try:
        with Store(path) as store:
            said = [next(iter(row.values())) for row in store.rows("PRAGMA integrity_check")]
            yield Check("store", said == ["ok"], str(path) if said == ["ok"] else "; ".join(said[:3]))
            broken = store.rows("PRAGMA foreign_key_check")
            yield Check("store: foreign keys", not broken, f"{len(broken)} broken" if broken else "all hold")
            yield _texts(store)
            yield _offsets(store)
    except RetallyError as error:
        yield Check("store", False, str(error))


def _texts(store: Store) -> Check:
    """Every record's hash is that of its text."""
    wrong = [
        row["record_id"]
        for row in store.rows("SELECT record_id, content_hash, body FROM record_versions")
        if digest(Record.from_dict(json.loads(row["body"])).text) != row["content_hash"]
    ]
    return Check("store: texts", not wrong, f"changed: {', '.join(wrong[:3])}" if wrong else "all as they were stored")


def _offsets(store: Store) -> Check:
    """Every finding lies within its sentence, and its sentence within its text."""
    lengths = {
        row["content_hash"]: len(Record.from_dict(json.loads(row["body"])).text)
        for row in store.rows("SELECT content_hash, body FROM record_versions GROUP BY content_hash")
    }
    rows = store.rows('SELECT id, content_hash, start, "end", sentence_start, sentence_end FROM findings')
    wrong = [
        str(row["id"])
        for row in rows
        if not 0 <= row["start"] <= row["end"] <= lengths.get(row["content_hash"], -1)
        or not 0 <= row["sentence_start"] <= row["sentence_end"] <= lengths[row["content_hash"]]
    ]
    detail = f"outside: finding {', '.join(wrong[:3])}" if wrong else f"{len(rows)} findings"
    return Check("store: offsets", not wrong, detail)
