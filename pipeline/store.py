"""The store: records, what was read in them, and what came of it, in one SQLite file.

`Store.put_records` takes `Record`s from the readers, PubMed or a bundle and tells new, changed and known ones apart, so
that doing the same twice changes nothing. A paper that arrives from several sources is kept once: the best source is
used (PubMed before files, files before a restatement, any with a text before one without) and the others name it in
`superseded_by`; none is deleted.
`pipeline.history` adds runs, screening and comparisons; `pipeline.frames` turns rows into tables for `reports`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from extract.finding import Finding
from pipeline.database import guard, now, open_database
from pipeline.errors import StoreError
from pipeline.record import Record
from pipeline.texts import has_text, loaded, text_note, with_notices, with_text

log = logging.getLogger(__name__)

# The lower, the better the source; a worse one never overwrites a better one.
_RANK = {"pubmed": 0, "medline": 1, "ris": 2, "jsonl": 3, "restatement": 9}
# A title alone identifies a paper only when it is long enough not to be a heading ("Organizing pneumonia", "In reply").
_TELLING_TITLE_WORDS = 6
_BATCH = 500
# By which a paper is recognised in another source.
_IDENTITY = ("pmid", "doi", "link_pmid", "link_doi", "title_key")


@dataclass(frozen=True, slots=True)
class Link:
    """The paper that a restatement restates: identifiers and title as links only, and its citation in words."""

    pmid: str | None = None
    doi: str | None = None
    title: str | None = None
    citation: str | None = None


@dataclass(slots=True)
class Put:
    """What became of the records that were put: numbers of new, changed and known ones, and of duplicates of others."""

    new: int = 0
    changed: int = 0
    same: int = 0
    duplicates: int = 0

    @property
    def total(self) -> int:
        """All records that were put."""
        return self.new + self.changed + self.same

    def add(self, other: Put) -> None:
        """Count in what came of others."""
        self.new += other.new
        self.changed += other.changed
        self.same += other.same
        self.duplicates += other.duplicates


def digest(value: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys: equal values give equal text, whatever order they were built in."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(record: Record) -> str:
    """SHA-256 of what is read of a record: its text, and the labels of its sections where it has any."""
    labels = [label for label, _ in record.sections]
    return digest(record.text + (f"\0{canonical(labels)}" if any(labels) else ""))


def title_key(title: str) -> str:
    """The title in lower-case letters and digits; empty where it is too short to identify a paper."""
    plain = re.sub(r"[^\w]+", " ", unicodedata.normalize("NFKD", title).casefold()).strip()
    return plain if plain.count(" ") + 1 >= _TELLING_TITLE_WORDS else ""


class Store:
    """One SQLite store. Use as a context manager; every error is a `StoreError` that names its cure."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = open_database(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self.db.close()

    @contextmanager
    def transaction(self, alone: bool = False) -> Iterator[None]:
        """All writes inside happen together or not at all.

        With `alone`, no other process writes between the first line inside and the last: what is read there still
        holds when it is acted on.
        """
        with guard(self.path):
            if not alone:
                with self.db.atomic():
                    yield
                return
            self.db.conn.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.db.conn.execute("ROLLBACK")
                raise
            self.db.conn.execute("COMMIT")

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows that a SELECT gives, as dictionaries."""
        with guard(self.path):
            return list(self.db.query(sql, params))

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """One writing statement with bound parameters, inside a `transaction`; returns the last row's number."""
        with guard(self.path):
            return int(self.db.execute(sql, params).lastrowid or 0)

    # Records -----------------------------------------------------------------------------------------------------

    def put_records(
        self,
        records: Iterable[Record | tuple[Record, Link]],
        review_id: str | None = None,
        search_id: int | None = None,
    ) -> Put:
        """Store records, in transactions of a few hundred; each is new, changed, or known already.

        With `review_id`, each becomes a candidate of that review (found by the search `search_id`).
        """
        put = Put()
        batch: list[tuple[Record, Link]] = []
        for item in records:
            batch.append(item if isinstance(item, tuple) else (item, Link()))
            if len(batch) >= _BATCH:
                self._put_batch(batch, put, review_id, search_id)
                batch = []
        self._put_batch(batch, put, review_id, search_id)
        return put

    def _put_batch(
        self, batch: list[tuple[Record, Link]], put: Put, review_id: str | None, search_id: int | None
    ) -> None:
        with self.transaction():
            for record, link in batch:
                self._put_record(record, link, put)
                if review_id is not None:
                    self.execute(
                        "INSERT OR IGNORE INTO candidates (review_id, record_id, search_id) VALUES (?, ?, ?)",
                        [review_id, record.id, search_id],
                    )

    def _put_record(self, record: Record, link: Link, put: Put) -> None:
        known = self.rows("SELECT * FROM records WHERE id = ?", [record.id])
        if not known:
            row = _row(record, link)
            put.new += 1
            self._insert_record(row, put)
            self._keep_version(row)
        else:
            old = loaded(known[0]["body"])
            record, text_from = with_text(record, old, _outdated(record, old))
            if text_from is not None and text_from != old.get("text_from"):
                log.warning("%s: %s", record.id, text_note({"text_from": text_from}))
            self._change_record(record, link, known[0], put, text_from)
        if not has_text(record):
            self._tell_of_notices(record.id)

    def _change_record(
        self, record: Record, link: Link, known: dict[str, Any], put: Put, text_from: dict[str, str | None] | None
    ) -> None:
        row = _row(with_notices(record, self._without_text(record.id)), link, text_from)
        if known["deleted_at"]:  # PubMed has it again
            self.execute("UPDATE records SET deleted_at = NULL WHERE id = ?", [record.id])
        if known["version"] == row["version"] or _outdated(record, loaded(known["body"])):
            put.same += 1
            return
        put.changed += 1
        columns = [name for name in row if name != "added_at"]
        assignments = ", ".join(f"{name} = :{name}" for name in columns)
        self.db.execute(f"UPDATE records SET {assignments} WHERE id = :id", row)
        identified = known["superseded_by"] is None and any(row[name] != known[name] for name in _IDENTITY)
        if identified or _bare(row) != _bare(known):  # it has got a DOI, say, by which another form is known, or a text
            self._join(row, put)
        self._keep_version(row)

    def _keep_version(self, row: dict[str, Any]) -> None:
        self.execute(
            "INSERT OR IGNORE INTO record_versions (record_id, version, content_hash, body, seen_at)"
            " VALUES (?, ?, ?, ?, ?)",
            [row["id"], row["version"], row["content_hash"], row["body"], row["changed_at"]],
        )

    def _without_text(self, record_id: str) -> list[dict[str, Any]]:
        """The bodies of PubMed's records of the paper for which this one stands because they have no text."""
        rows = self.rows(
            "SELECT body FROM records WHERE superseded_by = ? AND source = 'pubmed' AND id <> superseded_by"
            " ORDER BY id",
            [record_id],
        )
        return [loaded(row["body"]) for row in rows]

    def _tell_of_notices(self, record_id: str) -> None:
        """The record that stands for one without a text carries its retraction and other notices."""
        used = self.rows(
            "SELECT used.* FROM records AS bare JOIN records AS used ON used.id = bare.superseded_by"
            " WHERE bare.id = ? AND bare.source = 'pubmed' AND used.id <> bare.id",
            [record_id],
        )
        for row in used:
            body = loaded(row["body"])
            given = body.get("link") or {}
            link = Link(given.get("pmid"), given.get("doi"), given.get("title"), body.get("citation"))
            self._change_record(Record.from_dict(body), link, row, Put(), body.get("text_from"))

    def _insert_record(self, row: dict[str, Any], put: Put) -> None:
        row["superseded_by"] = row["id"]  # out of use until `_join` knows: a PubMed number is in use once
        columns = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        self.db.execute(f"INSERT INTO records ({columns}) VALUES ({values})", row)
        self._join(row, put)

    def _join(self, row: dict[str, Any], put: Put) -> None:
        """A record that has come, or has got another identity, may be another form of a paper that is here."""
        same_paper = self._same_paper(row)
        better = [old for old in same_paper if _order(old) <= _order(row)]
        put.duplicates += bool(same_paper)
        used, replaced = (better[0]["id"], [row["id"]]) if better else (row["id"], [old["id"] for old in same_paper])
        for record_id in replaced:
            self.db.execute(
                "UPDATE records SET superseded_by = :used WHERE id = :old OR superseded_by = :old",
                {"used": used, "old": record_id},
            )
        if not better:
            self.db.execute("UPDATE records SET superseded_by = NULL WHERE id = ?", [row["id"]])

    def _same_paper(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        """The records in use of the same paper: by PubMed number, DOI or (where neither contradicts) title and year."""
        pmid, doi = row["pmid"] or row["link_pmid"], row["doi"] or row["link_doi"]
        # One search of one index for each identity: with OR between them SQLite would look at every record.
        found = self.rows(
            "SELECT id, source, year, pmid, doi, link_pmid, link_doi, title_key, body FROM records WHERE id IN ("
            " SELECT id FROM records WHERE pmid = :pmid AND pmid IS NOT NULL AND superseded_by IS NULL"
            " UNION SELECT id FROM records WHERE link_pmid = :pmid"
            " UNION SELECT id FROM records WHERE doi = :doi UNION SELECT id FROM records WHERE link_doi = :doi"
            " UNION SELECT id FROM records WHERE title_key = :title AND :title <> ''"
            ") AND +superseded_by IS NULL AND id <> :id",
            {"pmid": pmid, "doi": doi, "title": row["title_key"], "id": row["id"]},  # type: ignore[arg-type]
        )
        same = []
        for old in found:
            old_pmid, old_doi = old["pmid"] or old["link_pmid"], old["doi"] or old["link_doi"]
            if pmid and old_pmid:
                matches = pmid == old_pmid
            elif doi and old_doi:
                matches = doi == old_doi
            else:
                matches = abs((row["year"] or 0) - (old["year"] or 0)) <= 1  # printed a year after it was online
            if matches:
                same.append(old)
        return sorted(same, key=lambda old: (_order(old), old["id"]))

    def successors(self) -> dict[str, str]:
        """Record id to the id of the record of the same paper that is used instead."""
        return {
            row["id"]: row["superseded_by"]
            for row in self.rows("SELECT id, superseded_by FROM records WHERE superseded_by IS NOT NULL")
        }

    # Findings ----------------------------------------------------------------------------------------------------

    def read_hashes(self, engine: str) -> set[str]:
        """Hashes of the texts that this version of the engine has read."""
        return {
            row["content_hash"] for row in self.rows("SELECT content_hash FROM readings WHERE engine = ?", [engine])
        }

    def put_findings(self, record_id: str, content_hash: str, engine: str, findings: Sequence[Finding]) -> None:
        """What the engine read in one text; a text without findings is remembered as read."""
        with self.transaction():
            self.execute(
                "INSERT INTO readings (content_hash, engine, read_at) VALUES (?, ?, ?)", [content_hash, engine, now()]
            )
            self.db.table("findings").insert_all(
                {
                    "content_hash": content_hash,
                    "engine": engine,
                    "record_id": record_id,
                    "place": place,
                    "grp": finding.group,
                    **{name: getattr(finding, name) for name in _FINDING_COLUMNS},
                    "body": canonical(finding.to_dict()),
                }
                for place, finding in enumerate(findings)
            )

    def findings(self, content_hashes: Iterable[str], engine: str) -> dict[str, list[dict[str, Any]]]:
        """Content hash to the findings in that text, in the order of the text, as plain dictionaries."""
        wanted = sorted(set(content_hashes))
        found: dict[str, list[dict[str, Any]]] = {content_hash: [] for content_hash in wanted}
        sql = (
            "SELECT content_hash, findings.body FROM json_each(?) JOIN findings ON content_hash = json_each.value"
            " WHERE engine = ? ORDER BY content_hash, place"
        )
        for row in self.rows(sql, [json.dumps(wanted), engine]):
            found[row["content_hash"]].append(json.loads(row["body"]))
        return found


_FINDING_COLUMNS = (
    *("measure", "stat", "value", "low", "high", "unit", "numerator", "denominator", "cmp"),
    *("start", "end", "sentence_start", "sentence_end", "confidence"),
)


def _row(record: Record, link: Link, text_from: dict[str, str | None] | None = None) -> dict[str, Any]:
    """A record as its row. A restatement keeps its paper's identifiers as links: it never passes for the paper.

    `text_from` says where the text is from when the record itself no longer has one.
    """
    restated = record.source == "restatement"
    link_pmid = link.pmid or (record.pmid if restated else None)
    link_doi = link.doi or (record.doi if restated else None)
    body = record.to_dict()
    if restated:
        body["link"] = {"pmid": link_pmid, "doi": link_doi, "title": link.title}
        body["citation"] = link.citation
    if text_from is not None:
        body["text_from"] = text_from
    text = canonical(body)
    return {
        "id": record.id,
        "version": digest(text),
        "content_hash": content_hash(record),
        "title": record.title,
        "journal": record.journal,
        "year": record.year,
        "pmid": None if restated else record.pmid or None,
        "doi": None if restated or not record.doi else record.doi.lower(),
        "link_pmid": link_pmid if restated else None,
        "link_doi": link_doi.lower() if restated and link_doi else None,
        "title_key": title_key(link.title or record.title),
        "source": record.source,
        "language": record.language,
        "body": text,
        "added_at": now(),
        "changed_at": now(),
    }


def _outdated(arriving: Record, known: dict[str, Any]) -> bool:
    """Whether what arrives is a worse source than what is there, or an older revision of it."""
    if _RANK.get(arriving.source, 5) != _RANK.get(known["source"], 5):
        return _RANK.get(arriving.source, 5) > _RANK.get(known["source"], 5)
    return bool(arriving.revised and known.get("revised") and arriving.revised < known["revised"])


def _bare(row: dict[str, Any]) -> bool:
    return not has_text(Record.from_dict(loaded(row["body"])))


def _order(row: dict[str, Any]) -> tuple[bool, int]:
    """Which form of a paper is used: one with a text before one without, then the better source."""
    return _bare(row), _RANK.get(row["source"], 5)


def existing_store(path: Path) -> Store:
    """Open a store that must be there: a command that only looks never makes one."""
    if not path.exists():
        raise StoreError("there is no store here", str(path), "`retally run REVIEW` makes one; --store names another.")
    return Store(path)
