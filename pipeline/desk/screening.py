"""The records of a review as the desk screens them: those whose inclusion deserves a look first.

Weights are in desk.toml. Called by `routes`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pipeline.desk.view import ReviewView
from pipeline.desk.words import settings
from pipeline.judgements import Standing, load, standing
from pipeline.screening import CASE_REPORT

SHOWS = ("undecided", "included", "excluded", "decided", "all")


@dataclass(slots=True)
class Screenable:
    """A record with the machine's decision, in the order of the list; `standing` is what people said."""

    id: str
    title: str
    year: int | None
    included: bool
    reason: str
    design: str
    tier: int | None
    points: float
    doubts: list[str] = field(default_factory=list)
    standing: Standing | None = None

    @property
    def decided(self) -> bool:
        """Whether anybody has an opinion that stands."""
        return self.standing is not None and bool(self.standing.opinions or self.standing.settled)

    def done_for(self, person: str | None, everyone: bool) -> bool:
        """Whether it needs no look: by anybody, or (`everyone`) by this person."""
        if self.standing is None:
            return False
        return person in self.standing.opinions if everyone else self.decided


@dataclass(slots=True)
class Screenings:
    """The list to be shown and how many records each choice has."""

    items: list[Screenable]
    counts: dict[str, int]

    def after(self, record_id: str | None) -> Screenable | None:
        """The record that follows in the list, else the first."""
        ids = [item.id for item in self.items]
        if record_id in ids:
            at = ids.index(record_id) + 1
            return self.items[at] if at < len(ids) else None
        return self.items[0] if self.items else None


def screenings(view: ReviewView, person: str | None, show: str = "undecided", everyone: bool = False) -> Screenings:
    """The records of the last run, doubtful ones first. `show` is one of SHOWS."""
    rows = _rows(view)
    held = {one.record_id: one for one in standing(load(view.store, view.id)).values() if one.subject == "screening"}
    items = []
    for row in rows:
        points, doubts = _doubts(row)
        items.append(Screenable(**row, points=points, doubts=doubts, standing=held.get(row["id"])))
    items.sort(key=lambda item: (-item.points, item.id))
    kept: dict[str, list[Screenable]] = {
        "undecided": [item for item in items if not item.done_for(person, everyone)],
        "included": [item for item in items if item.included],
        "excluded": [item for item in items if not item.included],
        "decided": [item for item in items if item.decided],
        "all": items,
    }
    return Screenings(kept[show], {name: len(kept[name]) for name in SHOWS})


def _rows(view: ReviewView) -> list[dict[str, Any]]:
    run = view.run
    if run is None:
        return []
    rows = view.store.rows(
        "SELECT records.id, records.title, records.year, decision = 'included' AS included, reason, design, tier"
        " FROM screening JOIN records ON records.id = screening.record_id WHERE review_id = ? AND from_run <= ?"
        " AND (until_run IS NULL OR until_run > ?)",
        [view.id, run.id, run.id],
    )
    return [{**row, "included": bool(row["included"])} for row in rows]


def _doubts(row: dict[str, Any]) -> tuple[float, list[str]]:
    """(points, why the decision deserves a look)."""
    weights = settings()["screening"]
    told = {
        "unclear": (row["design"] == "unclear", "the design is not stated"),
        "wider": (row["tier"] == 2, "a wider or mixed population"),
        "small": (row["reason"].startswith("fewer than"), "left out for its size"),
        "case_report": (row["design"] == CASE_REPORT, "a case report"),
    }
    doubts = [name for name, (holds, _) in told.items() if holds]
    points = sum(weights[name] for name in doubts) + (weights["included"] if row["included"] else 0)
    return points, [told[name][1] for name in doubts]


def reasons(view: ReviewView) -> dict[str, int]:
    """Why records were left out, with their numbers."""
    return dict(Counter(row["reason"] for row in _rows(view) if not row["included"]).most_common())
