"""Records of a file, each with the key by which the file names it: what `retally extract` works on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.readers import BadRecord, read
from pipeline.readers.base import ByteSource, Reporter, StreamEnd, lines
from pipeline.readers.jsonl import NotARecord
from pipeline.readers.jsonl import record as record_of
from pipeline.record import Record

__all__ = ["BadRecord", "keyed_records"]

Key = dict[str, Any]
_KEYS = ("pmid", "pmcid", "id")
_JSON_SUFFIXES = {".jsonl", ".ndjson", ".json"}


def keyed_records(path: Path) -> Iterator[tuple[Key, Record] | BadRecord]:
    """The records of a file in its order, with `{"pmid": ...}`, `{"pmcid": ...}` or `{"id": ...}` as given there.

    Raises `ReaderError` where the file cannot be opened. What cannot be read comes as a `BadRecord` in its place.
    """
    if set(path.suffixes[-2:]) & _JSON_SUFFIXES:
        return _json_lines(path)
    return _other(path)


def _other(path: Path) -> Iterator[tuple[Key, Record] | BadRecord]:
    for item in read(path):
        if isinstance(item, BadRecord):
            yield item
        else:
            yield ({"pmid": item.pmid} if item.pmid else {"id": item.id}), item


def _json_lines(path: Path) -> Iterator[tuple[Key, Record] | BadRecord]:
    source = ByteSource.open(path)
    report = Reporter(str(path))
    try:
        for number, line in lines(source):
            if line is not None and not line.strip():
                continue
            report.next()
            try:
                row = json.loads(line or "")
                yield _key(row), record_of(row)
            except NotARecord as error:
                yield report.bad(number, str(error))
            except (ValueError, RecursionError) as error:
                yield report.bad(number, "a line that is too long" if line is None else f"not JSON ({error})")
    except StreamEnd as damage:
        yield report.file(None, str(damage))
    finally:
        source.close()


def _key(row: Any) -> Key:
    """The first key that the line has, with its value as it stands there."""
    if isinstance(row, dict):
        for name in _KEYS:
            if row.get(name) not in (None, ""):
                return {name: row[name]}
    return {}
