"""Tables and the whole report as files for other programs: CSV, metafor's CSV, Excel, JSON.

Text that a spreadsheet would take for a formula is written as text; files carry no time but the run's, so that the same
context gives the same bytes. Called by `reports.report`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.page import Page
from reports.result import CAUTION
from reports.tables import Cell, Table
from reports.wording import fixed

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for the beginning of a formula (OWASP)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # characters that XML, and so Excel, cannot hold
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can state
EPOCH = datetime(2000, 1, 1)  # stands for a run whose time cannot be read
CELL_LIMIT = 32_767  # characters in one Excel cell


def to_csv(table: Table) -> bytes:
    """`table` as CSV (UTF-8, comma, CRLF as RFC 4180 has it); text that looks like a formula gets an apostrophe."""
    return _csv(table, missing="")


def to_metafor(table: Table) -> bytes:
    """`table` as R reads it: missing is NA. Guarded as `to_csv` is, for people open it in a spreadsheet first."""
    return _csv(table, missing="NA")


def _csv(table: Table, missing: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_plain(cell, missing) for cell in row])
    return out.getvalue().encode()


def _plain(cell: Cell, missing: str) -> str:
    if cell is None:
        return missing
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() else repr(float(cell))
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA) else text


def to_excel(tables: Iterable[Table], finished: str) -> bytes:
    """One sheet a table: typed cells, frozen headings, filters; text is never a formula."""
    book = Workbook()
    del book["Sheet"]
    for table in tables:
        _sheet(book.create_sheet(table.name), table)
    book.properties.creator = "Retally"
    book.properties.created = _time(finished)
    out = io.BytesIO()
    book.save(out)
    return _same_bytes(out.getvalue(), _time(finished))


def _time(iso: str) -> datetime:
    try:
        return datetime.fromisoformat(iso).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return EPOCH


def _sheet(sheet: Worksheet, table: Table) -> None:
    bold, wrap = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    lines: list[list[Cell]] = [[*table.columns], *table.rows]
    for number, row in enumerate(lines, start=1):
        for column, value in enumerate(row, start=1):
            if value is None:
                continue
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value = CONTROL.sub(" ", value)[:CELL_LIMIT]
                cell.data_type = "s"  # whatever it begins with
                cell.quotePrefix = value.startswith(FORMULA)
                cell.alignment = wrap
            else:
                cell.value = value
            if number == 1:
                cell.font = bold
    for column, name in enumerate(table.columns, start=1):
        lengths = [len(str(row[column - 1])) for row in table.rows if row[column - 1] is not None]
        sheet.column_dimensions[get_column_letter(column)].width = min(max([len(name) + 2, *lengths]), 60)
    sheet.freeze_panes = "B2"
    if table.rows:
        sheet.auto_filter.ref = sheet.dimensions


def _same_bytes(book: bytes, when: datetime) -> bytes:
    """The workbook with the run's time in place of the clock's, in its properties and in the zip's directory."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            content = old.read(name)
            if name == "docProps/core.xml":
                stamp = f"{when:%Y-%m-%dT%H:%M:%S}Z".encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()


def to_json(page: Page, about: dict[str, Any], with_sentences: bool = True) -> bytes:
    """The whole report as JSON: what it is about, every comparison, every study as it is cited."""
    cautions = {"caution": CAUTION}
    if page.restated_total:
        cautions["restated"] = fixed("restated_banner")
    if page.uses_pubmed:
        cautions["attribution"] = fixed("attribution")
    restated = {study.id for study in page.studies if study.restated}
    results = [
        view.result.to_dict() | {"stated": view.stated, "seen_by_a_person": view.result.seen} for view in page.views
    ]
    _mark(results, restated, with_sentences)
    body = {
        **about, **cautions, "results": results,
        "studies": [
            {
                "id": s.id, "name": s.name, "citation": s.citation, "year": s.year, "link": s.url,
                "restated": s.restated, "retracted": s.retracted, "design": s.design, "tier": s.tier,
            }
            for s in page.studies
        ],
    }  # fmt: skip
    return (json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True, default=_json) + "\n").encode()


def _mark(value: Any, restated: set[str], with_sentences: bool) -> None:
    """Marks every study's figure, however deep, that was read from a restatement, and takes out what may not go out."""
    if isinstance(value, list):
        for one in value:
            _mark(one, restated, with_sentences)
    elif isinstance(value, dict):
        if "sentence" in value:
            value["restated"] = value["record_id"] in restated
            if not with_sentences and not value["restated"]:
                value["sentence"] = None
        for one in value.values():
            _mark(one, restated, with_sentences)


def _json(value: Any) -> Any:
    """numpy's scalars as Python's."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a report holds only plain values, not {type(value).__name__}")
