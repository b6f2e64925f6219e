"""MEDLINE format (`.nbib`, PubMed's "PubMed" text export) to records: a tag in columns 1-4, "- ", its value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.readers.base import BadRecord, ByteSource, Fields, Reporter, lines
from pipeline.readers.fields import author, doi_in, split_abstract, table, year_in
from pipeline.record import Correction, Record, record_id

_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)", re.DOTALL)
_PMID = re.compile(r"PMID: ?(\d{1,9})")


def records(source: ByteSource, report: Reporter) -> Iterator[Record | BadRecord]:
    """The records of one MEDLINE file."""
    for fields in references(source):
        report.next()
        if fields.problem is not None:
            yield report.bad(fields.line, fields.problem)
            continue
        pmid = fields.first("PMID")
        if pmid is None or not re.fullmatch(r"\d{1,9}", pmid):
            yield report.bad(fields.line, f"no PMID in it ({pmid!r} is none)" if pmid else "no PMID in it")
            continue
        yield _record(pmid, fields)
    if not report.number:
        yield report.file(None, "no MEDLINE records in it")


def references(source: ByteSource) -> Iterator[Fields]:
    """The tagged fields of each reference; a PMID field begins a new one."""
    current: Fields | None = None
    for number, line in lines(source):
        if line is None:
            current = current or Fields(number, [])
            current.problem = "a line longer than 16 MB"
            continue
        found = None if line.startswith(" ") else _TAG.fullmatch(line.rstrip())
        if found and (found[1] == "PMID" or current is None):
            if current is not None:
                yield current
            current = Fields(number, [])
        if current is None:
            continue
        if found:
            current.add(found[1], found[2])
        else:
            current.extend(line.strip())
    if current is not None:
        yield current


def _record(pmid: str, fields: Fields) -> Record:
    title = fields.first("TI") or ""
    if not title or title.strip("[]. ").lower() == "not available":
        title = fields.first("TT", "BTI") or title
    year = year_in(fields.first("DP"))
    doi = next((doi_in(value) for value in fields.all("LID", "AID") if value.endswith("[doi]")), None)
    abstract = fields.first("AB") or fields.first("OAB") or ""
    kinds = table("corrections")
    corrections = []
    for tag, kind in kinds.items():
        for citation in fields.all(tag):
            linked = _PMID.search(citation)
            corrections.append(Correction(kind=kind, pmid=linked[1] if linked else None, citation=citation))
    revised = fields.first("LR")
    return Record(
        id=record_id(pmid, doi, title, year),
        title=title,
        sections=split_abstract(abstract),
        journal=fields.first("JT", "TA", "BTI"),
        year=year if year is not None else year_in(fields.first("DEP")),
        authors=fields.all("AU") or [author(*name.partition(", ")[::2]) for name in fields.all("FAU", "CN")],
        doi=doi,
        pmid=pmid,
        publication_types=fields.all("PT"),
        mesh=list(dict.fromkeys(term.split("/")[0].lstrip("*") for term in fields.all("MH"))),
        language=fields.first("LA"),
        corrections=corrections,
        source="medline",
        revised=f"{revised[:4]}-{revised[4:6]}-{revised[6:8]}" if revised and re.fullmatch(r"\d{8}", revised) else None,
    )
