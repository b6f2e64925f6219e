"""What most deserves a look first: every finding of the included records, with points and the reasons for them.

The points and reasons of a run never change and are computed once; what people decided since is laid over them for
each page. Weights are in desk.toml. Called by `routes` and `decide`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.decided import Decided
from pipeline.desk.record import findings_of
from pipeline.desk.view import ReviewView
from pipeline.desk.words import settings
from pipeline.judgements import Standing, load, standing
from pipeline.rematch import SAME
from reports.result import ClaimResult, StudyFigure
from reports.study import settings as evidence_settings

Place = tuple[str, int, int]  # record, start, end


@dataclass(slots=True)
class Item:
    """One finding in the queue; `claims` are the ids of those that it answers."""

    finding_id: int
    record_id: str
    place: Place
    measure: str
    group: str
    points: float
    reasons: list[str] = field(default_factory=list)
    claims: tuple[str, ...] = ()


@dataclass(slots=True)
class _Use:
    """What a figure is used for in the last run."""

    points: float = 0.0
    reasons: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Queue:
    """The items still to be looked at, in order; `ordered` are all, `total` their number."""

    items: list[Item]
    ordered: list[Item]

    @property
    def total(self) -> int:
        """How many there are, done or not."""
        return len(self.ordered)

    @property
    def done(self) -> int:
        """How many need no look any more."""
        return len(self.ordered) - len(self.items)

    def follow(self, last: int | None) -> int | None:
        """Where to go on after the item that was judged just now: the next one below it, at the end the first."""
        if not self.items:
            return None
        left = {item.finding_id: place for place, item in enumerate(self.items)}
        found = last is None
        for item in self.ordered:
            if found and item.finding_id in left:
                return left[item.finding_id]
            found = found or item.finding_id == last
        return 0


def queue(view: ReviewView, person: str | None, claim: str = "", order: str = "", everyone: bool = False) -> Queue:
    """The findings still to be looked at by anybody, or (`everyone`) by this person.

    `claim` keeps those that answer one claim; `order` "sample" puts them in an order that has nothing to do with their
    points, the same for every reviewer, so that what is judged of it speaks for the whole.
    """
    if view.run is None:
        return Queue([], [])
    items = view.desk.cache.get(("queue", view.id, view.run.id), lambda: _ranked(view))
    if order == "sample":
        ranked = items
        items = view.desk.cache.get(("sample", view.id, view.run.id), lambda: _shuffled(view.id, ranked))
    done, astray = _judged(view, {item.finding_id for item in items}, person, everyone)
    if claim:
        items = [item for item in items if claim in item.claims]
    if astray and order != "sample":
        again = [_again(item) for item in items if item.finding_id in astray]
        items = [*again, *(item for item in items if item.finding_id not in astray)]
    return Queue([item for item in items if item.finding_id not in done], items)


def _shuffled(review_id: str, items: list[Item]) -> list[Item]:
    """An order that has nothing to do with what is in the items, the same whoever asks."""
    return sorted(items, key=lambda item: hashlib.sha256(f"{review_id} {item.place}".encode()).digest())


def _again(item: Item) -> Item:
    """An item that was judged before, raised to the top."""
    points = item.points + settings()["queue"]["astray"]
    return replace(item, points=points, reasons=["judged before, and read otherwise since", *item.reasons])


def _judged(view: ReviewView, known: set[int], person: str | None, everyone: bool) -> tuple[set[int], set[int]]:
    """(findings that need no look, findings that were judged as an earlier reading had them)."""
    done: set[int] = set()
    old: set[str] = set()
    for one in standing(load(view.store, view.id)).values():
        if one.subject != "finding" or not (one.settled or one.opinions):
            continue
        rows = known & {said.finding_id or 0 for said in (*one.opinions.values(), one.settled) if said is not None}
        if not rows:
            old.add(one.record_id)
        elif _need_no_look(one, person, everyone):
            done |= rows
    if not old:
        return done, set()
    key = ("elsewhere", view.id, view.run and view.run.id, view.newest(), person, everyone)
    same, astray = view.desk.cache.get(key, lambda: _elsewhere(view, sorted(old), person, everyone))
    return done | same, astray


def _need_no_look(one: Standing, person: str | None, everyone: bool) -> bool:
    return one.settled is not None or (person in one.opinions if everyone else bool(one.opinions))


def _elsewhere(view: ReviewView, records: list[str], person: str | None, everyone: bool) -> tuple[set[int], set[int]]:
    """Findings of the present reading that stand where something was judged in another: (the same, read otherwise)."""
    same: set[int] = set()
    astray: set[int] = set()
    for record_id in records:
        rows, content_hash = findings_of(view, record_id)
        matched = Decided.of_record(view.store, view.id, record_id).matched(view.store, record_id, content_hash, rows)
        for number, one in matched.held.items():
            if matched.states[one.target] != SAME:
                astray.add(rows[number]["id"])
            elif _need_no_look(one, person, everyone):
                same.add(rows[number]["id"])
    return same, astray


def _ranked(view: ReviewView) -> list[Item]:
    """All findings of the included records by points, those with most first."""
    assert view.run is not None
    weights = settings()["queue"]
    uses = _uses(view.results())
    differing = _engines_differ(view)
    contradictions = set(evidence_settings()["implausible"])
    items = []
    sql = (
        'SELECT f.id, s.record_id, f.start, f."end", f.measure, f.grp, f.confidence,'
        " CASE WHEN instr(f.body, '\"flags\":[]') THEN NULL ELSE json_extract(f.body, '$.flags') END AS flags"
        " FROM screening AS s JOIN record_versions AS v ON v.record_id = s.record_id AND v.version = s.version"
        " JOIN findings AS f ON f.content_hash = v.content_hash AND f.engine = ?"
        " WHERE s.review_id = ? AND s.from_run <= ? AND (s.until_run IS NULL OR s.until_run > ?)"
        " AND s.decision = 'included'"
    )
    run = view.run
    for number, record_id, start, end, measure, group, confidence, flags in view.store.db.execute(
        sql, [run.engine, view.id, run.id, run.id]
    ):
        points = weights["doubt"] * (1 - confidence)
        reasons: list[str] = []
        claims: tuple[str, ...] = ()
        if confidence < 0.6:
            reasons = [f"the reader is {confidence:.0%} sure"]
        use = uses.get((record_id, start, end))
        if use is not None:
            points, reasons, claims = points + use.points, [*use.reasons, *reasons], tuple(dict.fromkeys(use.claims))
        if flags:
            for name in json.loads(flags):
                points += weights["contradiction" if name in contradictions else "flag"]
                reasons = [*reasons, f"flag:{name}"]
        if number in differing:
            points += weights["engines_differ"]
            reasons = [*reasons, "an earlier version of the reader read it otherwise"]
        if use is None:
            points *= weights["unused"]
        items.append(Item(number, record_id, (record_id, start, end), measure, group, points, reasons, claims))
    items.sort(key=lambda item: (-item.points, item.finding_id))
    return items


def _uses(results: Iterable[ClaimResult]) -> dict[Place, _Use]:
    """What each figure is used for: pooled estimates, how far they move without it, and what it was set aside from."""
    weights = settings()["queue"]
    uses: dict[Place, _Use] = {}
    for result in results:
        moves = _moves(result)
        for figure in result.studies:
            points = weights["pooled"] + (weights["alone"] if result.k < 3 else 0)
            reason = f"in the estimate of {result.claim.id}" if figure.pooled else f"behind {result.claim.id}"
            move = moves.get(figure.citation)
            if move is not None:
                points += min(weights["influence"] * abs(move), weights["most_influence"])
                reason += f", which moves by {abs(move):.1f} points without it"
            for place in _places(figure):
                use = uses.setdefault(place, _Use())
                use.points = max(use.points, points)
                use.reasons.append(reason)
                use.claims.append(result.claim.id)
        for figure in result.set_aside:
            for place in _places(figure):
                use = uses.setdefault(place, _Use())
                use.points = max(use.points, weights["set_aside"])
                use.claims.append(result.claim.id)
    return uses


def _places(figure: StudyFigure) -> list[Place]:
    return [(part.record_id, part.start, part.end) for part in figure.parts or [figure]]


def _moves(result: ClaimResult) -> dict[str, float]:
    """Citation to how many percentage points the estimate moves without that study."""
    if result.estimate is None or result.estimate.value is None:
        return {}
    whole = result.estimate.value
    return {
        one.method.removeprefix("without "): 100 * (whole - one.value)
        for one in result.leave_one_out
        if one.value is not None
    }


def _engines_differ(view: ReviewView) -> set[int]:
    """Findings whose place an earlier version of the engine read otherwise."""
    assert view.run is not None
    engines = view.store.rows("SELECT DISTINCT engine FROM readings")
    if len(engines) < 2:
        return set()
    rows: Iterable[Any] = view.store.db.execute(
        "SELECT DISTINCT f.id FROM findings AS f JOIN findings AS o ON o.content_hash = f.content_hash"
        ' AND o.start = f.start AND o."end" = f."end" AND o.engine <> f.engine WHERE f.engine = ?'
        " AND (o.measure, o.grp, o.stat, o.value, o.numerator, o.denominator)"
        " IS NOT (f.measure, f.grp, f.stat, f.value, f.numerator, f.denominator)",
        [view.run.engine],
    )
    return {row[0] for row in rows}
