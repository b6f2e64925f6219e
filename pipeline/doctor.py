"""Whether everything that a run needs is in order: Python, the libraries, the engine's data, the reviews, the store."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from pipeline.check import Check, check_store
from pipeline.errors import RetallyError
from pipeline.review import known_reviews, load_review
from pipeline.store import Store

_OLDEST_SQLITE = (3, 35, 0)  # the oldest with RETURNING, which sqlite-utils uses


def examine(store: Path) -> list[Check]:
    """All checks; the store's only where there is a store."""
    checks = [_python(), _sqlite(), *_libraries(), _tried("engine", _engine), _tried("model", _model)]
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


def _model() -> str:
    """Name, version and checksum of the clinical model, which must be, byte for byte, the one that was released."""
    from extract.model import SHIPPED, WEIGHTS, checksum
    from pipeline.fingerprint import shipped_model

    name, released = shipped_model()
    if checksum(WEIGHTS / SHIPPED) != released:
        raise ValueError(f"the clinical model in {WEIGHTS / SHIPPED} is missing or damaged; reinstall Retally")
    return f"{name}, sha256 {released}"


def _review(name: str) -> str:
    from reports.claim import load_claims

    return f"{len(load_claims(load_review(name).claims_path))} claims"


def _store(path: Path) -> Iterator[Check]:
    try:
        with Store(path) as store:
            yield from check_store(store)
    except RetallyError as error:
        yield Check("store", False, str(error))
