"""Findings as Parquet: a row a finding, and one without a measure for a record in which nothing was found.

Comes in: the rows of `pipeline.reading`. Goes out: a file that is there whole or not at all. Needs pyarrow, which comes
with `retally[large]`. Called by `pipeline.partitions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_TEXT, _NUMBER, _PLACE = pa.string(), pa.float64(), pa.int32()
SCHEMA = pa.schema(
    [
        *((name, _TEXT) for name in ("pmid", "pmcid", "id")),
        ("place", _PLACE),
        *((name, _TEXT) for name in ("measure", "group", "stat", "unit", "cmp")),
        *((name, _NUMBER) for name in ("value", "low", "high")),
        *((name, pa.int64()) for name in ("numerator", "denominator")),
        *((name, _PLACE) for name in ("start", "end", "sentence_start", "sentence_end")),
        *((name, _TEXT) for name in ("drug", "per", "frequency", "route", "duration", "concept", "section", "how")),
        ("confidence", _NUMBER),
        ("flags", pa.list_(_TEXT)),
        ("engine", _TEXT),
    ]
)
_ROWS = 20_000  # in memory at a time, and in a row group


def write_parquet(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write the rows of records; returns how many records there were. Memory does not grow with their number."""
    records = 0
    held: list[dict[str, Any]] = []
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for row in rows:
            records += 1
            held += _flat(row)
            if len(held) >= _ROWS:
                writer.write_table(pa.Table.from_pylist(held, SCHEMA))
                held = []
        writer.write_table(pa.Table.from_pylist(held, SCHEMA))
    return records


def _flat(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    key = {name: str(row[name]) for name in ("pmid", "pmcid", "id") if row.get(name) is not None}
    for place, finding in enumerate(row["findings"]):
        yield {**finding, **key, "place": place}
    if not row["findings"]:
        yield key
