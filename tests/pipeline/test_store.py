"""The store: what is put twice is kept once, the best source of a paper is used, and nothing is ever lost."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from extract.finding import Finding
from pipeline import database
from pipeline.database import backups, open_database
from pipeline.errors import StoreError
from pipeline.record import Correction, Record
from pipeline.screening import is_retracted
from pipeline.store import Link, Store, existing_store
from pipeline.texts import text_note

TITLE = "A made-up test record on cough after the common cold in adults"


def paper(pmid: str | None = "1", doi: str | None = None, source: str = "pubmed", **given: object) -> Record:
    identity = f"pmid:{pmid}" if pmid else f"doi:{doi}"
    fields = {"title": TITLE, "sections": [("", "Of 40 patients, 10 coughed.")], "year": 2001, **given}
    return Record(id=identity, pmid=pmid, doi=doi, source=source, **fields)  # type: ignore[arg-type]


def restated(slug: str = "cold2001", **given: object) -> Record:
    fields = {"title": "Cough and colds, restated", "sections": [("", "Ten of forty coughed.")], "year": 2001, **given}
    return Record(id=f"restated:{slug}", source="restatement", **fields)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path):
    with Store(tmp_path / "s.sqlite") as opened:
        yield opened


def in_use(store: Store) -> list[str]:
    return [row["id"] for row in store.rows("SELECT id FROM records WHERE superseded_by IS NULL ORDER BY id")]


def test_tables_of_the_design_are_there_with_wal_and_foreign_keys(store: Store) -> None:
    tables = {"reviews", "records", "searches", "screening", "findings", "claims", "estimates", "comparisons", "runs"}
    assert tables | {"judgements"} <= set(store.db.table_names())
    assert store.db.journal_mode == "wal"
    with pytest.raises(StoreError, match="FOREIGN KEY"), store.transaction():
        store.execute("INSERT INTO candidates (review_id, record_id) VALUES ('none', 'none')")


def test_putting_the_same_records_twice_changes_nothing(store: Store) -> None:
    assert store.put_records([paper("1"), paper("2", title="Another made-up title of a record about fever")]).new == 2
    before = "\n".join(store.db.iterdump())
    again = store.put_records([paper("1"), paper("2", title="Another made-up title of a record about fever")])
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    assert "\n".join(store.db.iterdump()) == before


def test_a_changed_record_keeps_its_earlier_form(store: Store) -> None:
    store.put_records([paper("1")])
    assert store.put_records([paper("1", sections=[("", "Of 40 patients, 11 coughed.")])]).changed == 1
    assert len(store.rows("SELECT * FROM record_versions")) == 2
    assert "11 coughed" in store.rows("SELECT body FROM records")[0]["body"]


def test_an_older_revision_does_not_overwrite_a_newer_one(store: Store) -> None:
    store.put_records([paper("1", revised="2020-02-02", journal="New")])
    assert store.put_records([paper("1", revised="2019-01-01", journal="Old")]).same == 1
    assert store.rows("SELECT journal FROM records") == [{"journal": "New"}]


@pytest.mark.parametrize(
    "link",
    [Link(pmid="1"), Link(doi="10.1000/ABC"), Link(title=TITLE)],
    ids=["by PubMed number", "by DOI", "by title and year"],
)
def test_a_live_record_replaces_its_restatement(store: Store, link: Link) -> None:
    store.put_records([(restated(), link)])
    assert in_use(store) == ["restated:cold2001"]
    store.put_records([paper("1", doi="10.1000/abc")])
    assert in_use(store) == ["pmid:1"]
    assert store.successors() == {"restated:cold2001": "pmid:1"}


def test_a_restatement_that_comes_after_its_paper_is_not_used(store: Store) -> None:
    store.put_records([paper("1")])
    store.put_records([(restated(), Link(pmid="1"))])
    assert in_use(store) == ["pmid:1"]


def test_a_restatement_has_no_identifier_of_its_own(store: Store) -> None:
    store.put_records([(restated(), Link(pmid="1", doi="10.1000/ABC", citation="Someone 2001"))])
    row = store.rows("SELECT pmid, doi, link_pmid, link_doi FROM records")[0]
    assert row == {"pmid": None, "doi": None, "link_pmid": "1", "link_doi": "10.1000/abc"}


def test_one_paper_from_two_files_is_used_once(store: Store) -> None:
    store.put_records([paper(None, doi="10.1000/abc", source="ris")])
    assert store.put_records([paper("1", doi="10.1000/ABC")]).duplicates == 1
    assert in_use(store) == ["pmid:1"]


def test_a_paper_that_gets_a_doi_later_is_recognised_by_it(store: Store) -> None:
    store.put_records([paper(None, doi="10.1000/abc", source="ris", title="A made-up title that only the file gives")])
    store.put_records([paper("1")])
    assert in_use(store) == ["doi:10.1000/abc", "pmid:1"]
    assert store.put_records([paper("1", doi="10.1000/ABC")]).duplicates == 1
    assert in_use(store) == ["pmid:1"]


@pytest.mark.parametrize("order", [("jsonl", "pubmed"), ("pubmed", "jsonl")])
def test_one_pubmed_number_under_two_ids_is_used_once(store: Store, order: tuple[str, str]) -> None:
    given = {"jsonl": Record("own:1", TITLE, [("", "t")], pmid="1", source="jsonl"), "pubmed": paper("1")}
    for source in order:
        store.put_records([given[source]])
    assert in_use(store) == ["pmid:1"]


def test_labels_of_sections_are_part_of_what_is_read(store: Store) -> None:
    text = "Of 40 patients, 10 coughed."
    for label in ("METHODS", "RESULTS"):
        store.put_records([paper("1", sections=[(label, text)])])
    assert len(store.rows("SELECT DISTINCT content_hash FROM record_versions")) == 2


def test_two_papers_that_share_a_title_but_not_a_number_are_both_used(store: Store) -> None:
    store.put_records([paper("1"), paper("2")])
    assert in_use(store) == ["pmid:1", "pmid:2"]


def test_a_short_title_identifies_no_paper(store: Store) -> None:
    store.put_records([paper(None, doi="10.1/a", source="ris", title="In reply")])
    store.put_records([Record(id="cite:1", title="In reply", source="ris", year=2001)])
    assert in_use(store) == ["cite:1", "doi:10.1/a"]


def test_findings_come_back_in_order_and_a_text_without_any_is_remembered_as_read(store: Store) -> None:
    store.put_records([paper("1")])
    store.put_findings("pmid:1", "hash", "v1", [Finding("age", value=61.0), Finding("sex:male", numerator=3)])
    store.put_findings("pmid:1", "empty", "v1", [])
    assert [row["measure"] for row in store.findings(["hash"], "v1")["hash"]] == ["age", "sex:male"]
    assert store.read_hashes("v1") == {"hash", "empty"}
    assert store.read_hashes("v2") == set()


def test_sql_in_a_field_is_only_text(store: Store) -> None:
    title = "'); DROP TABLE records; -- a title made for this test of the store"
    store.put_records([paper("1", title=title)])
    assert store.rows("SELECT title FROM records") == [{"title": title}]


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(ValueError), store.transaction():
        store.execute("INSERT INTO reviews VALUES ('x', 't', 'q', '{}', 'h', NULL, NULL, NULL)")
        raise ValueError("stop")
    assert store.rows("SELECT * FROM reviews") == []


# Bad files -------------------------------------------------------------------------------------------------------


def test_a_store_that_another_process_writes_to_is_reported_as_in_use(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    path = tmp_path / "s.sqlite"
    with Store(path) as store:
        other = sqlite3.connect(path)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"in use by another process.*try again"):
            store.put_records([paper("1")])
        other.close()
        assert store.put_records([paper("1")]).new == 1


@pytest.mark.parametrize("content", [b"this is no database, only a text of some length\n" * 40], ids=["text"])
def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"s\.sqlite: this is not an SQLite store, or it is damaged.*--store"):
        Store(path)
    assert path.read_bytes() == content


def test_a_damaged_store_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with Store(path) as store:
        store.put_records([paper(str(n), title=f"{TITLE} number {n}") for n in range(1, 200)])
    data = bytearray(path.read_bytes())
    data[4096 : len(data)] = b"\x5a" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"), Store(path) as store:
        store.rows("SELECT count(*) FROM records WHERE title LIKE '%x%'")


def test_a_store_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    other = Database(path)
    other["things"].insert({"id": 1})  # type: ignore[union-attr]
    other.close()
    with pytest.raises(StoreError, match="belongs to another program"):
        Store(path)


def test_a_store_of_a_newer_retally_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    Store(path).close()
    db = sqlite3.connect(path)
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('retally', '9999_later', '')")
    db.commit()
    db.close()
    with pytest.raises(StoreError, match="newer Retally"):
        Store(path)


def test_a_full_disk_is_one_clear_message_and_loses_nothing(store: Store) -> None:
    store.put_records([paper("1")])
    pages = store.rows("PRAGMA page_count")[0]["page_count"]
    store.db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to answer "disk full"
    big = paper("2", title="Another made-up title of a record about fever", sections=[("", "word " * 20_000)])
    with pytest.raises(StoreError, match=r"the disk is full\. Make room"):
        store.put_records([big])
    assert in_use(store) == ["pmid:1"]


def test_a_store_that_cannot_be_written_is_one_clear_message(store: Store) -> None:
    store.put_records([paper("1")])
    store.db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match=r"cannot be written\. Check the rights of the file and of its folder"):
        store.put_records([paper("2", title="Another made-up title of a record about fever")])
    assert in_use(store) == ["pmid:1"]


def test_a_folder_that_cannot_be_made_is_one_clear_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file/s\.sqlite: .*Check"):
        Store(tmp_path / "file" / "s.sqlite")


def test_a_store_is_copied_before_it_is_migrated(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "s.sqlite"
    with Store(path) as store:
        store.put_records([paper("1")])
    assert backups(path) == []
    later = Migrations("retally")
    later._migrations = [*database.migrations._migrations]

    @later(name="0002_made_for_this_test")
    def _more(db: Database) -> None:
        db.execute("CREATE TABLE more (id INTEGER PRIMARY KEY)")

    monkeypatch.setattr(database, "migrations", later)
    db = open_database(path)
    assert "more" in db.table_names()
    db.close()
    (copy,) = backups(path)
    kept = sqlite3.connect(copy)
    assert kept.execute("SELECT id FROM records").fetchall() == [("pmid:1",)]
    kept.close()
    open_database(path).close()
    assert len(backups(path)) == 1


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "s.sqlite"
    Store(path).close()
    later = Migrations("retally")
    later._migrations = [*database.migrations._migrations]

    @later(name="0002_fails")
    def _fails(db: Database) -> None:
        db.execute("CREATE TABLE more (id INTEGER PRIMARY KEY)")
        db.execute("CREATE TABLE more (id INTEGER PRIMARY KEY)")

    with monkeypatch.context() as patch:
        patch.setattr(database, "migrations", later)
        with pytest.raises(StoreError, match="already exists"):
            open_database(path)
    with Store(path) as store:
        assert "more" not in store.db.table_names()


def test_only_looking_never_makes_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store here"):
        existing_store(tmp_path / "none.sqlite")
    assert not (tmp_path / "none.sqlite").exists()


# A text is never lost to a record without one -----------------------------------------------------------------------


def text_of(store: Store) -> list[str]:
    rows = store.rows("SELECT body FROM records WHERE superseded_by IS NULL ORDER BY id")
    return [Record.from_dict(json.loads(row["body"])).text.removeprefix(f"{TITLE}\n") for row in rows]


def body(store: Store, record_id: str) -> dict:
    return json.loads(store.rows("SELECT body FROM records WHERE id = ?", [record_id])[0]["body"])


@pytest.mark.parametrize("first", ["restatement", "record"])
def test_a_record_without_abstract_does_not_replace_a_restatement(store: Store, first: str) -> None:
    bare, told = paper("1", sections=[]), (restated(), Link(pmid="1"))
    store.put_records([bare, told] if first == "record" else [told, bare])
    assert in_use(store) == ["restated:cold2001"]
    store.put_records([paper("1")])  # PubMed has the abstract after all
    assert in_use(store) == ["pmid:1"]


def test_an_abstract_that_pubmed_drops_is_kept_and_the_record_says_so(store: Store) -> None:
    store.put_records([paper("1", revised="2020-01-01")])
    for _ in range(2):
        put = store.put_records([paper("1", sections=[], revised="2021-01-01", journal="New")])
    assert put.same == 1
    assert text_of(store) == ["Of 40 patients, 10 coughed."]
    kept = body(store, "pmid:1")
    assert (kept["journal"], kept["text_from"]) == ("New", {"source": "pubmed", "revised": "2020-01-01"})
    assert "2020-01-01" in (text_note(kept) or "")
    store.put_records([paper("1", revised="2022-01-01")])
    assert "text_from" not in body(store, "pmid:1")


@pytest.mark.parametrize("order", [("ris", "pubmed"), ("pubmed", "ris")])
def test_the_better_source_lends_its_fields_and_the_worse_its_text(store: Store, order: tuple[str, str]) -> None:
    given = {"pubmed": paper("1", sections=[], journal="From PubMed"), "ris": paper("1", source="ris", journal="Ris")}
    for _ in range(2):
        for source in order:
            put = store.put_records([given[source]])
    assert put.same == 1
    kept = body(store, "pmid:1")
    assert (kept["journal"], kept["source"], kept["text_from"]["source"]) == ("From PubMed", "pubmed", "ris")
    assert text_of(store) == ["Of 40 patients, 10 coughed."]


def test_a_retraction_reaches_the_form_that_stands_for_a_record_without_text(store: Store) -> None:
    told = (restated(), Link(pmid="1", citation="Someone 2001"))
    store.put_records([told, paper("1", sections=[])])
    retracted = paper("1", sections=[], publication_types=["Retracted Publication"])
    retracted.corrections = [Correction("RetractionIn", "9")]
    store.put_records([retracted])
    used = Record.from_dict(body(store, "restated:cold2001"))
    assert is_retracted(used) and used.corrections == retracted.corrections
    assert body(store, "restated:cold2001")["citation"] == "Someone 2001"
    assert store.put_records([told]).same == 1  # the bundle again: the notice stays
    assert is_retracted(Record.from_dict(body(store, "restated:cold2001")))
