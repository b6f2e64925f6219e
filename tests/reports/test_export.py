"""Tables for other programs: typed, safe to open in a spreadsheet, read by R as they are, the same every time."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from reports import export, tables
from reports.claim import Claim
from reports.page import Page, build_page
from reports.result import ClaimResult, StudyFigure
from reports.tables import Table
from tests.reports.report_sample import context

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.fixture(scope="module")
def page() -> Page:
    return build_page(context())


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("text", HOSTILE)
def test_csv_text_that_looks_like_a_formula_is_made_text(text: str) -> None:
    (row,) = read(export.to_csv(Table("t", ["a"], [[text]])))
    assert row["a"] == f"'{text}"


def test_csv_negative_numbers_stay_numbers() -> None:
    (row,) = read(export.to_csv(Table("t", ["a", "b", "c", "d"], [[-1, -0.5, None, True]])))
    assert row == {"a": "-1", "b": "-0.5", "c": "", "d": "TRUE"}


@pytest.mark.parametrize("text", HOSTILE)
def test_excel_text_that_looks_like_a_formula_is_made_text(text: str) -> None:
    book = load_workbook(io.BytesIO(export.to_excel([Table("t", ["a"], [[text]])], "2026-03-01")))
    assert book["t"]["A2"].data_type == "s"


def test_excel_cells_are_typed() -> None:
    row = ["words", 3, 0.25, True, None]
    book = load_workbook(io.BytesIO(export.to_excel([Table("t", list("abcde"), [row])], "2026-03-01")))
    assert [cell.value for cell in book["t"][2]] == row
    assert [cell.data_type for cell in book["t"][2]] == ["s", "n", "n", "b", "n"]


def test_excel_takes_out_characters_that_a_workbook_cannot_hold() -> None:
    book = load_workbook(io.BytesIO(export.to_excel([Table("t", ["a"], [["a\x0bb" + "x" * 40_000]])], "2026-03-01")))
    assert book["t"]["A2"].value.startswith("a bx")


def test_excel_carries_no_time_but_the_runs() -> None:
    book = export.to_excel([Table("t", ["a"], [["b"]])], "2026-03-01T12:00:00+00:00")
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {export.ZIP_TIME}
        assert archive.read("docProps/core.xml").count(b"2026-03-01T12:00:00Z") == 2


def test_every_sheet_of_the_report_has_as_many_cells_as_columns(page: Page) -> None:
    made = [tables.about_table, tables.claims_table, tables.studies_table, tables.methods_table, tables.causes_table,
            tables.evidence_table, tables.records_table, tables.search_table, tables.metafor_table]  # fmt: skip
    for make in made:
        table = make(page)
        assert table.rows, table.name
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.name


def test_claims_csv_gives_the_estimate_its_interval_k_and_n(page: Page) -> None:
    row = read(export.to_csv(tables.claims_table(page)))[0]
    assert (row["stated"], row["verdict"], row["method"]) == ("'< 25%", "undecided", "GLMM") or row["stated"] == "< 25%"
    assert float(row["interval_low"]) < float(row["estimate"]) < float(row["interval_high"])
    assert (row["studies_reporting"], row["studies_looked_at"], row["patients"]) == ("3", "4", "115")


def test_studies_csv_gives_each_figure_its_sentence_place_and_source(page: Page) -> None:
    rows = read(export.to_csv(tables.studies_table(page)))
    first = rows[0]
    assert first["sentence"] == "The fever came back in 12 of 40 people within a year."
    assert first["number"] == "12 of 40"
    assert {r["source"] for r in rows if r["record"].startswith("restated:")} == {"restated"}
    assert [r["reason"] for r in rows if r["role"] == "set aside"] == ["the paper was retracted"]


def test_metafor_csv_holds_the_counts_of_a_claims_studies(page: Page) -> None:
    frame = pd.read_csv(io.BytesIO(export.to_metafor(tables.metafor_table(page))))
    rows = frame[(frame["claim"] == "fever-relapse") & (frame["analysis"] == "all")]
    assert rows["xi"].tolist() == [12, 5, 20]
    assert rows["ni"].tolist() == [40, 25, 50]
    assert rows["sdi"].isna().all()


def test_metafor_csv_takes_a_mean_only_with_its_spread_and_people() -> None:
    claim = Claim("review.txt", "age", "age", stat="mean", low=30, high=40, unit="years", kind="age")
    figures = [
        StudyFigure("pmid:101", "", "age", "all", "mean", denominator=40, value=33.0, sd=9.0),
        StudyFigure("pmid:102", "", "age", "all", "mean", denominator=50, value=35.0),
    ]
    page = build_page(context(results=[ClaimResult(claim, "thin", "two studies", studies=figures, k=2, K=4)]))
    (row,) = tables.metafor_table(page).rows
    assert row[5:9] == [None, 40, 33.0, 9.0]


def test_metafor_csv_marks_missing_as_r_does(page: Page) -> None:
    assert ",NA," in export.to_metafor(tables.metafor_table(page)).decode()


def test_json_gives_back_the_same_comparisons(page: Page) -> None:
    body = json.loads(export.to_json(page, context().about()))
    first = {key: value for key, value in body["results"][0].items() if key not in ("stated", "seen_by_a_person")}

    def without_marks(value: object) -> object:
        if isinstance(value, dict):
            return {k: without_marks(v) for k, v in value.items() if k != "restated"}
        return [without_marks(v) for v in value] if isinstance(value, list) else value

    assert ClaimResult.from_dict(without_marks(first)) == context().results[0]  # type: ignore[arg-type]
    assert body["review"]["title"] == "Marsh fever"
    assert body["run"]["versions"] == {"retally": "0.1.0", "engine": "0.1.0"}


def test_json_marks_what_was_read_from_a_restatement(page: Page) -> None:
    body = json.loads(export.to_json(page, context().about()))
    marks = {figure["record_id"]: figure["restated"] for figure in body["results"][0]["studies"]}
    assert marks == {"pmid:101": False, "pmid:102": False, "restated:olmo2001": True}


def test_a_full_name_of_a_missing_folder_is_made(tmp_path: Path) -> None:
    from reports.report import write_report

    written = write_report(tmp_path / "a" / "b", context())
    assert all(path.stat().st_size > 0 for path in written.values())
