"""What a run's results depend on besides the records, as digests: where none moved, nothing needs to be done again.

`pipeline.update` compares them with those of the last run: a digest of the program that moved (engine, code, libraries)
means that changes are the program's own, to be told apart from those of the literature.
"""

from __future__ import annotations

import hashlib
import platform
import sqlite3
import tomllib
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from extract.model import SHIPPED, WEIGHTS
from pipeline.review import Review
from pipeline.store import canonical, digest

_LIBRARIES = ("retally", "spacy", "scispacy", "numpy", "scipy", "pandas", "sqlite-utils", "biopython")
_CODE = {".py", ".toml"}
_SCREENING = ("screening.py", "designs.toml")


def versions() -> dict[str, str]:
    """What computes a run: Retally, its clinical model, Python, SQLite and the libraries that can move a number."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    found["model"], found["model checksum"] = shipped_model()
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that is not installed
            found[name] = "not installed"
    return dict(sorted(found.items()))


def shipped_model() -> tuple[str, str]:
    """(name and version, SHA-256) of the clinical model that ships, as it was released; read from a small file."""
    try:
        released = tomllib.loads((WEIGHTS / f"{SHIPPED}.toml").read_text(encoding="utf-8"))
        return f"{SHIPPED} {released['version']}", str(released["sha256"])
    except (OSError, tomllib.TOMLDecodeError, KeyError):  # `retally doctor` says the cure
        return SHIPPED, "missing"


def fingerprint(review: Review, engine: str, judgements: int = 0) -> dict[str, str]:
    """Digests of what goes into a run, by part: `engine`, `program`, `settings`, `claims`; and the newest judgement."""
    return {
        "engine": engine,
        "program": digest(canonical({"versions": versions(), "code": [_screening_code(), _comparing_code()]})),
        "settings": digest(canonical(review.settings())),
        "claims": digest(review.claims_path.read_text(encoding="utf-8")) if review.claims_path.is_file() else "",
        "judgements": str(judgements),
    }


def screened_as(review: Review, engine: str) -> str:
    """Digest of all that a screening decision rests on besides the record: rules, settings, and what was read."""
    settings = {"population": asdict(review.population), "eligibility": asdict(review.eligibility)}
    return digest(canonical({"engine": engine, "rules": _screening_code(), **settings}))


def _screening_code() -> str:
    """The rules of screening are code and data: a digest of both needs no version number that someone must raise."""
    here = Path(__file__).parent
    return _digest([here / name for name in _SCREENING])


def _comparing_code() -> str:
    home = Path(str(files("reports")))
    return _digest(sorted(path for path in home.rglob("*") if path.suffix in _CODE))


def _digest(paths: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()
