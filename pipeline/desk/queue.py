"""What most deserves a look first: every finding of the included records, with points and the reasons for them.

The points and reasons of a run never change and are computed once; what people decided since is laid over them for
each page. Weights are in desk.toml. Called by `routes` and `decide`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from pipeline.decided import Decided
from pipeline.desk.record import findings_of
from pipeline.desk.view import ReviewView
from pipeline.desk.words import settings
from pipeline.history import PastRun
from pipeline.judgements import Standing, load, standing
from pipeline.rematch import SAME
from reports.result import ClaimResult, StudyFigure
from reports.study import settings as evidence_settings

Place = tuple[str, int, int]  # record, start, end
_Row = tuple[int, str, int, int, str, str, float, str | None]


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
class Ranking:
    """All findings of the included records by points. Only what is shown becomes an `Item`: there may be many."""

    rows: list[_Row]
    points: list[float]
    order: list[int]
    uses: dict[Place, _Use]
    differing: set[int]

    def item(self, at: int, astray: bool = False) -> Item:
        """The finding of that row with the reasons for its points."""
        number, record_id, start, end, measure, group, confidence, flags = self.rows[at]
        use = self.uses.get((record_id, start, end))
        reasons = ["judged before, and read otherwise since"] if astray else []
        reasons += use.reasons if use is not None else []
        if confidence < settings()["queue"]["unsure"]:
            reasons.append(f"the reader is {confidence:.0%} sure")
        reasons += [f"flag:{name}" for name in json.loads(flags or "[]")]
        if number in self.differing:
            reasons.append("an earlier version of the reader read it otherwise")
        claims = tuple(dict.fromkeys(use.claims)) if use is not None else ()
        return Item(number, record_id, (record_id, start, end), measure, group, self.points[at], reasons, claims)


@dataclass(slots=True)
class Queue:
    """What is still to be looked at, in order: `left` are rows of the ranking, `ordered` all that there were."""

    ranking: Ranking
    left: list[int]
    ordered: list[int]
    astray: set[int] = field(default_factory=set)

    @property
    def total(self) -> int:
        """How many there are, done or not."""
        return len(self.ordered)

    @property
    def done(self) -> int:
        """How many need no look any more."""
        return len(self.ordered) - len(self.left)

    def __len__(self) -> int:
        return len(self.left)

    def item(self, position: int) -> Item:
        """The item at a position of those that are left."""
        at = self.left[position]
        return self.ranking.item(at, self.ranking.rows[at][0] in self.astray)

    def position(self, finding_id: int | None) -> int | None:
        """Where a finding stands among those that are left."""
        rows = self.ranking.rows
        return next((n for n, at in enumerate(self.left) if rows[at][0] == finding_id), None)

    def follow(self, last: int | None) -> int | None:
        """Where to go on after the item that was judged just now: the next one below it, at the end the first."""
        if not self.left:
            return None
        rows = self.ranking.rows
        place = next((n for n, at in enumerate(self.ordered) if rows[at][0] == last), -1) if last else -1
        left = {at: n for n, at in enumerate(self.left)}
        return next((left[at] for at in self.ordered[place + 1 :] if at in left), 0)


def queue(view: ReviewView, person: str | None, claim: str = "", order: str = "", everyone: bool = False) -> Queue:
    """The findings still to be looked at by anybody, or (`everyone`) by this person.

    `claim` keeps those that answer one claim; `order` "sample" puts them in an order that has nothing to do with their
    points, the same for every reviewer, so that what is judged of it speaks for the whole.
    """
    if view.run is None:
        return Queue(Ranking([], [], [], {}, set()), [], [])
    ranking = ranked(view)
    rows, ordered = ranking.rows, ranking.order
    if order == "sample":
        ordered = view.desk.cache.get(("sample", view.id, view.run.id), lambda: _shuffled(view.id, ranking))
    done, astray = _judged(view, ranking, person, everyone)
    if claim:
        ordered = [at for at in ordered if claim in _claims(ranking, at)]
    if astray and order != "sample":
        again = [at for at in ordered if rows[at][0] in astray]
        ordered = [*again, *(at for at in ordered if rows[at][0] not in astray)]
    left = [at for at in ordered if rows[at][0] not in done] if done else ordered
    return Queue(ranking, left, ordered, astray)


def _claims(ranking: Ranking, at: int) -> list[str]:
    _, record_id, start, end, *_ = ranking.rows[at]
    use = ranking.uses.get((record_id, start, end))
    return use.claims if use is not None else []


def _shuffled(review_id: str, ranking: Ranking) -> list[int]:
    """An order that has nothing to do with what is in the findings, the same whoever asks."""

    def key(at: int) -> int:
        _, record_id, start, end, *_ = ranking.rows[at]
        return crc32(f"{review_id} {record_id} {start} {end}".encode())

    return sorted(ranking.order, key=key)


def _judged(view: ReviewView, ranking: Ranking, person: str | None, everyone: bool) -> tuple[set[int], set[int]]:
    """(findings that need no look, findings that were judged as an earlier reading had them)."""
    held = standing(load(view.store, view.id))
    if not held:
        return set(), set()
    known = {row[0] for row in ranking.rows}
    done: set[int] = set()
    old: set[str] = set()
    for one in held.values():
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


def ranked(view: ReviewView) -> Ranking:
    """All findings of the included records by points, those with most first; kept for the run."""
    run = view.run
    assert run is not None
    return view.desk.cache.get(("queue", view.id, run.id), lambda: _ranked(view, run))


def _ranked(view: ReviewView, run: PastRun) -> Ranking:
    weights = settings()["queue"]
    contradictions = set(evidence_settings()["implausible"])
    rows: list[_Row] = view.store.db.execute(
        'SELECT f.id, s.record_id, f.start, f."end", f.measure, f.grp, f.confidence,'
        " CASE WHEN instr(f.body, '\"flags\":[]') THEN NULL ELSE json_extract(f.body, '$.flags') END"
        " FROM screening AS s JOIN record_versions AS v ON v.record_id = s.record_id AND v.version = s.version"
        " JOIN findings AS f ON f.content_hash = v.content_hash AND f.engine = ?"
        " WHERE s.review_id = ? AND s.from_run <= ? AND (s.until_run IS NULL OR s.until_run > ?)"
        " AND s.decision = 'included' ORDER BY f.id",
        [run.engine, view.id, run.id, run.id],
    ).fetchall()
    uses, differing = _uses(view.results()), _engines_differ(view, run)
    doubt, unused = weights["doubt"], weights["unused"]
    points = [unused * doubt * (1 - row[6]) for row in rows]
    for at, row in enumerate(rows):  # the few of which more is known
        use = uses.get((row[1], row[2], row[3]))
        if use is None and row[7] is None and row[0] not in differing:
            continue
        more = doubt * (1 - row[6]) + (use.points if use is not None else 0)
        for name in json.loads(row[7] or "[]"):
            more += weights["contradiction" if name in contradictions else "flag"]
        more += weights["engines_differ"] if row[0] in differing else 0
        points[at] = more if use is not None else unused * more
    order = sorted(range(len(rows)), key=points.__getitem__, reverse=True)
    return Ranking(rows, points, order, uses, differing)


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


def _engines_differ(view: ReviewView, run: PastRun) -> set[int]:
    """Findings whose place an earlier version of the engine read otherwise."""
    engines = view.store.rows("SELECT DISTINCT engine FROM readings")
    if len(engines) < 2:
        return set()
    rows: Iterable[Any] = view.store.db.execute(
        "SELECT DISTINCT f.id FROM findings AS f JOIN findings AS o ON o.content_hash = f.content_hash"
        ' AND o.start = f.start AND o."end" = f."end" AND o.engine <> f.engine WHERE f.engine = ?'
        " AND (o.measure, o.grp, o.stat, o.value, o.numerator, o.denominator)"
        " IS NOT (f.measure, f.grp, f.stat, f.value, f.numerator, f.denominator)",
        [run.engine],
    )
    return {row[0] for row in rows}
