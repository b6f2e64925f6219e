"""One quantity that a study reports about its own people.

Comes from `extract.engine`; goes to `pipeline.store` and to the JSON lines of `retally extract`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Finding:
    """A quantity with its meaning, its people and its place in the text.

    `measure` is `class` or `class:name`; `group` is `all` or the arm's label as printed; `stat` is one of
    count, percent, mean, median, sd, range, iqr, rate, value, present, absent. `start` and `end` are character offsets
    (end exclusive) into the record's text; `sentence_start` and `sentence_end` those of the sentence that states it.
    `confidence` is 0-1. `how` names the component that decided; `flags` name doubts such as
    `percent-disagrees-with-count`.
    """

    measure: str
    group: str = "all"
    stat: str = "value"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    numerator: int | None = None
    denominator: int | None = None
    cmp: str = "="
    start: int = 0
    end: int = 0
    drug: str | None = None
    per: str | None = None
    frequency: str | None = None
    route: str | None = None
    duration: str | None = None
    concept: str | None = None
    section: str | None = None
    sentence_start: int = 0
    sentence_end: int = 0
    confidence: float = 1.0
    how: str = ""
    flags: list[str] = field(default_factory=list)
    engine: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain JSON types; the dose fields and `concept` only where they are filled."""
        row = asdict(self)
        for key in ("drug", "per", "frequency", "route", "duration", "concept"):
            if row[key] is None:
                del row[key]
        return row
