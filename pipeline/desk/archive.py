"""An archive that can be published: the store of one review without abstracts, its metadata, and its report.

Abstracts may be under their publishers' copyright, so neither they nor sentences of them leave; restatements are this
project's own words and stay. `datasette` opens the folder as it is. Called by `exports`.
"""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from pipeline.desk.metadata import metadata
from pipeline.desk.view import ReviewView

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip file can state: the same store gives the same archive
# Rows of other reviews; tables that hang on others come first.
_OF_A_REVIEW = ("judgements", "changes", "screening", "candidates", "searches", "update_state", "mirror_files")
_README = """{title}: what was counted, and how

- store/{name}.db     records (without abstracts), findings, decisions, and every run's results
- metadata.yaml       what the tables and columns hold, and some queries
- report/             the report of the last run, without sentences of papers

Open it with Datasette (https://datasette.io):

    datasette store/{name}.db --metadata metadata.yaml
"""


def archive(view: ReviewView) -> bytes:
    """The archive as a zip file."""
    from pipeline.history import past_run
    from pipeline.pages import write_pages

    assert view.run is not None
    with tempfile.TemporaryDirectory(prefix="retally-archive-") as name:
        folder = Path(name)
        store = folder / "store" / f"{view.id}.db"
        store.parent.mkdir()
        publishable_store(view, store)
        run = past_run(view.store, view.id)
        assert run is not None
        write_pages(view.store, run, folder / "report", for_publishing=True)
        told = metadata(view.id, view.title, f"{view.question} Made with Retally from run {run.id}.")
        (folder / "metadata.yaml").write_text(to_yaml(told), encoding="utf-8")
        (folder / "README.txt").write_text(_README.format(title=view.title, name=view.id), encoding="utf-8")
        return _zip(folder)


def publishable_store(view: ReviewView, target: Path) -> None:
    """Copy the store to `target` with one review in it and without any text of a paper but titles."""
    view.store.db.execute("VACUUM INTO ?", [str(target)])
    db = sqlite3.connect(target)
    try:
        db.create_function("without_text", 1, without_text, deterministic=True)
        db.create_function("without_sentences", 2, _without_sentences, deterministic=True)
        db.execute("PRAGMA foreign_keys = OFF")
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for trigger, _ in triggers:  # judgements are never deleted, but in a copy that leaves other reviews out
            db.execute(f'DROP TRIGGER "{trigger}"')
        with db:
            _keep(db, view.id)
            db.execute("UPDATE records SET body = without_text(body)")
            db.execute("UPDATE record_versions SET body = without_text(body)")
            own = "(SELECT json_group_array(id) FROM records WHERE source = 'restatement')"
            db.execute(f"UPDATE comparisons SET body = without_sentences(body, {own})")
            db.execute("UPDATE changes SET body = without_sentences(body, '[]')")
            db.execute("DELETE FROM update_state")  # names folders of this machine
        for _, sql in triggers:
            db.execute(sql)
        db.execute("VACUUM")
        db.execute("PRAGMA journal_mode = DELETE")
    finally:
        db.close()


def _keep(db: sqlite3.Connection, review_id: str) -> None:
    """Take out all that belongs to other reviews."""
    for table in _OF_A_REVIEW:
        db.execute(f"DELETE FROM {table} WHERE review_id <> ?", [review_id])
    for table in ("comparisons", "estimates"):
        db.execute(f"DELETE FROM {table} WHERE run_id NOT IN (SELECT id FROM runs WHERE review_id = ?)", [review_id])
    for table in ("claims", "runs", "review_versions"):
        db.execute(f"DELETE FROM {table} WHERE review_id <> ?", [review_id])
    db.execute("DELETE FROM reviews WHERE id <> ?", [review_id])
    db.execute(
        "CREATE TEMP TABLE kept AS SELECT record_id AS id FROM candidates UNION SELECT superseded_by FROM records"
        " JOIN candidates ON candidates.record_id = records.id WHERE superseded_by IS NOT NULL"
    )
    for table in ("findings", "record_versions"):
        db.execute(f"DELETE FROM {table} WHERE record_id NOT IN (SELECT id FROM kept)")
    db.execute("DELETE FROM records WHERE id NOT IN (SELECT id FROM kept)")
    db.execute(
        "DELETE FROM readings WHERE NOT EXISTS (SELECT 1 FROM findings WHERE"
        " findings.content_hash = readings.content_hash AND findings.engine = readings.engine)"
    )


def without_text(body: str) -> str:
    """A record's body without its abstract; a restatement stays whole, and a section keeps its label."""
    record = json.loads(body)
    if record.get("source") == "restatement":
        return body
    record["sections"] = [{"label": one.get("label"), "text": ""} for one in record.get("sections") or []]
    if record.get("given_text") is not None:
        record["given_text"] = ""
    return json.dumps(record, ensure_ascii=False, sort_keys=True)


def _without_sentences(body: str, own: str) -> str:
    value = json.loads(body)
    _strip(value, set(json.loads(own)))
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _strip(value: Any, own: set[str]) -> None:
    """Take every sentence out of a result, however deep, but those of the records in `own`."""
    if isinstance(value, list):
        for one in value:
            _strip(one, own)
    elif isinstance(value, dict):
        if "sentence" in value and value.get("record_id") not in own:
            value["sentence"] = ""
        for one in value.values():
            _strip(one, own)


def to_yaml(value: Any, indent: int = 0) -> str:
    """Plain data as YAML: nested mappings in blocks, everything else as JSON, which YAML reads."""
    lines = []
    for key, one in value.items():
        name = json.dumps(key, ensure_ascii=False)
        if isinstance(one, dict) and one:
            lines.append(f"{' ' * indent}{name}:\n{to_yaml(one, indent + 2)}")
        else:
            lines.append(f"{' ' * indent}{name}: {json.dumps(one, ensure_ascii=False)}\n")
    return "".join(lines)


def _zip(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archived:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archived.writestr(entry, path.read_bytes())
    return out.getvalue()
