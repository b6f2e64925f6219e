"""Reading of records by the engine, here or in worker processes: what each process holds, and what it does to a batch.

`read_records` is what `retally extract` and the Dask tasks do; `read_texts` what a run does with new texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.jobs import in_order
from pipeline.keyed import Key
from pipeline.record import Record

if TYPE_CHECKING:
    from extract.engine import Engine
    from extract.finding import Finding
    from extract.model import ClinicalModel


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model that marks records besides the engine, by name: each process opens it for itself."""

    model: str | None = None
    any_spacy: bool = False
    labels: str | None = None


NO_MODEL = ModelChoice()


@dataclass(slots=True)
class _Held:
    """What a process holds from one batch to the next."""

    engine: Engine
    model: ClinicalModel | None


_held: _Held | None = None


def prepare(choice: ModelChoice = NO_MODEL) -> None:
    """Load the engine, and the model where one is chosen, into this process."""
    global _held
    from extract.engine import Engine
    from pipeline.commands.options import chosen_model

    _held = _Held(Engine(), chosen_model(choice.model, choice.any_spacy, choice.labels))


def read_records(
    records: Iterable[tuple[Key, Record]], jobs: int = 1, choice: ModelChoice = NO_MODEL
) -> Iterator[dict[str, Any]]:
    """A row a record, in order: its key, its `findings`, and what the model marks where one is chosen."""
    return in_order(rows_of, records, jobs, prepare, (choice,))


def rows_of(records: list[tuple[Key, Record]]) -> list[dict[str, Any]]:
    """The rows of a batch, in a process that has been prepared."""
    assert _held is not None
    rows = []
    for key, record in records:
        found = _held.engine.read(record.title, record.sections, record.given_text)
        row: dict[str, Any] = {**key, "findings": [finding.to_dict() for finding in found]}
        if _held.model is not None:
            from extract.marks import mark

            row |= mark(_held.model, record.title, record.sections, record.given_text).to_dict()
        rows.append(row)
    return rows


def read_texts(records: Iterable[Record], engine: Engine | None, jobs: int = 1) -> Iterator[list[Finding]]:
    """The findings of each record, in order: by `engine` here, or where it is None by so many processes."""
    if engine is None:
        yield from in_order(_findings_of, records, jobs, prepare)
        return
    for record in records:
        yield engine.read(record.title, record.sections, record.given_text)


def _findings_of(records: list[Record]) -> list[list[Finding]]:
    assert _held is not None
    return [_held.engine.read(record.title, record.sections, record.given_text) for record in records]
