"""Where a review's records come from: the bundle that ships with it, PubMed, files.

Each source puts records into the store as candidates of the review and leaves a row in `searches`: what was asked, how
it was understood, how many there were. A search that fails leaves no row and raises: an error is never an empty result.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.bundle import read_bundle
from pipeline.database import now
from pipeline.entrez import Entrez, EntrezSettings, FetchReport, SearchResult
from pipeline.errors import InputError, UsageError
from pipeline.readers import BadRecord, ReaderError, read
from pipeline.record import Record
from pipeline.review import Review
from pipeline.secret import secret
from pipeline.settings import TOOL, Settings
from pipeline.store import Put, Store, digest

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
BUNDLE = "bundled restatements"
_DOIS_A_SEARCH = 40  # keeps one query well below the length that E-utilities accept


@dataclass(slots=True)
class Imported:
    """What came of importing files: what was put, how many PMIDs were withdrawn, what could not be read."""

    put: Put = field(default_factory=Put)
    deleted: int = 0
    bad: list[str] = field(default_factory=list)


def load_bundle(store: Store, review: Review, run_id: int) -> Put:
    """Put the records that come with the review; the same bundle is noted once, however often it is loaded."""
    if not review.records_path.is_file():
        return Put()
    records = list(read_bundle(review.records_path))
    mark = f"records.jsonl, sha256 {digest(review.records_path.read_text(encoding='utf-8'))[:12]}"
    known = store.rows(
        "SELECT id FROM searches WHERE review_id = ? AND source = ? AND query = ?", [review.id, BUNDLE, mark]
    )
    if known:  # in one transaction with its records: they are there
        return Put(same=len(records))
    with store.transaction():
        search_id = note_search(store, review.id, run_id, BUNDLE, mark, len(records))
        put = store.put_records(records, review.id, search_id)
        close_search(store, search_id, len(records), put.duplicates)
    return put


def fetch_live(store: Store, review: Review, settings: Settings, run_id: int, progress: Progress | None = None) -> Put:
    """Fetch from PubMed what the review's query finds, and the originals of its restatements.

    Raises `EntrezError` where PubMed does not answer in full; what had been stored by then is kept, and the next run
    starts the search again.
    """
    entrez = entrez_client(settings, "--live")
    version = entrez.info().version
    total = Put()
    for query in (review.query, *original_queries(store, review.id)):
        total.add(fetch(store, review.id, run_id, entrez, entrez.search(query), version, progress))
    return total


def entrez_client(settings: Settings, asked_by: str) -> Entrez:
    """PubMed for the user of these settings. Raises `UsageError`, naming the option, where no e-mail address is set."""
    if not settings.email:
        raise UsageError(
            "PubMed asks every user for an e-mail address",
            asked_by,
            "Give --email YOU@EXAMPLE.ORG or set RETALLY_EMAIL.",
        )
    given: dict[str, Any] = {"base_url": settings.base_url} if settings.base_url else {}
    return Entrez(
        EntrezSettings(email=settings.email, tool=TOOL, api_key=secret("NCBI_API_KEY"), rate=settings.rate, **given)
    )


def import_files(store: Store, review: Review, paths: Iterable[Path]) -> Imported:
    """Put the records of files (PubMed XML, MEDLINE, RIS, JSON lines); what cannot be read is listed, the rest is kept.

    Raises `InputError` where a file cannot be opened at all.
    """
    imported = Imported()
    for path in paths:
        deleted: list[str] = []
        try:
            readable = _readable(read(path, deleted.append), imported.bad)
        except ReaderError as error:
            raise InputError(str(error)) from error
        search_id = note_search(store, review.id, None, f"file {path.name}", path.name, 0)
        put = store.put_records(readable, review.id, search_id)
        close_search(store, search_id, put.total, put.duplicates, count=put.total)
        imported.put.add(put)
        imported.deleted += withdraw(store, deleted)
    return imported


def withdraw(store: Store, pmids: Iterable[str]) -> int:
    """Mark records whose PMIDs PubMed has deleted; they stay in the store and leave the count. Returns how many."""
    marked = 0
    with store.transaction():
        for pmid in pmids:
            known = store.rows("SELECT id FROM records WHERE pmid = ? AND deleted_at IS NULL", [pmid])
            for row in known:
                store.execute("UPDATE records SET deleted_at = ? WHERE id = ?", [now(), row["id"]])
                marked += 1
    return marked


def _readable(items: Iterator[Record | BadRecord], bad: list[str]) -> Iterator[Record]:
    for item in items:
        if isinstance(item, BadRecord):
            bad.append(str(item))
        else:
            yield item


def original_queries(store: Store, review_id: str) -> list[str]:
    """Queries for the papers that restatements stand for and that are not in the store yet."""
    rows = store.rows(
        "SELECT link_pmid, link_doi FROM records JOIN candidates ON record_id = id"
        " WHERE review_id = ? AND source = 'restatement' AND superseded_by IS NULL ORDER BY id",
        [review_id],
    )
    terms = [f"{row['link_pmid']}[uid]" for row in rows if row["link_pmid"]]
    terms += [f'"{row["link_doi"]}"[AID]' for row in rows if row["link_doi"] and not row["link_pmid"]]
    return [" OR ".join(terms[start : start + _DOIS_A_SEARCH]) for start in range(0, len(terms), _DOIS_A_SEARCH)]


def fetch(
    store: Store,
    review_id: str,
    run_id: int,
    entrez: Entrez,
    found: SearchResult,
    version: str,
    progress: Progress | None = None,
    known: set[str] | None = None,
) -> Put:
    """Note a search, and fetch and store the records that it found, except those whose PMIDs are `known`.

    The PMIDs that were fetched are added to `known`.
    """
    search_id = store_search(store, review_id, run_id, found, version)
    wanted = [pmid for pmid in found.ids if known is None or pmid not in known]
    report, put = fetch_ids(store, review_id, search_id, entrez, wanted, progress)
    if known is not None:
        known.update(wanted)
    close_search(store, search_id, report.received, put.duplicates)
    return put


def fetch_ids(
    store: Store,
    review_id: str,
    search_id: int | None,
    entrez: Entrez,
    wanted: list[str],
    progress: Progress | None = None,
) -> tuple[FetchReport, Put]:
    """Fetch and store records by number; those that PubMed no longer has are marked as withdrawn."""
    report = FetchReport()
    put = store.put_records(entrez.fetch(wanted, report, progress), review_id, search_id)
    for bad in report.bad:
        log.warning("%s", bad)
    withdraw(store, report.gone)
    return report, put


def store_search(store: Store, review_id: str, run_id: int | None, found: SearchResult, version: str) -> int:
    """A row for a search that PubMed has answered; it is marked complete only when its records have been stored."""
    with store.transaction():
        return store.execute(
            "INSERT INTO searches (review_id, run_id, source, query, translation, count, fetched, date_field,"
            " date_from, date_to, version, made_at) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
            [
                *(review_id, run_id, found.database, found.sent, found.translation, found.count, found.datetype),
                *(found.mindate, found.maxdate, version, found.when),
            ],
        )


def note_search(store: Store, review_id: str, run_id: int | None, source: str, query: str, count: int) -> int:
    """A row for a source that is no search engine: a file or the bundle."""
    with store.transaction():
        return store.execute(
            "INSERT INTO searches (review_id, run_id, source, query, count, fetched, made_at)"
            " VALUES (?, ?, ?, ?, ?, 0, ?)",
            [review_id, run_id, source, query, count, datetime.now(UTC).isoformat(timespec="seconds")],
        )


def close_search(store: Store, search_id: int, fetched: int, duplicates: int, count: int | None = None) -> None:
    """Note that all that a search found has been stored."""
    with store.transaction():
        store.execute(
            "UPDATE searches SET fetched = ?, duplicates = ?, count = coalesce(?, count), complete = 1 WHERE id = ?",
            [fetched, duplicates, count, search_id],
        )
