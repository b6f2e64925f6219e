"""What a new year's baseline of PubMed no longer holds.

A baseline replaces all files before it, and says nothing of what it leaves out: numbers that were deleted between the
last daily file and the baseline (NLM lists them in `deleted.pmids.gz`), and records that are still being worked on,
which come back with later files. So what NLM lists as deleted is withdrawn; what is merely missing is kept, counted,
and told once. Called by `pipeline.mirror`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import zlib
from collections.abc import Iterable
from pathlib import Path

from pipeline.database import now
from pipeline.errors import InputError
from pipeline.sources import withdraw
from pipeline.store import Store

log = logging.getLogger(__name__)

DELETED = "deleted.pmids.gz"
# A baseline of which only some files have arrived misses most records: above this share nothing is said of single ones.
_INCOMPLETE = 0.1
_FEW = 20


def note_seen(store: Store, review_id: str, year: int, pmids: Iterable[str]) -> None:
    """Note that files of that year hold these records; inside the transaction that notes the file."""
    store.execute(
        "INSERT INTO mirror_seen (review_id, pmid, year) SELECT ?, value, ? FROM json_each(?) WHERE true"
        " ON CONFLICT (review_id, pmid) DO UPDATE SET year = excluded.year, told = NULL",
        [review_id, year, json.dumps(sorted(set(pmids)))],
    )


def withdraw_listed(store: Store, review_id: str, year: int, folder: Path) -> int:
    """Withdraw the review's records that NLM lists as deleted and no file of this year holds; returns how many.

    A list that was read before is not read again. Raises `InputError` for one that cannot be read whole.
    """
    path = next(iter(sorted(folder.rglob(DELETED))), None)
    if path is None:
        return 0
    try:
        packed = path.read_bytes()
        md5 = hashlib.md5(packed, usedforsecurity=False).hexdigest()
        listed = set(gzip.decompress(packed).decode("ascii", "replace").split())
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"it cannot be read: {error}", str(path), "Fetch it again.") from error
    mark = f"{DELETED} {year}"
    if store.rows("SELECT 1 FROM mirror_files WHERE review_id = ? AND name = ? AND md5 = ?", [review_id, mark, md5]):
        return 0
    known = store.rows(
        "SELECT records.pmid FROM candidates JOIN records ON id = record_id"
        " LEFT JOIN mirror_seen AS seen ON seen.review_id = candidates.review_id AND seen.pmid = records.pmid"
        " WHERE candidates.review_id = ? AND records.pmid IS NOT NULL AND deleted_at IS NULL"
        " AND (seen.year IS NULL OR seen.year < ?)",
        [review_id, year],
    )
    with store.transaction():
        withdrawn = withdraw(store, (row["pmid"] for row in known if row["pmid"] in listed))
        store.execute(
            "INSERT OR REPLACE INTO mirror_files (review_id, name, md5, applied_at) VALUES (?, ?, ?, ?)",
            [review_id, mark, md5, now()],
        )
    return withdrawn


def missing(store: Store, review_id: str, year: int) -> list[str]:
    """Ids of records that files of an earlier year held and no file of this year holds, and that were not told yet."""
    rows = store.rows(
        "SELECT records.id, seen.told FROM mirror_seen AS seen JOIN records ON records.pmid = seen.pmid"
        " JOIN candidates ON record_id = records.id AND candidates.review_id = seen.review_id"
        " WHERE seen.review_id = ? AND seen.year < ? AND deleted_at IS NULL AND superseded_by IS NULL ORDER BY id",
        [review_id, year],
    )
    here = store.rows("SELECT count(*) AS n FROM mirror_seen WHERE review_id = ?", [review_id])[0]["n"]
    if len(rows) > max(_FEW, _INCOMPLETE * here):
        log.warning(
            "%s: %d of %d records are in no file of the baseline of 20%02d: it seems that not all of it is there",
            *(review_id, len(rows), here, year),
        )
        return []
    return [row["id"] for row in rows if row["told"] != year]


def mark_told(store: Store, review_id: str, year: int, record_ids: Iterable[str]) -> None:
    """Note that these are told as missing; inside the transaction that completes the run."""
    store.execute(
        "UPDATE mirror_seen SET told = ? WHERE review_id = ? AND pmid IN"
        " (SELECT records.pmid FROM json_each(?) AS told JOIN records ON records.id = told.value)",
        [year, review_id, json.dumps(sorted(record_ids))],
    )
