"""RIS to records, in the dialects of Covidence, EndNote, Zotero, Embase and Ovid: they differ in what a tag holds.

References are cut here, so that a bad one has a position and costs no other; rispy reads the tags of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_uppercase, digits
from typing import Any

import rispy

from pipeline.readers.base import LARGEST_RECORD, BadRecord, ByteSource, Reporter, lines
from pipeline.readers.fields import author, doi_in, language, plain, split_abstract, table, year_in
from pipeline.record import Record, record_id

_LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}- ?(.*)", re.DOTALL)
_PMID = re.compile(
    r"(?:\bPMID:?\s*|pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/(?:m/)?pubmed/|list_uids=)(\d{1,9})\b"
    r"|\b(\d{1,9}) ?\[(?:pmid|pubmed)\]",
    re.IGNORECASE,
)
_MEDLINE = re.compile(r"medline|pubmed|\bnlm\b", re.IGNORECASE)
_EMBASE = re.compile(r"embase|elsevier", re.IGNORECASE)
# Where the programs put a PMID or PubMed's address.
_LINK_TAGS = (
    "UR",
    "LK",
    "L1",
    "L2",
    "L3",
    "L4",
    "N1",
    "M1",
    "M2",
    "AN",
    "ID",
    "C1",
    "C2",
    "C7",
    "U1",
    "U2",
    "U3",
    "U4",
    "U5",
)
_DOI_TAGS = ("DO", "M3", "L3", "UR", "LK", "N1", "AN", "C7")
# One name for each tag, so that rispy keeps every tag apart and every value of it.
_MAPPING = {first + second: first + second for first in ascii_uppercase for second in ascii_uppercase + digits}


def records(source: ByteSource, report: Reporter) -> Iterator[Record | BadRecord]:
    """The records of one RIS file."""
    for first_line, block, problem in _references(source):
        report.next()
        if problem is not None:
            yield report.bad(first_line, problem)
            continue
        tags = _tags(block)
        record = _record(tags)
        if record.title or record.sections:
            yield record
        else:
            yield report.bad(first_line, "neither a title (TI, T1) nor an abstract (AB, N2) in it")
    if not report.number:
        yield report.file(None, "no RIS references in it (none begins with TY)")


def _references(source: ByteSource) -> Iterator[tuple[int, list[str], str | None]]:
    """(first line, its lines in standard form, problem) of each reference, from TY to ER or to the next TY."""
    block: list[str] | None = None
    start, size, problem = 0, 0, None
    for number, line in lines(source):
        if line is None:
            problem = "a line longer than 16 MB"
            continue
        found = _LINE.fullmatch(line.strip())
        tag = found[1] if found else None
        if tag == "TY":
            if block is not None:
                yield start, block, problem
            block, start, size, problem = [], number, 0, None
        if block is None:
            continue
        if tag == "ER":
            yield start, block, problem
            block = None
            continue
        size += len(line)
        if size > LARGEST_RECORD:
            block, problem = [], "the record is larger than 32 MB"
        elif found:
            block.append(f"{found[1]}  - {found[2]}")
        elif line.strip():
            block.append(f"      {line.strip()}")
    if block is not None:
        yield start, block, problem or (None if len(block) > 1 else "the reference breaks off")


def _tags(block: list[str]) -> dict[str, list[str]]:
    parser = rispy.RisParser(mapping=_MAPPING, list_tags=[], delimiter_tags_mapping={}, enforce_list_tags=False)
    joined: list[str] = []
    for line in block:  # rispy joins a continuation only to a tag seen once; join them all before
        if line.startswith("      ") and joined:
            joined[-1] = f"{joined[-1]} {line.strip()}"
        else:
            joined.append(line)
    parsed: list[dict[str, Any]] = parser.parse_lines(iter([*joined, "ER  - "]))
    found = {}
    for tag, value in (parsed[0] if parsed else {}).items():
        values = value if isinstance(value, list) else [value]
        if kept := [text for item in values if (text := " ".join(str(item).split()))]:
            found[tag] = kept
    return found


def _record(tags: dict[str, list[str]]) -> Record:
    kind = _first(tags, "TY") or ""
    title = plain(_first(tags, "TI", "T1", "CT", "BT") or "")
    year = next((y for tag in ("PY", "Y1", "YR", "DA") if (y := year_in(_first(tags, tag)))), None)
    doi = next((found for tag in _DOI_TAGS for value in tags.get(tag, []) if (found := doi_in(value))), None)
    pmid = _pmid(tags)
    named = ";".join(value for value in tags.get("M3", []) if not doi_in(value))
    types = [word.strip() for word in named.split(";") if word.strip()]
    reference_type = table("reference_types").get(kind.upper())
    return Record(
        id=record_id(pmid, doi, title, year),
        title=title,
        sections=split_abstract(plain(_abstract(tags))),
        journal=_first(tags, "JF", "T2", "JO", "JA", "J2", "J1", "BT"),
        year=year,
        authors=[_author(name) for tag in ("AU", "A1") for name in tags.get(tag, [])],
        doi=doi,
        pmid=pmid,
        publication_types=types or ([reference_type] if reference_type else []),
        mesh=[word.lstrip("*") for value in tags.get("KW", []) for word in re.split(r"\s*;\s*", value) if word],
        language=language(_first(tags, "LA")),
        source="ris",
    )


def _first(tags: dict[str, list[str]], *names: str) -> str | None:
    return next((tags[name][0] for name in names if name in tags), None)


def _abstract(tags: dict[str, list[str]]) -> str:
    """The longer of AB and N2: some programs put a stub or notes in one and the abstract in the other."""
    return max((" ".join(tags.get(tag, [])) for tag in ("AB", "N2")), key=len)


def _author(name: str) -> str:
    last, comma, given = name.partition(",")
    if not comma:
        return " ".join(name.split())
    return author(last, given.split(",")[0])


def _pmid(tags: dict[str, list[str]]) -> str | None:
    """The PMID where the reference states one; an accession number is one only where it is MEDLINE's or PubMed's."""
    for tag in _LINK_TAGS:
        for value in tags.get(tag, []):
            if found := _PMID.search(value):
                return found[1] or found[2]
    database = " ".join(value for tag in ("DB", "DP") for value in tags.get(tag, []))
    accession = _first(tags, "AN") or ""
    if _MEDLINE.search(database) and not _EMBASE.search(database) and re.fullmatch(r"\d{1,8}", accession):
        return accession
    from_embase = _EMBASE.search(database) or re.fullmatch(r"L?\d{9,}", _first(tags, "U2", "AN") or "")
    medline_number = _first(tags, "C5") or ""  # where Embase's own export puts it
    return medline_number if from_embase and re.fullmatch(r"\d{1,8}", medline_number) else None
