"""What is taken away from the desk can be read by the programs it is for, and an archive holds nobody's abstracts."""

from __future__ import annotations

import csv
import io
import json
import math
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import rispy

from pipeline.cli import main
from pipeline.desk.archive import to_yaml, without_text
from pipeline.store import Store
from tests.pipeline.desk.conftest import Counted, OpenDesk
from tests.pipeline.desk.reviewed import finding, on_finding, on_record

FIRST = "restated:spruce1"


@pytest.fixture
def judged(desk: OpenDesk) -> OpenDesk:
    with Store(desk.store) as store:
        relapse = finding(store, FIRST, "outcome:relapse")
        on_finding(store, relapse, FIRST, "correct", why="counted again", changes={"numerator": 21, "group": "=1+1"})
        on_record(store, "restated:spruce2", "exclude", why="the same patients")
    return desk


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_ris_carries_decisions_as_labels(judged: OpenDesk) -> None:
    rows = rispy.loads(judged.get("export/records.ris", "ann").text.replace("\r\n", "\n"))
    assert len(rows) == 4
    second = next(row for row in rows if "number 2" in row["title"])
    assert any("Reviewer: exclude, ann, the same patients" in note for note in second["notes"])
    assert all(row["keywords"] == ["retally: included"] for row in rows)


def test_the_records_table_has_the_machines_decision_and_peoples(judged: OpenDesk) -> None:
    rows = table(judged.get("export/records.csv").content)
    told = {row["record"]: (row["decision"], row["reviewer_decision"], row["reviewer"]) for row in rows}
    assert told["restated:spruce2"] == ("included", "exclude", "ann")
    assert told[FIRST] == ("included", "", "")


def test_the_evidence_table_says_which_figures_a_person_has_seen(judged: OpenDesk) -> None:
    book = openpyxl.load_workbook(io.BytesIO(judged.get("export/evidence.xlsx").content))
    assert book.sheetnames == ["evidence", "claims", "decisions"]
    rows = list(book["evidence"].iter_rows(values_only=True))
    seen = [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if dict(zip(rows[0], row, strict=True))["seen"]]
    assert [(row["numerator"], row["decision"], row["decided_by"]) for row in seen] == [(21, "correct", "ann")]
    assert "Relapse occurred" in seen[0]["sentence"]
    assert book["evidence"].cell(2, 4).data_type == "s"


def test_revman_rows_carry_events_totals_and_the_logit_that_revman_pools(judged: OpenDesk) -> None:
    rows = [row for row in table(judged.get("export/revman.csv").content) if "relapse" in row["Outcome"].lower()]
    assert len(rows) == 4
    row = rows[0]
    events, total = int(row["Events"]), int(row["Total"])
    assert float(row["GIV Estimate (logit)"]) == pytest.approx(math.log(events / (total - events)))
    assert float(row["GIV SE"]) == pytest.approx(math.sqrt(1 / events + 1 / (total - events)))


def test_the_audit_trail_has_who_when_before_after_and_why(judged: OpenDesk) -> None:
    rows = table(judged.get("export/decisions.csv").content)
    assert [(row["person"], row["verdict"], row["why"]) for row in rows] == [
        ("ann", "correct", "counted again"),
        ("ann", "exclude", "the same patients"),
    ]
    assert "20/41" in rows[0]["before"] and "21/41" in rows[0]["after"] and rows[0]["changed"] == "group, numerator"
    assert rows[0]["made_at"] and rows[0]["stands"] == "TRUE"


def test_an_archive_holds_no_text_of_a_paper(judged: OpenDesk, tmp_path: Path) -> None:
    with Store(judged.store) as store, store.transaction():  # as if they were papers' own records
        for name in ("records", "record_versions"):
            store.db.execute(f"UPDATE {name} SET body = replace(body, '\"restatement\"', '\"pubmed\"')")
        store.db.execute("UPDATE records SET source = 'pubmed'")
        store.db.execute(
            "INSERT INTO reviews (id, title, question, settings, settings_hash) VALUES ('pine', 'Pine', '?', '{}', '')"
        )
    content = judged.get("export/archive.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as archived:
        archived.extractall(tmp_path / "a")
        names = set(archived.namelist())
    assert {"metadata.yaml", "README.txt", "store/spruce.db", "report/report.html"} <= names
    for path in (tmp_path / "a").rglob("*"):
        if path.is_file() and path.suffix != ".xlsx":
            assert b"Relapse occurred in" not in path.read_bytes(), path
    with sqlite3.connect(tmp_path / "a" / "store" / "spruce.db") as db:
        assert db.execute("SELECT count(*), count(DISTINCT person) FROM judgements").fetchone() == (2, 1)
        assert db.execute("SELECT id FROM reviews").fetchall() == [("spruce",)]
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            db.execute("DELETE FROM judgements")
    db.close()


def test_datasette_opens_the_archive_with_its_metadata(judged: OpenDesk, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(judged.get("export/archive.zip").content)) as archived:
        archived.extractall(tmp_path)
    asked = "/spruce/judgements.json?_shape=array&_size=1"
    done = subprocess.run(
        [sys.executable, "-m", "datasette", "store/spruce.db", "--metadata", "metadata.yaml", "--get", asked],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)[0]["person"] == "ann"


def test_the_same_store_gives_the_same_archive(judged: OpenDesk) -> None:
    def parts() -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(judged.get("export/archive.zip").content)) as archived:
            return {name: archived.read(name) for name in archived.namelist() if not name.endswith(".db")}

    assert parts() == parts()


def test_a_restatement_keeps_its_text_and_a_papers_record_loses_it() -> None:
    restated = {"source": "restatement", "sections": [{"label": "", "text": "ours"}]}
    assert json.loads(without_text(json.dumps(restated))) == restated
    paper = {
        "source": "pubmed",
        "title": "kept",
        "sections": [{"label": "A", "text": "theirs"}],
        "given_text": "theirs",
    }
    assert "theirs" not in without_text(json.dumps(paper)) and "kept" in without_text(json.dumps(paper))


def test_metadata_is_yaml() -> None:
    import yaml

    value = {"a": {"b: c": "d\n'e'", "f": [1, None, True]}, "g": {}}
    assert yaml.safe_load(to_yaml(value)) == value


def test_exports_are_written_without_a_browser(
    counted: Counted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["desk", "spruce", "--store", str(counted.settings.store), "--export", str(tmp_path / "out")])
    assert not end.value.code
    written = [Path(line) for line in capsys.readouterr().out.split()]
    assert len(written) == 6 and all(path.stat().st_size for path in written)
    assert {path.name for path in written} == {path.name for path in (tmp_path / "out").iterdir()}
