"""Which reader a file needs: by what it holds, and by its name where that does not say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.readers import jsonl, medline, pubmed_xml, ris
from pipeline.readers.base import BadRecord, ByteSource, Deleted, Reporter, StreamEnd
from pipeline.record import Record

_SUFFIXES = {
    ".xml": "xml",
    ".nbib": "medline",
    ".medline": "medline",
    ".ris": "ris",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_MEDLINE = re.compile(rb"(?:^|[\r\n])PMID *- ?\d")
_RIS = re.compile(rb"(?:^|[\r\n])TY {1,2}- ?")


def read(path: str | os.PathLike[str], on_deleted: Deleted | None = None) -> Iterator[Record | BadRecord]:
    """The records of a file, in its order, each bad one as a `BadRecord` in its place.

    PubMed XML (`.xml`), MEDLINE (`.nbib`), RIS (`.ris`) and JSON lines (`.jsonl`), plain or gzipped. What the file
    holds decides, its suffix where that is not clear (PubMed's `.txt` exports are MEDLINE). All are streamed.
    `on_deleted` is called with each PMID of a DeleteCitation element, when its place in the file is reached.
    Raises `ReaderError` at once where the file cannot be opened.
    """
    source = ByteSource.open(Path(path))
    return _records(source, Path(path), on_deleted)


def _records(source: ByteSource, path: Path, on_deleted: Deleted | None) -> Iterator[Record | BadRecord]:
    report = Reporter(str(path))
    kind = _kind(source.start, path)
    try:
        if kind == "xml":
            yield from pubmed_xml.records(source, report, on_deleted)
        elif kind == "medline":
            yield from medline.records(source, report)
        elif kind == "ris":
            yield from ris.records(source, report)
        elif kind == "jsonl":
            yield from jsonl.records(source, report)
        else:
            yield report.file(None, "not PubMed XML, MEDLINE, RIS or JSON lines; export it in one of these")
    except StreamEnd as damage:
        yield report.file(None, str(damage))
    finally:
        source.close()


def _kind(start: bytes, path: Path) -> str | None:
    """The format of a file from its first bytes, else from its suffix (`.gz` set aside)."""
    text = start.lstrip()
    if text.startswith(b"<"):
        return "xml"
    if text.startswith(b"{"):
        return "jsonl"
    if _MEDLINE.search(start):
        return "medline"
    if _RIS.search(start):
        return "ris"
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return _SUFFIXES.get(suffixes[-1]) if suffixes else None
