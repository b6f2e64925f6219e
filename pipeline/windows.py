"""What PubMed has new for a review, what it changed, and what became of the papers that are counted.

`fetch_changes` searches the review's query by `crdt` (new) and by `mdat` (changed) since the last complete update, asks
for every included paper again for the sake of its notices, and now and then searches the query as a whole. It moves no
watermark: `pipeline.update` does, in the transaction that completes the run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipeline.entrez import Entrez, Progress
from pipeline.review import Review
from pipeline.sources import fetch, fetch_ids, original_queries
from pipeline.store import Put, Store

# PubMed indexes for days, and its dates are days of the US East Coast: the windows overlap, duplicates cost nothing.
OVERLAP = timedelta(days=7)
# The whole query, without a window, finds what came in under a date that had passed, and shows what has gone.
WHOLE_EVERY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far the fetching of a review has come: up to the days `crdt` and `mdat`, for `query`."""

    crdt: date | None = None
    mdat: date | None = None
    query: str | None = None
    whole: date | None = None


@dataclass(slots=True)
class Fetched:
    """What was put, how many papers were looked at again, and the watermark to set once the run is complete.

    `missing` are ids of records that the baseline of `year`, as two digits, does not hold.
    """

    put: Put = field(default_factory=Put)
    checked: int = 0
    watermark: Watermark | None = None
    missing: list[str] = field(default_factory=list)
    year: int = 0


def watermark(store: Store, review_id: str) -> Watermark:
    """Where the last complete update left off."""
    rows = store.rows(
        "SELECT watermark_crdt, watermark_mdat, query, whole_at FROM reviews"
        " LEFT JOIN update_state ON review_id = reviews.id WHERE reviews.id = ?",
        [review_id],
    )
    if not rows:
        return Watermark()
    row = rows[0]
    return Watermark(_day(row["watermark_crdt"]), _day(row["watermark_mdat"]), row["query"], _day(row["whole_at"]))


def set_watermark(store: Store, review_id: str, mark: Watermark) -> None:
    """Write a watermark; inside the transaction that completes a run."""
    store.execute(
        "UPDATE reviews SET watermark_crdt = ?, watermark_mdat = ? WHERE id = ?",
        [mark.crdt and mark.crdt.isoformat(), mark.mdat and mark.mdat.isoformat(), review_id],
    )
    store.execute(
        "UPDATE update_state SET query = ?, whole_at = ? WHERE review_id = ?",
        [mark.query, mark.whole and mark.whole.isoformat(), review_id],
    )


def fetch_changes(
    store: Store, review: Review, run_id: int, entrez: Entrez, today: date, progress: Progress | None = None
) -> Fetched:
    """Fetch all that may have changed since the watermark. Raises `EntrezError` where PubMed gives no full answer."""
    info = entrez.info()
    here = min(today, _day(info.updated) or today)  # a clock that runs ahead must not move the watermark past papers
    before = watermark(store, review.id)
    same_query = before.query == review.query
    fetched = Fetched(watermark=Watermark(here, here, review.query, before.whole))
    known: set[str] = set()  # fetched in this run
    here_before: set[str] = set()  # not to be fetched because the whole query finds them once more

    def take(query: str, since: date | None = None, field: str = "crdt", skip: set[str] = known) -> list[str]:
        start = since - OVERLAP if since else None
        found = entrez.search(query, mindate=start, datetype=field)
        fetched.put.add(fetch(store, review.id, run_id, entrez, found, info.version, progress, skip))
        known.update(skip - here_before)
        return found.ids

    if before.crdt is None or before.mdat is None:
        take(review.query)
        fetched.watermark = Watermark(here, here, review.query, here)
    else:
        take(review.query, before.crdt, "crdt")
        take(review.query, before.mdat, "mdat")
        if not same_query or before.whole is None or not timedelta(0) <= here - before.whole < WHOLE_EVERY:
            here_before |= _numbers(store, review.id) - known
            ids = set(take(review.query, skip=known | here_before))
            _look_again(store, review.id, entrez, sorted(here_before - ids), fetched)
            fetched.watermark = Watermark(here, here, review.query, here)
    for query in original_queries(store, review.id):
        take(query)
    _look_again(store, review.id, entrez, sorted(_counted(store, review.id) - known), fetched)
    return fetched


def _look_again(store: Store, review_id: str, entrez: Entrez, pmids: list[str], fetched: Fetched) -> None:
    """Papers that are here already: their text, their notices, and whether PubMed still has them."""
    if pmids:
        report, put = fetch_ids(store, review_id, None, entrez, pmids)
        fetched.put.add(put)
        fetched.checked += report.asked


def _numbers(store: Store, review_id: str) -> set[str]:
    """PubMed numbers of the review's records that are in use and not withdrawn."""
    rows = store.rows(
        "SELECT pmid FROM candidates JOIN records ON records.id = record_id"
        " WHERE review_id = ? AND pmid IS NOT NULL AND deleted_at IS NULL",
        [review_id],
    )
    return {row["pmid"] for row in rows}


def _counted(store: Store, review_id: str) -> set[str]:
    """PubMed numbers of the papers that are counted, and of those set aside as retracted.

    Where PubMed's record has no text and another form of the paper stands for it, its number is there all the same.
    """
    rows = store.rows(
        "WITH counted AS (SELECT record_id FROM screening WHERE review_id = ? AND until_run IS NULL"
        " AND (decision = 'included' OR reason = 'retracted'))"
        " SELECT pmid FROM counted JOIN records ON id = record_id WHERE pmid IS NOT NULL AND deleted_at IS NULL"
        " UNION SELECT pmid FROM counted JOIN records ON superseded_by = record_id"
        " WHERE pmid IS NOT NULL AND deleted_at IS NULL AND source = 'pubmed'",
        [review_id],
    )
    return {row["pmid"] for row in rows}


def _day(text: str | None) -> date | None:
    """The day that a text begins with: 2025-01-31, or 2025/01/31 06:00 as einfo writes it."""
    found = re.match(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", text or "")
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
