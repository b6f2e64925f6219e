"""PubMed over E-utilities: a query to its PMIDs, PMIDs to records; complete or an `EntrezError`, never silently less.

`retally run --live` and `retally update` call it. A search reaches any number of results by
splitting at dates, for PubMed's esearch stops at 9,999; a fetch checks that every record asked for came, and tells
those that PubMed no longer has from those that failed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.eutils import (
    EntrezError,
    EntrezIncomplete,
    EntrezRefused,
    EntrezSettings,
    EntrezUnavailable,
    Eutils,
)
from pipeline.eutils_answers import DatabaseInfo, Page, read_info, read_page, read_post, read_records
from pipeline.ratelimit import RateLimiter
from pipeline.readers.base import BadRecord
from pipeline.record import Record

__all__ = [
    "Entrez",
    "EntrezError",
    "EntrezIncomplete",
    "EntrezRefused",
    "EntrezSettings",
    "EntrezUnavailable",
    "FetchReport",
    "SearchResult",
]

_log = logging.getLogger(__name__)

REACH = 9_999  # the most ids that PubMed's esearch gives for one query, history server or not (NBK25499)
POST_SIZE = 5_000  # ids for one epost
EARLIEST, LATEST = date(1000, 1, 1), date(3000, 12, 31)  # what PubMed itself puts for an open end
DATE_FIELDS = ("crdt", "mdat", "edat", "pdat")  # created, modified, entered, published
Progress = Callable[[int, int], None]  # (done, of how many)


@dataclass(slots=True)
class SearchResult:
    """One search as PRISMA-S wants it reported (items 1, 8, 9, 13): all of it goes into the table `searches`.

    `query` is the user's, `sent` the exact string as sent, with its date limit, `translation` what PubMed made of it,
    `when` UTC in ISO format, `warnings` PubMed's remarks ("PhraseNotFound: ..."), `parts` how many searches it took.
    """

    query: str
    sent: str
    translation: str
    count: int
    ids: list[str]
    when: str
    database: str = "PubMed"
    datetype: str | None = None
    mindate: str | None = None
    maxdate: str | None = None
    warnings: list[str] = field(default_factory=list)
    parts: int = 1

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)


@dataclass(slots=True)
class FetchReport:
    """What became of the ids of one fetch. `gone`: PubMed has no record of it (any more); `bad`: unreadable records."""

    asked: int = 0
    received: int = 0
    gone: list[str] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)


class Entrez:
    """PubMed for one user: `search`, `fetch`, `info`. Each raises `EntrezError` where it cannot answer in full."""

    def __init__(
        self, settings: EntrezSettings, limiter: RateLimiter | None = None, eutils: Eutils | None = None
    ) -> None:
        self.settings = settings
        self._eutils = eutils or Eutils(settings, limiter)

    def search(
        self,
        query: str,
        mindate: date | str | None = None,
        maxdate: date | str | None = None,
        datetype: str = "crdt",
        progress: Progress | None = None,
    ) -> SearchResult:
        """All PMIDs of a query, newest first as PubMed gives them, each once.

        The dates (both included, one may be left open) limit it by `datetype`: `crdt` for new records, `mdat` for
        changed ones, `edat`, `pdat`. Raises `EntrezIncomplete` where PubMed's counts do not agree with what it gives.
        """
        query = " ".join(query.split())
        if not query:
            raise EntrezRefused("the search has no query: give one in review.toml, [question] or on the command line")
        if datetype not in DATE_FIELDS:
            raise EntrezRefused(f"date type {datetype!r} is not one of {', '.join(DATE_FIELDS)}")
        dated = mindate is not None or maxdate is not None
        first, last = _day(mindate, EARLIEST), _day(maxdate, LATEST)
        if first > last:
            raise EntrezRefused(f"the search ends ({last}) before it begins ({first}): exchange the dates")
        sent = _limited(query, first, last, datetype) if dated else query
        when = datetime.now(UTC).isoformat(timespec="seconds")
        for attempt in range(self.settings.tries):
            whole = self._page(sent, 0)
            _check_date_field(whole, datetype, dated)
            try:
                ids, parts = self._all_ids(query, sent, whole, (first, last), datetype, progress)
                break
            except EntrezIncomplete:  # PubMed takes in records all day long: a count may move between two answers
                if attempt + 1 == self.settings.tries:
                    raise
                self._eutils.pause(attempt)
        return SearchResult(
            query=query,
            sent=sent,
            translation=whole.translation,
            count=whole.count,
            ids=ids,
            when=when,
            datetype=datetype if dated else None,
            mindate=first.isoformat() if mindate is not None else None,
            maxdate=last.isoformat() if maxdate is not None else None,
            warnings=whole.warnings,
            parts=parts,
        )

    def fetch(
        self,
        ids: Iterable[str],
        report: FetchReport | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Record]:
        """The records of the PMIDs, each once, in the order in which they come, the newest version of each.

        More than one batch goes through the history server; what did not come is asked for again by its number. An id
        that PubMed does not know is put into `report.gone` (and logged). Raises `EntrezIncomplete`, after all that
        came, where PubMed has a record but did not give it.
        """
        wanted = list(dict.fromkeys(pmid.strip() for pmid in ids))
        for pmid in wanted:
            if not re.fullmatch(r"[1-9]\d{0,8}", pmid, re.ASCII):
                raise EntrezRefused(f"{pmid[:40]!r} is not a PMID: give digits only")
        report = report if report is not None else FetchReport()
        report.asked = len(wanted)
        missing = dict.fromkeys(wanted)
        for batch in self._batches(wanted):
            for record in batch:
                if isinstance(record, BadRecord):
                    report.bad.append(record)
                elif record.pmid in missing:
                    del missing[record.pmid]
                    report.received += 1
                    yield record
            if progress is not None:
                progress(report.received, report.asked)
        for start in range(0, len(left := list(missing)), self.settings.batch):
            for record in self._by_id(left[start : start + self.settings.batch]):
                if isinstance(record, Record) and record.pmid in missing:
                    del missing[record.pmid]
                    report.received += 1
                    yield record
        if missing:
            self._account_for(list(missing), report)
        if progress is not None:
            progress(report.received, report.asked)

    def info(self) -> DatabaseInfo:
        """PubMed's build, size and last update, for the search report."""
        return self._eutils.call("einfo", read_info, db="pubmed")

    def _page(self, term: str, start: int) -> Page:
        return self._eutils.call(
            "esearch", read_page, db="pubmed", term=term, retstart=start, retmax=REACH, usehistory="y", retmode="xml"
        )

    def _all_ids(
        self, query: str, sent: str, whole: Page, span: tuple[date, date], datetype: str, progress: Progress | None
    ) -> tuple[list[str], int]:
        """(every id of the search, number of searches it took)."""
        found: dict[str, None] = {}
        parts = 0
        summed = 0
        open_spans = [(span, whole if whole.count <= REACH else None)]
        while open_spans:
            (first, last), page = open_spans.pop()
            if page is None and (first, last) != span:
                page = self._page(_limited(query, first, last, datetype), 0)
            if page is None or page.count > REACH:
                if first == last:
                    raise EntrezRefused(
                        f"the search finds more records of one day ({first}) than PubMed gives out ({REACH:,}): "
                        f"narrow the query"
                    )
                middle = first + (last - first) // 2
                open_spans += [((first, middle), None), ((middle + timedelta(days=1), last), None)]
                continue
            if len(set(page.ids)) != page.count:
                given = len(set(page.ids))
                raise EntrezIncomplete(f"PubMed esearch: it counts {page.count:,}, gives {given:,}; run again later")
            parts += 1
            summed += page.count
            found.update(dict.fromkeys(page.ids))
            if progress is not None:
                progress(len(found), whole.count)
        if summed != whole.count or len(found) != whole.count:
            raise EntrezIncomplete(
                f"PubMed esearch: {parts} parts by date give {len(found):,} records, the whole counts {whole.count:,}; "
                f"run again later"
            )
        return list(found), parts

    def _batches(self, ids: list[str]) -> Iterator[list[Record | BadRecord]]:
        """The answers for all ids, a batch each; over the history server where there is more than one batch."""
        size = self.settings.batch
        if len(ids) <= size:
            if ids:
                yield self._by_id(ids)
            return
        for start in range(0, len(ids), POST_SIZE):
            posted = ids[start : start + POST_SIZE]
            try:
                webenv, key = self._eutils.call("epost", read_post, db="pubmed", id=",".join(posted))
                for offset in range(0, len(posted), size):
                    yield self._efetch(WebEnv=webenv, query_key=key, retstart=offset, retmax=size)
            except EntrezRefused as error:  # the history is lost: what is missing is asked for by its number
                _log.info("history server: %s", error)

    def _by_id(self, ids: Sequence[str]) -> list[Record | BadRecord]:
        try:
            return self._efetch(id=",".join(ids))
        except EntrezRefused as error:
            if "id list" in str(error).lower():  # what efetch says where it knows none of the ids
                return []
            raise

    def _efetch(self, **which: Any) -> list[Record | BadRecord]:
        return self._eutils.call("efetch", read_records, db="pubmed", retmode="xml", **which)

    def _account_for(self, missing: list[str], report: FetchReport) -> None:
        """Asks PubMed which of the ids it has: the others are gone; one that it has and did not give is an error."""
        kept: list[str] = []
        for start in range(0, len(missing), self.settings.batch):
            part = missing[start : start + self.settings.batch]
            page = self._page(" OR ".join(f"{pmid}[uid]" for pmid in part), 0)
            known = set(page.ids)
            kept += [pmid for pmid in part if pmid in known]
            report.gone += [pmid for pmid in part if pmid not in known]
        if report.gone:
            _log.warning("PubMed has no record (any more) of PMID %s", ", ".join(report.gone))
        if kept:
            shown = ", ".join(kept[:5]) + (f" and {len(kept) - 5} more" if len(kept) > 5 else "")
            raise EntrezIncomplete(f"PubMed efetch: it has PMID {shown} but did not give them; run again later")


def _day(value: date | str | None, default: date) -> date:
    if value is None:
        return default
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.replace("/", "-"))
    except ValueError:
        raise EntrezRefused(f"{value!r} is not a date: write it as 2024-01-31") from None


def _limited(query: str, first: date, last: date, datetype: str) -> str:
    """The query with its date limit in PubMed's own syntax, so that the string can be pasted into PubMed as it is."""
    return f"({query}) AND {first:%Y/%m/%d}:{last:%Y/%m/%d}[{datetype}]"


def _check_date_field(page: Page, datetype: str, dated: bool) -> None:
    """A date limit that PubMed did not understand would find other papers than asked for."""
    if dated and any(warning.startswith("FieldNotFound") and datetype in warning.lower() for warning in page.warnings):
        raise EntrezRefused(f"PubMed does not know the date field [{datetype}]: use another date type")
