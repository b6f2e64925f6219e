"""The project's own JSON lines to records: as `retally extract` reads them and as Record.to_dict writes them.

A line is an object with a key `pmid`, `pmcid` or `id`, and `title` and `sections` ([{"label", "text"}]) or `text`
alone. Texts are taken as they are, so that offsets count into what the file holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.readers.base import BadRecord, ByteSource, Reporter, lines
from pipeline.record import Record

_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can escape half a character, which no database stores
_LISTS = ("authors", "publication_types", "mesh")
_STRINGS = ("title", "journal", "doi", "language", "source", "revised")


class NotARecord(ValueError):
    """A line that is not a record: what is wrong with it."""


def records(source: ByteSource, report: Reporter) -> Iterator[Record | BadRecord]:
    """The records of one file, a line each; empty lines are passed over."""
    for number, line in lines(source):
        if line is not None and not line.strip():
            continue
        report.next()
        if line is None:
            yield report.bad(number, "a line longer than 16 MB")
            continue
        try:
            yield record(json.loads(line))
        except NotARecord as error:
            yield report.bad(number, str(error))
        except (ValueError, RecursionError) as error:
            yield report.bad(number, f"not JSON ({error})")


def record(row: Any) -> Record:
    """One line's object as a Record; raises `NotARecord` with the key and what is expected there."""
    if not isinstance(row, dict):
        raise NotARecord('not a JSON object: expected {"pmid": ..., "title": ..., "sections": [...]}')
    clean = {key: _whole(value) for key, value in row.items() if value is not None}
    for key in _STRINGS:
        if key in clean and not isinstance(clean[key], str):
            raise NotARecord(f"key {key}: expected a string")
    for key in _LISTS:
        if key in clean and not _is_list(clean[key], str):
            raise NotARecord(f"key {key}: expected a list of strings")
    corrections = clean.get("corrections", [])
    if not _is_list(corrections, dict) or not all(isinstance(item.get("kind"), str) for item in corrections):
        raise NotARecord("key corrections: expected a list of objects with a key kind")
    clean["corrections"] = [
        {key: _string(item.get(key)) for key in ("kind", "pmid", "citation")} for item in corrections
    ]
    identity, clean["pmid"] = _identity(clean)
    clean["id"] = identity
    clean["year"] = _year(clean.get("year"))
    _texts(clean)
    clean.setdefault("source", "jsonl")
    return Record.from_dict(clean)


def _identity(row: dict[str, Any]) -> tuple[str, str | None]:
    """(record id, PMID) from `id`, `pmid` or `pmcid`; a PMC number may stand under any of them."""
    pmid, pmcid, given = (_string(row.get(key)) for key in ("pmid", "pmcid", "id"))
    number = pmid.strip() if pmid else ""
    known = number if re.fullmatch(r"[0-9]{1,9}", number) else None
    if given:
        return given, known or (given[5:] if re.fullmatch(r"pmid:[0-9]{1,9}", given) else None)
    if known:
        return f"pmid:{known}", known
    if pmcid or number:
        other = pmcid or number
        return (f"pmcid:{other}" if other.upper().startswith("PMC") else other), None
    raise NotARecord("no key pmid, pmcid or id")


def _texts(row: dict[str, Any]) -> None:
    """Checks `sections`; a `text` that is not what title and sections make up becomes the given text."""
    sections = row.get("sections")
    if sections is not None:
        if not _is_list(sections, dict) or not all(
            isinstance(item.get("text") or "", str) and isinstance(item.get("label") or "", str) for item in sections
        ):
            raise NotARecord('key sections: expected a list of {"label": ..., "text": ...}')
    elif not {"title", "text", "given_text"} & row.keys():
        raise NotARecord("no key title with sections, and no key text")
    for key in ("text", "given_text"):
        if not isinstance(row.get(key, ""), str):
            raise NotARecord(f"key {key}: expected a string")
    if "text" in row and (sections is None or row["text"] != _joined(row)):
        row["given_text"] = row["text"]


def _joined(row: dict[str, Any]) -> str:
    return "\n".join([row.get("title", ""), *(item.get("text") or "" for item in row["sections"])])


def _year(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{4}\s*", value):
        return int(value)
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10000:
        return value
    raise NotARecord("key year: expected a year of four digits")


def _string(value: Any) -> str | None:
    """A key may be a string or a whole number."""
    if value is None or value == "":
        return None
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise NotARecord("key pmid, pmcid or id: expected a string or a number")


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _whole(value: Any) -> Any:
    """The value with half characters replaced, at the same length."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value
