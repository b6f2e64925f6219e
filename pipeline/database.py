"""Opening the SQLite file: WAL, foreign keys, recorded migrations, a backup before one, and errors a person can act on.

`pipeline.store` builds on `open_database` and `guard`; nothing else opens the file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from pipeline.errors import StoreError
from pipeline.migrations import migrations
from pipeline.settings import BUSY_SECONDS

# What SQLite says, and what it means to the person at the keyboard. The first that matches is used.
_CURES = (
    (
        "locked",
        "the store is in use by another process",
        "Wait until that has ended and try again; nothing was changed.",
    ),
    (
        "readonly",
        "the store cannot be written",
        "Check the rights of the file and of its folder, or give another --store.",
    ),
    ("disk is full", "the disk is full", "Make room and run the command again; everything stored before is kept."),
    (
        "disk i/o",
        "the disk failed or is full",
        "Check the disk and run the command again; everything stored before is kept.",
    ),
    (
        "unable to open",
        "the store cannot be opened",
        "Check that its folder exists and can be written, or give another --store.",
    ),
    ("not a database", "this is not an SQLite store, or it is damaged", ""),
    ("malformed", "the store is damaged", ""),
)


def now() -> str:
    """The present time as the store writes it: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def guard(path: Path) -> Iterator[None]:
    """Turn an error of SQLite into a `StoreError` that says what cures it."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error).lower()
        for cue, what, cure in _CURES:
            if cue in said:
                raise StoreError(what, str(path), cure or _restore_hint(path)) from error
        raise StoreError(f"the store answered: {error}", str(path), "Run `retally doctor` on it.") from error
    except OSError as error:
        raise StoreError(
            error.strerror or str(error), str(path), "Check the disk and the rights of the folder."
        ) from error


def backups(path: Path) -> list[Path]:
    """The copies made before migrations, newest last."""
    return sorted(path.parent.glob(f"{path.name}.before-*"))


def open_database(path: Path) -> Database:
    """Open (or create) the store at `path` and bring its schema up to date.

    An existing store is copied beside itself before any migration. Raises `StoreError` where the file is locked,
    damaged, not writable, of another program, or written by a newer Retally.
    """
    with guard(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not os.access(path, os.W_OK):
            raise StoreError(
                "the store cannot be written", str(path), "Check its rights, or give another with --store."
            )
        db = Database(sqlite3.connect(path, timeout=BUSY_SECONDS))
        try:
            db.execute("PRAGMA foreign_keys = ON")
            _refuse_foreign(db, path)
            if migrations.pending(db):
                if db.table_names():
                    _back_up(db, path)
                db.enable_wal()
                migrations.apply(db)
        except BaseException:
            db.close()
            raise
    return db


def _refuse_foreign(db: Database, path: Path) -> None:
    """A store of another program, or of a newer Retally, is left alone."""
    tables = set(db.table_names())
    applied = {migration.name for migration in migrations.applied(db)}
    if not applied and tables - {migrations.migrations_table}:
        raise StoreError("this SQLite file belongs to another program", str(path), "Give another with --store.")
    if applied - set(released()):
        raise StoreError("the store was written by a newer Retally", str(path), "Upgrade Retally to open it.")


def released() -> list[str]:
    """Names of the migrations that this version knows, in order."""
    return [migration.name for migration in migrations.pending(Database(memory=True))]


def _back_up(db: Database, path: Path) -> None:
    """Copy the store beside itself, named after the moment and the first migration that will be applied."""
    first = migrations.pending(db)[0].name
    copy = path.with_name(f"{path.name}.before-{first}-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    target = sqlite3.connect(copy)
    try:
        db.conn.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, that can be copied back as it is
    finally:
        target.close()


def _restore_hint(path: Path) -> str:
    copies = backups(path)
    if copies:
        return f"Keep the file, and restore its newest copy: {copies[-1].name}."
    return "Keep the file, restore it from your own backup, or start another with --store."
