"""Whole files of records to files of findings, one for one: what is done is skipped, and a file is whole or absent.

`extract_file` reads one file (a baseline file of PubMed, say) into one file of JSON lines or Parquet; `waiting` says
which of many are still to be done. The same functions run here, in worker processes and on the machines of a Dask
cluster (`pipeline.cluster`).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, UsageError
from pipeline.keyed import BadRecord, Key, keyed_records
from pipeline.reading import ModelChoice, read_records
from pipeline.record import Record

log = logging.getLogger(__name__)

FORMATS = {"jsonl": ".jsonl", "parquet": ".parquet"}


@dataclass(frozen=True, slots=True)
class Partition:
    """One file in, one file out."""

    source: Path
    target: Path


@dataclass(frozen=True, slots=True)
class Extracted:
    """What came of a partition: how many records were read, and what could not be."""

    target: str
    records: int
    bad: list[str]


def format_of(path: Path, given: str | None) -> str:
    """The format of an output file: as given, else by its suffix. Raises `UsageError` where neither says."""
    by_suffix = {suffix: name for name, suffix in FORMATS.items()}.get(path.suffix)
    if given or by_suffix:
        return str(given or by_suffix)
    raise UsageError("the suffix does not say the format", str(path), "Give .jsonl, .parquet or --format.")


def partitions(sources: Sequence[Path], folder: Path, form: str) -> list[Partition]:
    """A partition for each file, its result named after it. Raises `UsageError` where two would get one name."""
    found: dict[Path, Path] = {}
    for source in sources:
        target = folder / (source.name.removesuffix(".gz").rsplit(".", 1)[0] + FORMATS[form])
        if target in found:
            raise UsageError(f"{source} and {found[target]} have one name", str(target), "Extract them apart.")
        found[target] = source
    return [Partition(source, target) for target, source in found.items()]


def waiting(all_of_them: Iterable[Partition]) -> list[Partition]:
    """The partitions whose results are not there: a result is there only when it is whole."""
    return [one for one in all_of_them if not one.target.exists()]


def extract_file(source: Path, target: Path, form: str, jobs: int = 1, choice: ModelChoice | None = None) -> Extracted:
    """Read one file of records; its findings replace `target` in one step. Raises what reading or writing raises.

    A file that breaks off leaves no result: it is to be fetched again.
    """
    bad: list[BadRecord] = []
    rows = read_records(_good(source, bad), jobs, choice or ModelChoice())
    part = target.with_name(f".{target.name}.{os.getpid()}.part")  # of this process: two may try one partition
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        records = _write(part, rows, form)
        whole = [one for one in bad if not one.number]
        if whole:
            raise InputError(f"it cannot be read to its end: {whole[0].problem}", str(source), "Fetch it again.")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return Extracted(str(target), records, [str(one) for one in bad])


def _good(source: Path, bad: list[BadRecord]) -> Iterator[tuple[Key, Record]]:
    for item in keyed_records(source):
        if isinstance(item, BadRecord):
            bad.append(item)
        else:
            yield item


def _write(path: Path, rows: Iterable[dict[str, Any]], form: str) -> int:
    if form == "parquet":
        from pipeline.parquet import write_parquet

        return write_parquet(path, rows)
    records = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            records += 1
    return records
