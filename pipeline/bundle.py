"""The records that come with a review: one JSON object a line in its `records.jsonl`.

A restatement (`source` is `restatement`) carries its paper's identifiers under `link` and its citation in words; they
are kept as a `Link` beside the record, so that a restatement never passes for the paper.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import InputError
from pipeline.record import Record
from pipeline.store import Link


def read_bundle(path: Path) -> Iterator[tuple[Record, Link]]:
    """The bundled records, in order. Raises `InputError` with the line: a bundle must be whole."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the bundled records cannot be read", str(path), "Restore the file.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            link = row.get("link") or {}
            record = Record.from_dict(row)
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError(f"not a record: {error}", f"{path}:{number}", "Mend the line.") from error
        yield record, Link(link.get("pmid"), link.get("doi"), link.get("title"), row.get("citation"))
